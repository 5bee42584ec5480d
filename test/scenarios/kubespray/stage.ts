import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import {
  findMirrorRelease,
  labProblems,
  openLab,
  storedParts,
  type Lab,
  type LabMachine,
} from '../../../src/lab/index.js';
import { findEmbeddedServer } from '../../../src/temporal/embedded-server.js';
import { stopServer } from '../../../src/temporal/server-process.js';

const program = 'dist/cli/main.js';
const labName = 'kubespray-test';

/** A clone of Kubespray, or where git gets one. */
export const repository =
  process.env['SLIPWAY_KUBESPRAY_REPOSITORY'] ?? 'https://github.com/kubernetes-sigs/kubespray.git';

/** What a command printed, and its exit code. */
export interface CommandResult {
  readonly exitCode: number;
  readonly output: string;
}

/** Why the real Kubespray cannot be run here, a sentence each. Nothing of it is a reason to leave the tests out. */
export async function whatIsMissing(): Promise<string[]> {
  const release = findMirrorRelease();
  const [problems, stored, asked] = await Promise.all([
    labProblems(),
    storedParts(release),
    execa('git', ['ls-remote', '--tags', repository, release.name], {
      reject: false,
      timeout: 60_000,
      env: { GIT_TERMINAL_PROMPT: '0' },
    }),
  ]);
  const parts = stored.filter(({ record }) => record === undefined).map(({ part }) => part.name);
  return [
    ...problems,
    ...(parts.length === 0
      ? []
      : [`The mirror lacks ${parts.join(', ')}: \`slipway lab mirror build\` builds what is missing.`]),
    ...(asked.exitCode === 0 && asked.stdout.includes(`refs/tags/${release.name}`)
      ? []
      : [
          `${repository} has no tag ${release.name}, or cannot be reached: ` +
            `SLIPWAY_KUBESPRAY_REPOSITORY names a clone of Kubespray. ${asked.stderr.split('\n')[0] ?? ''}`,
        ]),
  ];
}

/** The real Kubespray on lab machines, by the built program as an operator runs it, in a home of its own. */
export class KubesprayStage {
  private constructor(
    readonly lab: Lab,
    readonly home: string,
  ) {}

  /** @throws Error that says what is missing on this machine */
  static async open(): Promise<KubesprayStage> {
    const missing = await whatIsMissing();
    if (missing.length > 0) throw new Error(`The real Kubespray cannot be run here.\n${missing.join('\n')}`);
    // What a run before left, where it was killed.
    await (await openLab({ name: labName })).down();
    const home = await mkdtemp(join(tmpdir(), 'slipway-kubespray-'));
    return new KubesprayStage(await openLab({ name: labName }), home);
  }

  /** Starts a node, and the mirror with the first one. */
  async startNode(name: string): Promise<LabMachine> {
    await this.succeed('lab', 'up', '--lab', labName, '--node', name, '--mirror');
    const node = await this.lab.find(name);
    if (!node) throw new Error(`The lab has no ${name}.`);
    return node;
  }

  /** Writes cluster.yaml for all nodes of the lab, and brings the cluster up without a question. */
  async up(): Promise<CommandResult> {
    const file = join(this.home, 'cluster.yaml');
    const words = ['lab', 'cluster', '--lab', labName, '--repository', repository];
    await writeFile(file, await this.succeed(...words));
    return this.slipway('up', file, '--yes');
  }

  async slipway(...words: string[]): Promise<CommandResult> {
    const { exitCode, all } = await this.run(words);
    return { exitCode: exitCode ?? -1, output: all };
  }

  async close(): Promise<void> {
    const server = await findEmbeddedServer(join(this.home, 'temporal'));
    if (server !== undefined) await stopServer(server.pid);
    await this.lab.down();
    await rm(this.home, { recursive: true, force: true });
  }

  private async succeed(...words: string[]): Promise<string> {
    const { exitCode, stdout, all } = await this.run(words);
    if (exitCode !== 0) throw new Error(`slipway ${words.join(' ')} failed.\n${all}`);
    return stdout;
  }

  private run(words: readonly string[]) {
    return execa(process.execPath, [program, ...words], {
      reject: false,
      all: true,
      stdin: 'ignore',
      env: { SLIPWAY_HOME: this.home, NO_COLOR: '1' },
    });
  }
}
