import type { LabMachine } from '../../src/lab/index.js';
import { killProcess, identityOf } from '../../src/local/processes.js';
import { endJobs, fillDisk } from './control-host-faults.js';
import { startEmbeddedServer, type EmbeddedServer } from '../../src/temporal/embedded-server.js';
import { FaultWorkers, type Answer, type Call, type FaultWorker, type Point } from './fault-workers.js';
import type { Fault, World } from './faults.js';

/** What became of one step that met a fault. */
export interface Cell {
  readonly step: string;
  readonly host: string;
  readonly fault: Fault;
  /** What was done on the host at that moment, where it is known. */
  readonly what: string | undefined;
  /** Milliseconds since the epoch. */
  readonly struck: number;
  /** Milliseconds until another attempt began; undefined where it went on in the same one. */
  resumed: number | undefined;
  /** Milliseconds until something of it succeeded on the host; undefined: it never did. */
  recovery: number | undefined;
  /** How often a person had to say `retry` for it. */
  asked: number;
}

export interface FaultRunOptions {
  /** Slipway's home: the same for many runs, so that the virtualenv is made once. */
  readonly home: string;
  /** Folder of the Temporal server's files. */
  readonly serverFolder: string;
  readonly machines: readonly LabMachine[];
  /** The one that is meant where a step works on all of them. */
  readonly worker: LabMachine;
  /** Which faults a step meets, one after the other; asked once for each step and host. */
  readonly choose: (call: Pick<Call, 'step' | 'host'>) => readonly Fault[];
  /** How many operations on its host each step needs when nothing disturbs it; the middle is in the middle of them. */
  readonly operations?: ReadonlyMap<string, number>;
  readonly workerCount?: number;
  readonly onProgress?: ((line: string) => void) | undefined;
}

/** A decision that is asked for more often than this means that the step cannot recover. */
const mostRetries = 5;

const nameOf = ({ step, host }: Pick<Call, 'step' | 'host'>) => `${step} on ${host}`;

/** Real workers and a real server, whose steps meet faults on real machines. */
export class FaultRun {
  readonly cells: Cell[] = [];
  /** Every step that came to its end, by name and host, in order. */
  readonly done: string[] = [];
  /** Operations of each step's attempt that came to its end. */
  readonly operations = new Map<string, number>();
  private readonly counts = new Map<string, number>();
  private readonly pending = new Map<string, Fault[]>();
  private readonly keys = new Map<string, Cell>();
  private readonly waitingForAnything = new Set<Cell>();
  /** By name: a person's `retry` makes another activity of it, with another key. */
  private readonly tryAgain = new Map<string, Cell>();
  /** What went wrong in bringing faults about. */
  readonly failures: unknown[] = [];
  private readonly backgrounds = new Set<Promise<unknown>>();
  private server: EmbeddedServer | undefined;
  private ownsServer = false;
  private workers: FaultWorkers | undefined;

  constructor(private readonly options: FaultRunOptions) {}

  /** Starts workers, and the server unless one runs in its folder. @returns the server's address */
  async begin(): Promise<string> {
    this.server = await this.startServer();
    const { address, owned } = this.server;
    this.ownsServer = owned;
    const workers = new FaultWorkers({
      home: this.options.home,
      address,
      atPoint: (point, worker) => this.atPoint(point, worker, world),
      onOperation: (point) => this.operated(point),
    });
    this.workers = workers;
    const world: World = {
      workers,
      machineOf: (host) => this.options.machines.find(({ name }) => name === host) ?? this.options.worker,
      restartServer: () => this.restartServer(),
      restartControlHost: () => this.restartControlHost(),
      fillDisk: () => fillDisk(this.options.home),
      background: (work) => this.background(work),
      whenQuiet: () => this.whenQuiet(),
    };
    await this.startWorkers();
    return address;
  }

  /** The workflow has gone on, with another step or, after the last one, to its end. */
  workflowWentOn(): void {
    for (const cell of this.waitingForAnything) cell.recovery ??= Date.now() - cell.struck;
    this.waitingForAnything.clear();
  }

  /** Waits until what faults have begun is over. */
  async whenQuiet(): Promise<void> {
    await Promise.allSettled([...this.backgrounds]);
  }

  /** Ends everything, once what faults have begun is over. */
  async end(): Promise<void> {
    await this.whenQuiet();
    await this.workers?.stop();
    if (this.ownsServer) await this.server?.stop();
  }

  /** Notes that a person was asked about a step, which is right only where a fault has met it. */
  askedAbout(call: Pick<Call, 'step' | 'host'>, message: string): void {
    this.options.onProgress?.(`asked about ${nameOf(call)}: ${message}`);
    const cell = this.cells.findLast((each) => nameOf(each) === nameOf(call));
    if (cell !== undefined) {
      cell.asked += 1;
      this.tryAgain.set(nameOf(call), cell);
    }
    if (cell === undefined || cell.asked > mostRetries) {
      this.failures.push(new Error(`${nameOf(call)} does not recover by itself: ${message}`));
    }
  }

  private async atPoint(point: Point, worker: FaultWorker, world: World): Promise<Answer> {
    const name = nameOf(point);
    if (point.point === 'before') {
      this.workflowWentOn();
      this.recognise(point);
      this.resumed(point);
      if (!this.pending.has(name)) this.pending.set(name, [...this.options.choose(point)]);
    }
    if (point.point === 'after') {
      this.wentOn(point);
      this.done.push(name);
      this.operations.set(name, this.counts.get(point.key) ?? 0);
    }
    const [fault] = this.pending.get(name) ?? [];
    if (fault === undefined) return {};
    if (isMoment(fault, point)) return this.strike(fault, point, worker, world);
    if (fault.point === 'before' || fault.point === 'after') return {};
    const operation = Math.floor((this.options.operations?.get(name) ?? 0) / 2) + 1;
    const hold = fault.point === 'hold';
    return { middle: { operation, hold, delay: hold ? 0 : 20 } };
  }

  private async strike(fault: Fault, point: Point, worker: FaultWorker, world: World): Promise<Answer> {
    const name = nameOf(point);
    this.pending.get(name)?.shift();
    const { step, host, what, key } = point;
    // It has gone on, if only to the next fault.
    const last = this.keys.get(key);
    if (last !== undefined) last.recovery ??= last.resumed;
    const cell: Cell = {
      step,
      host,
      fault,
      what,
      struck: Date.now(),
      resumed: undefined,
      recovery: undefined,
      asked: 0,
    };
    this.cells.push(cell);
    this.options.onProgress?.(`${fault.name}: ${name}${what === undefined ? '' : `, ${what}`}`);
    if (fault.recovery === 'workflow') this.waitingForAnything.add(cell);
    else this.keys.set(key, cell);
    try {
      return await fault.strike(world, point, worker);
    } catch (error) {
      this.failures.push(error);
      return {};
    }
  }

  private recognise(point: Point): void {
    const cell = this.tryAgain.get(nameOf(point));
    if (cell === undefined) return;
    this.tryAgain.delete(nameOf(point));
    this.keys.set(point.key, cell);
  }

  /** The next attempt of this very step has begun. */
  private resumed({ key }: Point): void {
    this.counts.set(key, 0);
    const cell = this.keys.get(key);
    if (cell !== undefined) cell.resumed ??= Date.now() - cell.struck;
  }

  private operated(point: Point): void {
    this.counts.set(point.key, (this.counts.get(point.key) ?? 0) + 1);
    this.wentOn(point);
  }

  /** Something of this very step has come to a good end on the host. */
  private wentOn({ key }: Point): void {
    const cell = this.keys.get(key);
    if (cell === undefined) return;
    cell.recovery ??= Date.now() - cell.struck;
    this.keys.delete(key);
  }

  private startServer(): Promise<EmbeddedServer> {
    return startEmbeddedServer({ folder: this.options.serverFolder });
  }

  private async restartServer(): Promise<void> {
    const process = identityOf(this.server?.pid ?? 0);
    if (process !== undefined) await killProcess(process);
    this.server = await this.startServer();
  }

  private async startWorkers(): Promise<void> {
    const { workerCount = 2 } = this.options;
    for (let number = 0; number < workerCount; number += 1) await this.workers?.start();
  }

  private async restartControlHost(): Promise<void> {
    await this.workers?.kill();
    await endJobs(this.options.home);
    await this.restartServer();
    await this.startWorkers();
  }

  private background(work: Promise<unknown>): void {
    const kept = work
      .catch((error: unknown) => {
        this.failures.push(error);
      })
      .finally(() => this.backgrounds.delete(kept));
    this.backgrounds.add(kept);
  }
}

/** An attempt without a middle, because it had less to do than expected, meets a killing at its end. */
function isMoment(fault: Fault, { point, hadMiddle }: Point): boolean {
  if (point === 'middle' || point === fault.point) return true;
  return point === 'after' && fault.point === 'middle' && fault.killsWorker && hadMiddle !== true;
}
