import { cp, mkdir } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';
import { parseDocument } from 'yaml';
import type { CheckName } from '../../cluster/specification/check-names.js';
import { LabError, standIns, startMirror, type Lab } from '../../lab/index.js';
import { slipwayHome } from '../../local/state-folder.js';
import { findTemporalCli } from '../../temporal/find-cli.js';
import type { RealDemo } from './choose-demo.js';
import type { Stage } from './countdown.js';
import type { DemoPlace } from './demo-place.js';
import { slipwayProgram } from './slipway-line.js';

/** The first one is the control plane. */
export const realNodes = ['control-1', 'worker-1'] as const;

/** Seen on two cores with a load of ten; machines are copies of an image that takes longer when it has to be built. */
export const realStages = (isCold: boolean): Stage[] => [
  { name: 'machines', seconds: isCold ? 150 : 10 },
  { name: 'planning', seconds: 60 },
  { name: 'kubespray', seconds: 1_100 },
  { name: 'finishing', seconds: 20 },
  { name: 'verifying', seconds: 30 },
];

/**
 * Starts the nodes, and the mirror beside them, and lets `slipway lab cluster` write what it writes for everybody.
 * @returns the text of cluster.yaml
 * @throws LabError
 */
export async function setUpRealDemo(
  { repository, release }: RealDemo,
  { lab, say }: DemoPlace,
): Promise<string> {
  say(`starting ${realNodes.join(' and ')} (nodes of the lab), and the mirror beside them`);
  const started = realNodes.map((name) => lab.startNode({ name }));
  await Promise.all([...started, findTemporalCli({ onProgress: say }), giveTypicalTimes(release)]);
  for (const line of await standIns()) say(`nodes: ${line}`);
  const mirror = await startMirror(lab.folder, [...slipwayProgram, ...words('lab mirror serve', lab)]);
  say(`mirror: ${mirror.url}`);
  const [program = '', ...before] = slipwayProgram;
  const { exitCode, stdout, stderr } = await execa(
    program,
    [...before, ...words('lab cluster', lab), '--repository', repository],
    { reject: false, stdin: 'ignore' },
  );
  if (exitCode !== 0) throw new LabError(`cluster.yaml could not be written for the demo's nodes: ${stderr}`);
  return withSlowDisk(stdout);
}

/** How fast etcd may write tells of the machine that the demo is run on, and of what else it does, and not of the cluster. */
export function withSlowDisk(text: string): string {
  const document = parseDocument(text);
  const check = 'etcd-perf' satisfies CheckName;
  document.addIn(['overrides'], {
    check,
    reason: 'The nodes of a demo share one disk with everything else.',
  });
  return document.toString();
}

function words(command: string, lab: Lab): string[] {
  return [...command.split(' '), '--lab', lab.name];
}

/** How long each task of a first run takes, so that this one can tell its time left. An estimate's worth: none is fine. */
async function giveTypicalTimes(release: string): Promise<void> {
  const name = `${release}-cluster.yml.json`;
  const typical = fileURLToPath(new URL(`../../../lab/playbook-times/${name}`, import.meta.url));
  const folder = join(slipwayHome(), 'playbook-times');
  if (!existsSync(typical)) return;
  await mkdir(folder, { recursive: true });
  await cp(typical, join(folder, name), { force: false });
}

/**
 * The nodes as the control plane sees them.
 * @throws LabError if it does not tell
 */
export async function nodesOfCluster(lab: Lab): Promise<string> {
  const [first] = realNodes;
  const control = await lab.find(first);
  const result = await control?.run('kubectl get nodes -o wide');
  if (result?.exitCode === 0) return result.stdout.trimEnd();
  throw new LabError(
    `${first} does not tell the nodes of its cluster: ${result?.stderr ?? 'it is not there'}`,
  );
}
