import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection } from '@temporalio/client';
import { execa } from 'execa';
import { openLab, type Lab, type LabMachine } from '../../../src/lab/index.js';
import { materialiseStandIn } from '../../../src/lab/stand-in.js';
import type { SpecificationInput } from '../../../src/cluster/specification/specification.js';
import { startEmbeddedServer, type EmbeddedServer } from '../../../src/temporal/embedded-server.js';
import { stopServer } from '../../../src/temporal/server-process.js';
import { readServerState } from '../../../src/temporal/server-state.js';
import { findTemporalCli } from '../../../src/temporal/find-cli.js';

const program = 'dist/cli/main.js';

/** What a command printed, and its exit code. */
export interface CommandResult {
  readonly exitCode: number;
  readonly output: string;
}

/** A worker as a process of its own. */
export interface WorkerProcess {
  readonly pid: number;
  /** kill -9, and waits until it is gone. */
  kill9(): Promise<void>;
  /** SIGTERM, and waits for its graceful end. */
  stop(): Promise<void>;
}

/**
 * Everything that an end-to-end test needs besides machines: a Slipway home of its own, a Temporal server on it,
 * workers as processes of their own, the stand-in's repository. The program is the built one, as a user runs it.
 */
export class Stage {
  private readonly workers = new Set<WorkerProcess>();

  private constructor(
    readonly lab: Lab,
    readonly home: string,
    readonly server: EmbeddedServer,
    readonly serverFolder: string,
    readonly client: Client,
    readonly repository: string,
    private readonly connection: Connection,
  ) {}

  static async open(name: string): Promise<Stage> {
    const home = await mkdtemp(join(tmpdir(), `slipway-${name}-`));
    const lab = await openLab({
      name,
      onProgress: (line) => {
        console.log(line);
      },
    });
    const serverFolder = join(home, 'temporal');
    const server = await startEmbeddedServer({ folder: serverFolder });
    const connection = await Connection.connect({ address: server.address });
    const client = new Client({ connection, namespace: server.namespace });
    const repository = await materialiseStandIn({ folder: join(home, 'kubespray-stand-in') });
    return new Stage(lab, home, server, serverFolder, client, repository, connection);
  }

  /** `slipway <words>`, without a terminal. */
  async slipway(...words: string[]): Promise<CommandResult> {
    const { exitCode, all } = await this.run(process.execPath, [program, ...words]);
    return { exitCode: exitCode ?? -1, output: all };
  }

  /** `temporal <words>`, as a user of Temporal's own command would. */
  async temporal(...words: string[]): Promise<CommandResult> {
    const { path } = await findTemporalCli();
    const { exitCode, all } = await this.run(path, [...words, '--address', this.server.address]);
    return { exitCode: exitCode ?? -1, output: all };
  }

  async startWorker(): Promise<WorkerProcess> {
    const child = this.run(process.execPath, [program, 'worker', '--log-level', 'WARN']);
    await new Promise<void>((resolve, reject) => {
      child.stdout.on('data', (text: Buffer) => {
        if (text.toString().includes('task queue')) resolve();
      });
      void child.then(({ all }) => {
        reject(new Error(`The worker ended: ${all}`));
      });
    });
    const end = async (signal: 'SIGKILL' | 'SIGTERM') => {
      child.kill(signal);
      await child;
      this.workers.delete(worker);
    };
    const worker = { pid: child.pid ?? 0, kill9: () => end('SIGKILL'), stop: () => end('SIGTERM') };
    this.workers.add(worker);
    return worker;
  }

  async close(): Promise<void> {
    await Promise.all([...this.workers].map((worker) => worker.stop()));
    await this.connection.close();
    // A test may have killed the server that was started at first, and started another one.
    const state = readServerState(this.serverFolder);
    if (state !== undefined) await stopServer(state.server.pid);
    await this.lab.down();
    await rm(this.home, { recursive: true, force: true });
  }

  private run(command: string, words: readonly string[]) {
    return execa(command, words, {
      reject: false,
      all: true,
      stdin: 'ignore',
      env: { SLIPWAY_HOME: this.home, TEMPORAL_ADDRESS: this.server.address, NO_COLOR: '1' },
    });
  }
}

/** A specification for lab machines, which are smaller than the document's requirements. */
export function labSpecification({
  name,
  repository,
  controlPlane,
  workers,
  layout = 'auto',
}: {
  readonly name: string;
  readonly repository: string;
  readonly controlPlane: LabMachine;
  readonly workers: readonly LabMachine[];
  readonly layout?: 'auto' | 'root-dir' | 'bind';
}): SpecificationInput {
  const host = ({ name, address, port, hostKey }: LabMachine) => ({ name, address, port, hostKey });
  const reason = 'lab machines are small';
  return {
    name,
    kubespray: { repository, release: 'v2.24.1' },
    ssh: { privateKey: { file: controlPlane.privateKey } },
    ephemeralStorage: { layout },
    hosts: [
      { ...host(controlPlane), roles: ['control-plane', 'etcd'] },
      ...workers.map((worker) => ({ ...host(worker), roles: ['worker' as const] })),
    ],
    overrides: [
      ...['control-plane-cpus', 'control-plane-memory', 'worker-cpus', 'worker-memory', 'worker-disk'].map(
        (check) => ({ check, reason }),
      ),
      ...['kubespray-memory', 'free-space'].map((check) => ({ check, reason })),
      { check: 'node-address', reason: 'virtual machines of the lab are reached by a forwarded port' },
      { check: 'reachability', reason: 'virtual machines of the lab reach nobody' },
      { check: 'kubernetes-api', reason: 'the stand-in for Kubespray has no API server' },
    ],
  };
}

/** Asks until the answer is not undefined. @throws Error after `seconds` with what was waited for */
export async function until<T>(what: string, seconds: number, ask: () => Promise<T | undefined>): Promise<T> {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    if (Date.now() > end) throw new Error(`Waited ${seconds} s in vain for ${what}.`);
    await sleep(100);
  }
}
