import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { execa } from 'execa';
import type { Report } from '../../src/cluster/report.js';
import { openLab, type Lab } from '../../src/lab/index.js';
import { digestOfTree, seededPaths } from '../../src/lab/seed-worker.js';
import { materialiseStandIn } from '../../src/lab/stand-in.js';
import { read } from '../e2e/host-truth.js';
import { FaultRun, type Cell, type FaultRunOptions } from './fault-run.js';
import type { Fault, Place } from './faults.js';
import { casts, clusterName, type Cast } from './casts.js';
import { followUp, type Play } from './follow-up.js';
import type { Call } from './fault-workers.js';
import { controlHostState, hostState, jobsIn, type State } from './world-state.js';

/** What a whole `up` has left behind, and what happened to its steps on the way. */
export interface Outcome {
  readonly report: Report;
  /** What each host is, by inventory name. */
  readonly places: Readonly<Record<string, Place>>;
  /** The worker's inventory name. */
  readonly worker: string;
  readonly cells: readonly Cell[];
  /** Step and host of everything that came to its end. */
  readonly done: readonly string[];
  /** How many operations on its host each of them needed. */
  readonly operations: ReadonlyMap<string, number>;
  /** By inventory name, and of the control host. */
  readonly states: Readonly<Record<string, State>>;
  /** By inventory name, and of the control host: `<step> <executions>`. */
  readonly jobs: Readonly<Record<string, readonly string[]>>;
  /** How often the worker has been started. */
  readonly boots: number;
  /** Whether the data that kubelet and containerd had is still the same. */
  readonly dataIsWhole: boolean;
}

const controlHost = 'control host';

/** Machines for one run after the other, each of which finds them as they were at first. */
export class FaultStage {
  private constructor(
    private readonly lab: Lab,
    private readonly home: string,
    private readonly repository: string,
  ) {}

  /** @param smallDisk MiB of a file system of its own for Slipway's home, so that it can be filled */
  static async open(name: string, smallDisk?: number): Promise<FaultStage> {
    const home = await mkdtemp(join(tmpdir(), 'slipway-faults-'));
    if (smallDisk !== undefined) {
      await execa('mount', ['-t', 'tmpfs', '-o', `size=${smallDisk}m,mode=700`, 'tmpfs', home]);
    }
    // In a folder of its own, so that two commands at once do not take each other's machines.
    const lab = await openLab({ name, folder: await mkdtemp(join(tmpdir(), 'slipway-lab-')) });
    return new FaultStage(lab, home, await materialiseStandIn({ folder: join(home, 'stand-in') }));
  }

  async close(): Promise<void> {
    await this.lab.down();
    await rm(this.lab.folder, { recursive: true, force: true });
    // Only where it is a file system of its own.
    await execa('umount', [this.home], { reject: false });
    await rm(this.home, { recursive: true, force: true });
  }

  /** One `up`, or what else is played, from blank machines to the end, whatever the steps meet on the way. */
  async up(kind: keyof typeof casts, { choose, play = followUp, ...options }: UpOptions): Promise<Outcome> {
    const cast = await casts[kind](this.lab, this.repository);
    const { machines, worker } = cast;
    try {
      await this.forget();
      const run = new FaultRun({
        ...options,
        ...cast,
        home: this.home,
        serverFolder: join(this.home, 'temporal'),
        choose: (call) =>
          choose(call, machines.find(({ name }) => name === call.host)?.kind ?? 'control host'),
      });
      const report = await this.reportOf(run, cast, play);
      const states = await Promise.all(
        machines.map(async (machine) => [machine.name, await hostState(machine, machines)] as const),
      );
      return {
        report,
        places: Object.fromEntries(machines.map(({ name, kind }) => [name, kind])),
        worker: worker.name,
        cells: run.cells,
        done: run.done,
        operations: run.operations,
        states: {
          ...Object.fromEntries(states),
          [controlHost]: await controlHostState(this.home, clusterName, machines),
        },
        jobs: {
          [worker.name]: await jobsIn('/var/lib/slipway', (script) => read(worker, script)),
          [controlHost]: await jobsIn(
            this.home,
            async (script) => (await execa('sh', ['-c', script])).stdout,
          ),
        },
        boots: Number(await read(worker, 'wc -l < /var/boots')),
        dataIsWhole: cast.data === undefined || cast.data === (await digestOfTree(worker, seededPaths)),
      };
    } finally {
      await Promise.all(machines.map((machine) => machine.destroy()));
    }
  }

  private async reportOf(run: FaultRun, cast: Cast, play: Play): Promise<Report> {
    try {
      const connection = await Connection.connect({ address: await run.begin() });
      try {
        return await play({ client: new Client({ connection }), run, cast });
      } finally {
        await connection.close();
      }
    } finally {
      await run.end();
    }
  }

  /** The control host as it was before, but for the virtualenv, whose making takes long and is a step like others. */
  private async forget(): Promise<void> {
    for (const folder of ['temporal', 'clusters', 'jobs']) {
      await rm(join(this.home, folder), { recursive: true, force: true });
    }
  }
}

/** A step may meet several faults, one after the other. */
export type UpOptions = Pick<FaultRunOptions, 'onProgress' | 'operations' | 'workerCount'> & {
  readonly choose: (call: Pick<Call, 'step' | 'host'>, place: Place) => readonly Fault[];
  /** Default: one `up`. */
  readonly play?: Play;
};
