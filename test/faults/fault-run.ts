import { setTimeout as sleep } from 'node:timers/promises';
import { Client, Connection, type WorkflowHandle } from '@temporalio/client';
import type { Report } from '../../src/cluster/report.js';
import type { SpecificationInput } from '../../src/cluster/specification.js';
import type { LabMachine } from '../../src/lab/index.js';
import { killProcess, identityOf } from '../../src/local/processes.js';
import { startEmbeddedServer, type EmbeddedServer } from '../../src/temporal/embedded-server.js';
import {
  approveUpdate,
  clusterWorkflowId,
  progressQuery,
  retryUpdate,
  skipUpdate,
  taskQueue,
} from '../../src/workflows/messages.js';
import type { Question } from '../../src/workflows/progress.js';
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
  readonly specification: SpecificationInput;
  /** Which faults a step meets, one after the other; asked once for each step and host. */
  readonly choose: (call: Pick<Call, 'step' | 'host'>) => readonly Fault[];
  readonly workerCount?: number;
  /** Steps that fail on these machines with or without a fault, and are skipped. */
  readonly skipped?: readonly string[];
  readonly onProgress?: ((line: string) => void) | undefined;
}

/** A decision that is asked for more often than this means that the step cannot recover. */
const mostRetries = 5;

const nameOf = ({ step, host }: Pick<Call, 'step' | 'host'>) => `${step} on ${host}`;

/** One whole `up` with real workers, a real server and real machines, in which steps meet faults. */
export class FaultRun {
  readonly cells: Cell[] = [];
  /** Every step that came to its end, by name and host, in order. */
  readonly done: string[] = [];
  private readonly pending = new Map<string, Fault[]>();
  private readonly keys = new Map<string, Cell>();
  private readonly waitingForAnything = new Set<Cell>();
  private readonly failures: unknown[] = [];
  private readonly backgrounds = new Set<Promise<unknown>>();
  private server: EmbeddedServer | undefined;

  constructor(private readonly options: FaultRunOptions) {}

  /** @returns the workflow's report @throws when it does not come to one, or a fault could not be brought about */
  async run(): Promise<Report> {
    this.server = await this.startServer();
    const workers = new FaultWorkers({
      home: this.options.home,
      address: this.server.address,
      atPoint: (point, worker) => this.atPoint(point, worker, world),
      onOperation: (point) => this.wentOn(point),
    });
    const world: World = {
      workers,
      machineOf: (host) => this.options.machines.find(({ name }) => name === host) ?? this.options.worker,
      restartServer: () => this.restartServer(),
      background: (work) => this.background(work),
    };
    const connection = await Connection.connect({ address: this.server.address });
    try {
      await Promise.all(Array.from({ length: this.options.workerCount ?? 2 }, () => workers.start()));
      return await this.follow(new Client({ connection }));
    } finally {
      await Promise.allSettled([...this.backgrounds]);
      await workers.stop();
      await connection.close();
      await this.server.stop();
    }
  }

  private async follow(client: Client): Promise<Report> {
    const { specification } = this.options;
    const workflowId = clusterWorkflowId(specification.name);
    await client.workflow.start('provisionCluster', { args: [specification], taskQueue, workflowId });
    const handle = client.workflow.getHandle(workflowId);
    for (;;) {
      if (this.failures.length > 0)
        throw new AggregateError(this.failures, 'A fault could not be brought about.');
      // While the server is dead or starting, nothing answers: that is what is tried here.
      const description = await handle.describe().catch(() => undefined);
      if (description !== undefined && description.status.name !== 'RUNNING') break;
      const progress = await handle.query(progressQuery).catch(() => undefined);
      for (const question of progress?.questions ?? []) {
        // A dead server takes no answer: it is asked again.
        await this.answer(handle, question).catch(() => undefined);
      }
      await sleep(500);
    }
    return (await handle.result()) as Report;
  }

  private async answer(handle: WorkflowHandle, question: Question): Promise<void> {
    const by = 'the test';
    if (question.kind === 'approval') {
      await handle.executeUpdate(approveUpdate, { args: [{ plan: question.plan, by }] });
      return;
    }
    const { step, host, message } = question;
    if (this.options.skipped?.includes(step) === true) {
      await handle.executeUpdate(skipUpdate, { args: [{ by, host, step }] });
      return;
    }
    await handle.executeUpdate(retryUpdate, { args: [{ by, host, step }] });
    this.askedAbout({ step, host }, message);
  }

  private async atPoint(point: Point, worker: FaultWorker, world: World): Promise<Answer> {
    const name = nameOf(point);
    this.anythingWentOn(point);
    if (point.point === 'before') {
      this.resumed(point);
      if (!this.pending.has(name)) this.pending.set(name, [...this.options.choose(point)]);
    }
    if (point.point === 'after') {
      this.wentOn(point);
      this.done.push(name);
    }
    const [fault] = this.pending.get(name) ?? [];
    if (fault === undefined) return {};
    const isMoment =
      point.point === 'middle' ||
      point.point === fault.point ||
      (point.point === 'after' && point.hadMiddle !== true);
    if (isMoment) return this.strike(fault, point, worker, world);
    if (fault.point === 'before' || fault.point === 'after') return {};
    // A later operation is deeper in the step; those with fewer meet the fault at their end.
    return { middle: { operation: 2, delay: fault.point === 'hold' ? 0 : 20, hold: fault.point === 'hold' } };
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
    try {
      const answer = await fault.strike(world, point, worker);
      if (fault.recovery === 'workflow') this.waitingForAnything.add(cell);
      else this.keys.set(key, cell);
      return answer;
    } catch (error) {
      this.failures.push(error);
      return {};
    }
  }

  /** The next attempt of this very step has begun. */
  private resumed({ key }: Point): void {
    const cell = this.keys.get(key);
    if (cell !== undefined) cell.resumed ??= Date.now() - cell.struck;
  }

  /** Something of this very step has come to a good end on the host. */
  private wentOn({ key }: Point): void {
    const cell = this.keys.get(key);
    if (cell === undefined) return;
    cell.recovery ??= Date.now() - cell.struck;
    this.keys.delete(key);
  }

  private anythingWentOn({ point }: Point): void {
    if (point !== 'before') return;
    for (const cell of this.waitingForAnything) cell.recovery ??= Date.now() - cell.struck;
    this.waitingForAnything.clear();
  }

  private askedAbout(call: Pick<Call, 'step' | 'host'>, message: string): void {
    this.options.onProgress?.(`asked about ${nameOf(call)}: ${message}`);
    const cell = this.cells.findLast((each) => nameOf(each) === nameOf(call));
    if (cell === undefined) {
      this.failures.push(new Error(`${nameOf(call)} failed without a fault of its own: ${message}`));
      return;
    }
    cell.asked += 1;
    if (cell.asked > mostRetries)
      this.failures.push(new Error(`${nameOf(call)} does not recover: ${message}`));
  }

  private startServer(): Promise<EmbeddedServer> {
    return startEmbeddedServer({ folder: this.options.serverFolder });
  }

  private async restartServer(): Promise<void> {
    const process = identityOf(this.server?.pid ?? 0);
    if (process !== undefined) await killProcess(process);
    this.server = await this.startServer();
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
