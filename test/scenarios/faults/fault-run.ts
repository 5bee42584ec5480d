import type { LabMachine } from '../../../src/lab/index.js';
import { cutLinksOfPlaybook, endJobs, fillDisk } from './control-host-faults.js';
import { FaultWorkers, type Answer, type Call, type FaultWorker, type Point } from './fault-workers.js';
import type { Fault, World } from './faults.js';
import { KilledServer } from './killed-server.js';
import { Moments, momentText, placeOf, type Cell, type Moment, type Occurrence } from './moments.js';

export interface FaultRunOptions {
  /** Slipway's home: the same for many runs, so that the virtualenv is made once. */
  readonly home: string;
  /** Folder of the Temporal server's files. */
  readonly serverFolder: string;
  readonly machines: readonly LabMachine[];
  /** The one that is meant where a step works on all of them. */
  readonly worker: LabMachine;
  /** Which faults a moment meets, one after the other. `met`: those that its step has met on that host before. */
  readonly choose: (moment: Moment, met: readonly Fault[]) => readonly Fault[];
  /** How many operations each moment needs when nothing disturbs it; the middle is in the middle of them. */
  readonly operations?: ReadonlyMap<string, number>;
  readonly workerCount?: number;
  readonly onProgress?: ((line: string) => void) | undefined;
}

/** A decision that is asked for more often than this means that the step cannot recover. */
const mostRetries = 5;

/** Steps that look until something has happened: how often they do, is another number each time. */
const waits = new Set(['waitForReboot']);

/** Steps whose middle is a look at their job: before it there is no connection of Ansible's that could be cut. */
const inTheirJob = new Set(['runKubespray']);

/** Real workers and a real server, whose steps meet faults on real machines. */
export class FaultRun {
  readonly cells: Cell[] = [];
  /** Every moment that came to its end, in order. */
  readonly done: Moment[] = [];
  /** By the text of each moment: operations of the attempt that came to its end. */
  readonly operations = new Map<string, number>();
  /** What went wrong in bringing faults about. */
  readonly failures: unknown[] = [];
  /** How the workflow is cancelled that is played at the moment. */
  cancelWorkflow: () => Promise<void> = () => Promise.reject(new Error('Nothing can be cancelled.'));
  private readonly moments: Moments;
  private readonly waitingForAnything = new Set<Cell>();
  private readonly backgrounds = new Set<Promise<unknown>>();
  private readonly server: KilledServer;
  private workers: FaultWorkers | undefined;

  constructor(private readonly options: FaultRunOptions) {
    this.server = new KilledServer(options.serverFolder);
    this.moments = new Moments((moment) => options.choose(moment, this.met(moment)));
  }

  /** Starts workers, and the server unless one runs in its folder. @returns the server's address */
  async begin(): Promise<string> {
    const address = await this.server.begin();
    const workers = new FaultWorkers({
      home: this.options.home,
      address,
      atPoint: (point, worker) => this.atPoint(point, worker, world),
      onOperation: (point) => this.operated(point),
      onCut: (point) => this.cut(point),
    });
    this.workers = workers;
    const world: World = {
      workers,
      machineOf: (host) => this.machineOf(host) ?? this.options.worker,
      killServer: () => this.killServer(),
      restartControlHost: () => this.restartControlHost(),
      cutLinksOfPlaybook: () => cutLinksOfPlaybook(this.options.home),
      fillDisk: () => fillDisk(this.options.home),
      cancelWorkflow: () => this.cancelWorkflow(),
      background: (work) => this.background(work),
      whenQuiet: () => this.whenQuiet(),
    };
    await this.startWorkers();
    return address;
  }

  /**
   * The workflow has gone on, with another step or, after the last one, to its end.
   * @param since when the server has decided that, in milliseconds since the epoch; a server that is dead now may have
   */
  workflowWentOn(since = Date.now()): void {
    for (const cell of this.waitingForAnything) {
      if (since <= cell.struck) continue;
      cell.recovery ??= Date.now() - cell.struck;
      this.waitingForAnything.delete(cell);
    }
  }

  /** Waits until what faults have begun is over. */
  async whenQuiet(): Promise<void> {
    await Promise.allSettled([...this.backgrounds]);
  }

  /** Ends everything, once what faults have begun is over. */
  async end(): Promise<void> {
    await this.whenQuiet();
    await this.workers?.stop();
    await this.server.end();
  }

  /** A person is about to let a step be tried again. */
  expectAgain(call: Pick<Call, 'step' | 'host'>): void {
    this.moments.expectAgain(call);
  }

  /** Notes that a person was asked about a step, which is right only where a fault has met it. */
  askedAbout(call: Pick<Call, 'step' | 'host'>, message: string): void {
    this.options.onProgress?.(`asked about ${placeOf(call)}: ${message}`);
    const cell = this.cells.findLast((each) => placeOf(each) === placeOf(call));
    if (cell !== undefined) cell.asked += 1;
    if (cell === undefined || cell.asked > mostRetries) {
      this.failures.push(new Error(`${placeOf(call)} does not recover by itself: ${message}`));
    }
  }

  private async atPoint(point: Point, worker: FaultWorker, world: World): Promise<Answer> {
    if (point.point === 'before') {
      this.workflowWentOn(point.scheduled);
      this.resumed(this.moments.begin(point));
    }
    const moment = this.moments.of(point);
    if (moment === undefined) throw new Error(`${placeOf(point)} never began.`);
    if (point.point === 'after') this.ended(moment);
    const [fault] = moment.faults;
    if (fault === undefined) return {};
    if (isMoment(fault, point))
      return this.strike(fault, { point, moment }, (call) => fault.strike(world, call, worker));
    if (fault.point === 'before' || fault.point === 'after') return {};
    const hold = fault.point === 'hold';
    return { middle: { operation: this.middleOf(moment, fault), hold, delay: hold ? 0 : 20 } };
  }

  /** @returns the number of the operation from which on an attempt is in its middle; any look at its job is, besides */
  private middleOf(moment: Occurrence, { point }: Fault): number {
    if (point === 'middle' && inTheirJob.has(moment.step)) return Number.MAX_SAFE_INTEGER;
    const usual = this.options.operations?.get(momentText(moment)) ?? 0;
    const isCounted = !moment.isDisturbed && !waits.has(moment.step);
    return isCounted ? Math.floor(usual / 2) + 1 : 1;
  }

  private async strike(
    fault: Fault,
    { point, moment }: { readonly point: Point; readonly moment: Occurrence },
    perform: (call: Call) => Promise<Answer>,
  ): Promise<Answer> {
    moment.faults.shift();
    if (moment.cell !== undefined) moment.cell.recovery ??= untilNext(moment.cell);
    moment.isDisturbed ||= fault.point !== 'before';
    const { step, host, nth } = moment;
    const cell: Cell = {
      ...{ step, host, nth, fault, what: point.what, struck: Date.now() },
      ...{ resumed: undefined, recovery: undefined, asked: 0 },
    };
    this.cells.push(cell);
    const what = point.what === undefined ? '' : `, ${point.what}`;
    this.options.onProgress?.(`${fault.name}: ${momentText(moment)}${what}`);
    if (fault.recovery === 'step') moment.cell = cell;
    try {
      return await perform(point);
    } catch (error) {
      this.failures.push(error);
      return {};
    } finally {
      if (fault.recovery === 'workflow') {
        cell.struck = Date.now();
        this.waitingForAnything.add(cell);
      }
    }
  }

  private met(moment: Moment): Fault[] {
    return this.cells.filter((cell) => placeOf(cell) === placeOf(moment)).map(({ fault }) => fault);
  }

  private machineOf(host: string): LabMachine | undefined {
    return this.options.machines.find(({ name }) => name === host);
  }

  private resumed({ cell }: Occurrence): void {
    if (cell !== undefined) cell.resumed ??= Date.now() - cell.struck;
  }

  private operated(point: Point): void {
    const moment = this.moments.of(point);
    if (moment === undefined) return;
    moment.operations += 1;
    const { cell } = moment;
    if (cell === undefined || (point.began ?? 0) <= cell.struck) return;
    // What a playbook does on the control host says nothing about a machine that is away.
    if (cell.fault.takesMachine && this.machineOf(cell.host) === undefined) return;
    wentOn(moment);
  }

  /** Something of this very moment has come to a good end. */
  private ended(moment: Occurrence): void {
    wentOn(moment);
    this.operations.set(momentText(moment), moment.operations);
    if (!moment.isDone) this.done.push(moment);
    moment.isDone = true;
  }

  private cut(point: Point): void {
    if (point.links === 0) this.failures.push(new Error(`${placeOf(point)} had no link that could be cut.`));
  }

  private async killServer(): Promise<void> {
    const { isBack } = await this.server.kill();
    this.background(isBack);
  }

  private async startWorkers(): Promise<void> {
    const { workerCount = 2 } = this.options;
    for (let number = 0; number < workerCount; number += 1) await this.workers?.start();
  }

  private async restartControlHost(): Promise<void> {
    await this.workers?.kill();
    await endJobs(this.options.home);
    await (
      await this.server.kill()
    ).isBack;
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

/** It has gone on, if only to the next fault: with another attempt, or where its machine was away, with what meets that. */
function untilNext({ fault, resumed, struck }: Cell): number | undefined {
  return fault.takesMachine ? Date.now() - struck : resumed;
}

function wentOn(moment: Occurrence): void {
  const { cell } = moment;
  if (cell !== undefined) cell.recovery ??= Date.now() - cell.struck;
  moment.cell = undefined;
}

/** An attempt without a middle, because it had less to do than expected, meets a killing at its end. */
function isMoment(fault: Fault, { point, hadMiddle }: Point): boolean {
  if (point === 'middle' || point === fault.point) return true;
  return point === 'after' && fault.point === 'middle' && fault.killsWorker && hadMiddle !== true;
}
