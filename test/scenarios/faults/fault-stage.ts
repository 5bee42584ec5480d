import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { execa } from 'execa';
import type { Report } from '../../../src/cluster/report/report.js';
import { quote } from '../../../src/hosts/script.js';
import { openLab, type Lab, type LabMachine } from '../../../src/lab/index.js';
import { digestOfTree, seededPaths } from '../../../src/lab/seed-worker.js';
import { materialiseStandIn } from '../../../src/lab/stand-in.js';
import { read } from '../procedure/host-truth.js';
import { FaultRun, type FaultRunOptions } from './fault-run.js';
import type { Fault, Place } from './faults.js';
import { casts, clusterName, type Cast } from './casts.js';
import { followUp, type Play } from './follow-up.js';
import type { Cell, Moment } from './moments.js';
import { failedReplays } from './replay.js';
import { controlHostState, hostState, jobsIn, type JobRun, type State } from './world-state.js';

/** What a whole `up` has left behind, and what happened to its steps on the way. */
export interface Outcome {
  readonly report: Report;
  /** What each host is, by inventory name. */
  readonly places: Readonly<Record<string, Place>>;
  /** The worker's inventory name. */
  readonly worker: string;
  readonly cells: readonly Cell[];
  /** Everything that came to its end. */
  readonly done: readonly Moment[];
  /** How many operations on its host each of them needed, by its text. */
  readonly operations: ReadonlyMap<string, number>;
  /** By inventory name, and of the control host. */
  readonly states: Readonly<Record<string, State>>;
  /** By inventory name, and of the control host. */
  readonly jobs: Readonly<Record<string, readonly JobRun[]>>;
  /** How often each machine has been started, by inventory name. */
  readonly boots: Readonly<Record<string, number>>;
  /** Whether the data that kubelet and containerd had is still the same. */
  readonly dataIsWhole: boolean;
  /** How the directories stand that step 7 has put aside. */
  readonly original: 'not there' | 'whole' | 'changed';
  /** What is wrong with the workflows' histories, one sentence each. */
  readonly failedReplays: readonly string[];
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
        choose: (moment, met) =>
          choose(moment, machines.find(({ name }) => name === moment.host)?.kind ?? 'control host', met),
      });
      const told = await this.play(run, cast, play);
      const ofEach = async <Value>(look: (machine: LabMachine) => Promise<Value>) =>
        Object.fromEntries(
          await Promise.all(machines.map(async (machine) => [machine.name, await look(machine)] as const)),
        );
      return {
        ...told,
        places: Object.fromEntries(machines.map(({ name, kind }) => [name, kind])),
        worker: worker.name,
        cells: run.cells,
        done: run.done,
        operations: run.operations,
        states: {
          ...(await ofEach((machine) => hostState(machine, machines))),
          [controlHost]: await controlHostState(this.home, clusterName, machines),
        },
        jobs: {
          ...(await ofEach((machine) => jobsIn('/var/lib/slipway', (script) => read(machine, script)))),
          [controlHost]: await jobsIn(
            this.home,
            async (script) => (await execa('sh', ['-c', script])).stdout,
          ),
        },
        boots: await ofEach(async (machine) => Number(await read(machine, 'wc -l < /var/boots'))),
        dataIsWhole: cast.data === undefined || cast.data === (await digestOfTree(worker, seededPaths)),
        original: await originalOf(cast),
      };
    } finally {
      await Promise.all(machines.map((machine) => machine.destroy()));
    }
  }

  private async play(run: FaultRun, cast: Cast, play: Play) {
    try {
      const connection = await Connection.connect({ address: await run.begin() });
      try {
        const client = new Client({ connection });
        const report = await play({ client, run, cast });
        await run.whenQuiet();
        return { report, failedReplays: await failedReplays(client) };
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

/** Seen in its old place, as far as one process is concerned: the digest holds names. */
async function originalOf({ worker, data }: Cast): Promise<Outcome['original']> {
  const places = '/var/lib/kubelet /var/lib/containerd';
  if ((await read(worker, `for place in ${places}; do ls -d $place.slipway-old || true; done`)) === '') {
    return 'not there';
  }
  const inOldPlace = (script: string) =>
    worker.run(
      `unshare -m sh -euc 'for place in ${places}; do mount --bind $place.slipway-old $place; done; eval "$1"' sh ${quote(script)}`,
    );
  const digest = await digestOfTree({ name: worker.name, run: inOldPlace }, seededPaths);
  return digest === data ? 'whole' : 'changed';
}

/** A step may meet several faults, one after the other. */
export type UpOptions = Pick<FaultRunOptions, 'onProgress' | 'operations' | 'workerCount'> & {
  readonly choose: (moment: Moment, place: Place, met: readonly Fault[]) => readonly Fault[];
  /** Default: one `up`. */
  readonly play?: Play;
};
