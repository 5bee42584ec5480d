import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';

/** An execution of an activity, as the worker that runs it tells about it. */
export interface Call {
  readonly step: string;
  /** Inventory name of the host, or of the control host. */
  readonly host: string;
  readonly attempt: number;
  /** The same in each attempt. */
  readonly key: string;
}

/**
 * Where an activity is. At `operation` something on a host has come to its end, at `cut` its links have been broken; the
 * worker does not wait there.
 */
export interface Point extends Call {
  readonly point: 'before' | 'middle' | 'after' | 'operation' | 'cut';
  /** At `before`: when the server has asked for this attempt, in milliseconds since the epoch. */
  readonly scheduled?: number;
  /** At `operation`: when it was begun, in milliseconds since the epoch. */
  readonly began?: number;
  /** At `cut`: how many connections there were to break. */
  readonly links?: number;
  /** At `middle` and `operation`: what is done on the host. */
  readonly what?: string;
  /** At `after`: whether the activity has been stopped in its middle. */
  readonly hadMiddle?: boolean;
}

/** How the worker goes on. */
export interface Answer {
  /**
   * Answer to `before`: stop at the operation of this number on the host, or at the first look at a job; so many
   * milliseconds into it, or, with `hold`, before it is begun.
   */
  readonly middle?:
    { readonly operation: number; readonly delay: number; readonly hold: boolean } | undefined;
  /** Answer to `middle`: break the connections to the host. */
  readonly cut?: boolean;
}

/** Called before, in the middle and after; the worker waits for the answer, unless it has been killed meanwhile. */
export type AtPoint = (point: Point, worker: FaultWorker) => Promise<Answer>;

export interface FaultWorkersOptions {
  /** SLIPWAY_HOME. */
  readonly home: string;
  /** Of the Temporal server. */
  readonly address: string;
  readonly atPoint: AtPoint;
  readonly onOperation: (point: Point) => void;
  readonly onCut: (point: Point) => void;
}

/** A second lies between them: a killed server is back in a few. */
const mostStarts = 20;

const program = fileURLToPath(new URL('fault-worker.mjs', import.meta.url));

/** One worker process. */
export class FaultWorker {
  constructor(private readonly child: ChildProcess) {}

  /** kill -9, and waits until it is gone. */
  async kill(): Promise<void> {
    await this.end('SIGKILL');
  }

  async stop(): Promise<void> {
    await this.end('SIGTERM');
  }

  private async end(signal: 'SIGKILL' | 'SIGTERM'): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    const exit = once(this.child, 'exit');
    this.child.kill(signal);
    await exit;
  }
}

/** Workers as processes of their own, which wait at each point of each activity for what the test lets happen. */
export class FaultWorkers {
  private readonly workers = new Set<FaultWorker>();

  constructor(private readonly options: FaultWorkersOptions) {}

  /** Starts one more, and waits until it takes work; one that finds no server is started again, as a supervisor would. */
  async start(): Promise<void> {
    for (let left = mostStarts - 1; !(await this.startOne()); left -= 1) {
      if (left === 0) throw new Error('A worker ended before it was ready, each time it was started.');
      await sleep(1_000);
    }
  }

  /** @returns whether it takes work; false when it has ended by itself before */
  private async startOne(): Promise<boolean> {
    const { home, address } = this.options;
    const child = fork(program, {
      env: { ...process.env, SLIPWAY_HOME: home, TEMPORAL_ADDRESS: address, NODE_OPTIONS: '' },
      execArgv: [],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    const worker = new FaultWorker(child);
    this.workers.add(worker);
    return new Promise((resolve, reject) => {
      child.once('exit', (code) => {
        this.workers.delete(worker);
        if (code === null) reject(new Error('A worker was killed before it was ready.'));
        else resolve(false);
      });
      child.on('message', (message: (Point & { readonly id: number }) | { readonly point: 'ready' }) => {
        if (message.point === 'ready') resolve(true);
        else if (message.point === 'operation') this.options.onOperation(message);
        else if (message.point === 'cut') this.options.onCut(message);
        else void this.answer(child, worker, message);
      });
    });
  }

  async stop(): Promise<void> {
    await Promise.all([...this.workers].map((worker) => worker.stop()));
  }

  async kill(): Promise<void> {
    await Promise.all([...this.workers].map((worker) => worker.kill()));
  }

  private async answer(
    child: ChildProcess,
    worker: FaultWorker,
    { id, ...point }: Point & { readonly id: number },
  ): Promise<void> {
    const answer = await this.options.atPoint(point, worker);
    if (child.connected) child.send({ ...answer, id }, () => undefined);
  }
}
