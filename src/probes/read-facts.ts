import { randomUUID } from 'node:crypto';
import { hostname } from 'node:os';
import type { HostFacts } from '../cluster/facts/facts.js';
import { parseClock } from '../cluster/facts/parse-clock.js';
import { parseFacts } from '../cluster/facts/parse-facts.js';
import type { ClockOffset } from '../cluster/facts/system-facts.js';
import { clusterFolders } from '../cluster/kubespray/folders.js';
import { dataDirectories } from '../cluster/storage/make-storage-plan.js';
import type { Host } from '../hosts/host.js';
import { sh } from '../hosts/script.js';
import type { FactsInput } from '../protocol/step-inputs.js';
import { factsScript } from './facts-script.js';
import { understood } from './understood.js';

/** Milliseconds; adding up the sizes of a big containerd directory takes its time. */
const longest = 600_000;

/**
 * Reads from a host all that plans and checks need, and compares its clock with this machine's.
 * @throws NotUnderstoodError when the host's answer is cut off or has another form
 */
export async function readFactsAndClock(
  host: Host,
  mountPoint: string,
  { controlHostOf, roomFor }: Pick<FactsInput, 'controlHostOf' | 'roomFor'> = {},
): Promise<HostFacts> {
  const facts = await readFacts(host, mountPoint, { controlHostOf, roomFor, forPreflight: true });
  // Afterwards, when the connection is there: a quick answer tells the time better.
  const clock = await compareClocks(host);
  return clock === undefined ? facts : { ...facts, clock };
}

/** How often the clocks are compared; the quickest answer is the most exact. */
const comparisons = 2;

/** Milliseconds that `Date.now` cuts off: none, or up to a whole one. */
const cutOff = 1;

/**
 * The host has looked at its clock at some moment between the question and the answer, so the difference to this
 * machine's is known within half of the time in between.
 * @returns undefined where the host tells no time
 */
async function compareClocks(host: Host): Promise<ClockOffset | undefined> {
  const measured: ClockOffset[] = [];
  for (let time = 0; time < comparisons; time += 1) {
    const asked = Date.now();
    const { stdout } = await host.run(sh`date '+%s %N'`, { what: 'read the clock' });
    const answered = Date.now() + cutOff;
    const shown = parseClock(stdout);
    if (shown === undefined) continue;
    measured.push({
      milliseconds: shown.milliseconds - (asked + answered) / 2,
      uncertainty: shown.uncertainty + (answered - asked) / 2,
      by: hostname(),
    });
  }
  return measured.sort((left, right) => left.uncertainty - right.uncertainty)[0];
}

/**
 * The same without the clock, and without what only preflight looks at, for steps that look at the host again.
 * @throws NotUnderstoodError when the host's answer is cut off or has another form
 */
export async function readFacts(
  host: Host,
  mountPoint: string,
  {
    controlHostOf,
    roomFor,
    forPreflight = false,
  }: Pick<FactsInput, 'controlHostOf' | 'roomFor'> & { readonly forPreflight?: boolean } = {},
): Promise<HostFacts> {
  const mark = `@@${randomUUID()}`;
  const script = factsScript({
    mark,
    mountPoint,
    stateFolder: host.stateFolder,
    dataDirectories: dataDirectories.map(({ from }) => from),
    controlHost: controlHostOf === undefined ? null : clusterFolders(host.stateFolder, controlHostOf),
    forPreflight,
    roomFor,
  });
  const { stdout } = await host.run(script, { timeout: longest, what: 'gather facts' });
  return understood(host, 'The facts', () => parseFacts(stdout, mark));
}
