import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { execa } from 'execa';
import { expect } from 'vitest';
import { parse, stringify } from 'yaml';
import {
  kubesprayRepository,
  type SpecificationInput,
} from '../../../src/cluster/specification/specification.js';
import type { Report } from '../../../src/cluster/report/report.js';
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
export const repository = process.env['SLIPWAY_KUBESPRAY_REPOSITORY'] ?? kubesprayRepository;

/** What a command printed, and its exit code. */
export interface CommandResult {
  readonly exitCode: number;
  readonly output: string;
}

/** What cluster.yaml is to have beside what `slipway lab cluster` writes. */
interface Wishes {
  readonly controlPlanes?: number;
  readonly change?: (specification: SpecificationInput) => SpecificationInput;
}

/** What `slipway verify` found. */
export interface Verification {
  readonly exitCode: number;
  /** "<check> <host>" of each that failed, sorted. */
  readonly failed: readonly string[];
  readonly report: Report;
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
    private readonly wishes: Wishes,
  ) {}

  /** @throws Error that says what is missing on this machine */
  static async open(wishes: Wishes = {}): Promise<KubesprayStage> {
    const missing = await whatIsMissing();
    if (missing.length > 0) throw new Error(`The real Kubespray cannot be run here.\n${missing.join('\n')}`);
    // What a run before left, where it was killed.
    await (await openLab({ name: labName })).down();
    const home = await mkdtemp(join(tmpdir(), 'slipway-kubespray-'));
    return new KubesprayStage(await openLab({ name: labName }), home, wishes);
  }

  /** Starts a node, and the mirror with the first one. */
  async startNode(name: string): Promise<LabMachine> {
    await this.succeed('lab', 'up', '--lab', this.lab.name, '--node', name, '--mirror');
    return this.machine(name);
  }

  async machine(name: string): Promise<LabMachine> {
    const machine = await this.lab.find(name);
    if (!machine) throw new Error(`The lab has no ${name}.`);
    return machine;
  }

  /** Writes cluster.yaml for all nodes of the lab, and brings the cluster up without a question. */
  async up(): Promise<CommandResult> {
    await this.writeSpecification();
    return this.slipway('up', this.file, '--yes');
  }

  /** `up`, which ends well, and so does each check of its report. */
  async comeUp(): Promise<string> {
    const { exitCode, output } = await this.up();
    expect(exitCode, output).toBe(0);
    expect(output).toContain(`Cluster ${this.cluster} is ready`);
    expect(output).toContain('\n  passed node-ready: ');
    expect(output).not.toMatch(/^ {2}failed /m);
    return output;
  }

  /** Writes cluster.yaml for all nodes of the lab. */
  async writeSpecification(): Promise<void> {
    const { controlPlanes, change } = this.wishes;
    const words = ['lab', 'cluster', '--lab', this.lab.name, '--repository', repository];
    const text = await this.succeed(...words, '--control-planes', String(controlPlanes ?? 1));
    await writeFile(this.file, change ? stringify(change(parse(text) as SpecificationInput)) : text);
  }

  async verify(): Promise<Verification> {
    const { exitCode, stdout, all } = await this.run(['verify', this.file, '--json']);
    if (!stdout.startsWith('{')) throw new Error(`slipway verify gave no report.\n${all}`);
    const report = JSON.parse(stdout) as Report;
    const failed = report.checks.filter(({ state }) => state === 'failed');
    return {
      exitCode: exitCode ?? -1,
      failed: failed.map(({ check, host }) => `${check} ${host}`).sort(),
      report,
    };
  }

  /** Verifies until it is found as wanted. @returns that verification */
  async verifyUntil(what: string, isWanted: (seen: Verification) => boolean): Promise<Verification> {
    const end = Date.now() + 600_000;
    for (;;) {
      const seen = await this.verify();
      if (isWanted(seen)) return seen;
      if (Date.now() > end) throw new Error(`Waited in vain for ${what}; failed: ${seen.failed.join(', ')}`);
      await sleep(1000);
    }
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

  get cluster(): string {
    return `lab-${this.lab.name}`;
  }

  get file(): string {
    return join(this.home, 'cluster.yaml');
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
