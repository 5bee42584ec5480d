import { randomUUID } from 'node:crypto';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { DefaultLogger, Runtime, Worker, type NativeConnection } from '@temporalio/worker';
import type { WorkflowHandle, WorkflowHandleWithFirstExecutionRunId } from '@temporalio/client';
import type { SpecificationInput } from '../../src/cluster/specification/specification.js';
import { findTemporalCli } from '../../src/temporal/find-cli.js';
import { bundleWorkflows } from '../../src/workers/bundle.js';
import { workerSettings } from '../../src/workers/settings.js';
import { progressQuery } from '../../src/protocol/messages.js';
import type { ClusterProgress } from '../../src/protocol/progress.js';
import {
  clusterAttribute,
  phaseAttribute,
  waitingForAttribute,
} from '../../src/protocol/search-attributes.js';
import type { AllActivities } from '../../src/activities/index.js';
import { replayRecorded } from './replay.js';

/** Who did something, in histories; the SDK's own choice would name a process and a machine. */
const identity = 'slipway';

/** What a worker's activities work on. */
interface Machines {
  activities(): AllActivities;
}

/** A Temporal server of its own on loopback, and workers for it. */
export class WorkflowLab {
  private constructor(
    readonly temporal: TestWorkflowEnvironment,
    private readonly workflowBundle: { code: string },
  ) {}

  static async start(): Promise<WorkflowLab> {
    Runtime.install({ logger: new DefaultLogger('ERROR'), shutdownSignals: [] });
    const { path } = await findTemporalCli();
    const bundle = await bundleWorkflows();
    const temporal = await startServer(path, {
      searchAttributes: [clusterAttribute, phaseAttribute, waitingForAttribute],
    });
    return new WorkflowLab(temporal, bundle);
  }

  get client() {
    return this.temporal.client;
  }

  async stop(): Promise<void> {
    await this.temporal.teardown();
  }

  /** A worker on a task queue of its own, for the time of `use`. */
  async with<T>(machines: Machines, use: (run: LabRun) => Promise<T>): Promise<T> {
    const run = new LabRun(this, machines, `slipway-${randomUUID().slice(0, 8)}`);
    await run.startWorker();
    try {
      return await use(run);
    } finally {
      await run.close();
    }
  }

  /** Replays every workflow that has run on this server with the code as it is now. */
  replayEverything() {
    return replayRecorded({
      client: this.client,
      workflowBundle: this.workflowBundle,
      query:
        'ExecutionStatus != "Terminated" AND (SlipwayCluster != "many" OR WorkflowType = "provisionCluster")',
    });
  }

  /** @param connection the lab's own unless something else is said */
  worker(
    machines: Machines,
    taskQueue: string,
    connection: NativeConnection = this.temporal.nativeConnection,
  ): Promise<Worker> {
    return Worker.create({
      ...workerSettings(0),
      identity,
      connection,
      taskQueue,
      workflowBundle: this.workflowBundle,
      activities: machines.activities(),
      // A cancelled step hears of it by its next heartbeat; as it comes, that may take four seconds.
      maxHeartbeatThrottleInterval: '500ms',
    });
  }
}

/** The SDK gives a server five seconds, which a busy machine may need longer than once. */
export async function startServer(
  cli: string,
  { searchAttributes, attempts = 4 }: { searchAttributes: (typeof clusterAttribute)[]; attempts?: number },
): Promise<TestWorkflowEnvironment> {
  try {
    return await TestWorkflowEnvironment.createLocal({
      server: {
        executable: { type: 'existing-path', path: cli },
        searchAttributes,
        log: { format: 'json', level: 'never' },
        extraArgs: ['--dynamic-config-value', 'system.enableActivityEagerExecution=true'],
      },
      client: { identity },
    });
  } catch (error) {
    if (attempts === 1) throw error;
    return startServer(cli, { searchAttributes, attempts: attempts - 1 });
  }
}

/** One test's workers and the workflows that it started. */
export class LabRun {
  readonly started: WorkflowHandleWithFirstExecutionRunId[] = [];
  private readonly workers: { worker: Worker; running: Promise<void> }[] = [];

  constructor(
    readonly lab: WorkflowLab,
    private readonly machines: Machines,
    private readonly taskQueue: string,
  ) {}

  /** @param connection the lab's own unless something else is said */
  async startWorker(connection?: NativeConnection): Promise<void> {
    const worker = await this.lab.worker(this.machines, this.taskQueue, connection);
    this.workers.push({ worker, running: worker.run() });
  }

  /** Stops the worker that was started first. */
  async stopWorker(): Promise<void> {
    const stopping = this.workers.shift();
    if (stopping?.worker.getState() === 'RUNNING') stopping.worker.shutdown();
    await stopping?.running;
  }

  async start(
    type: string,
    argument: unknown,
    workflowId: string,
  ): Promise<WorkflowHandleWithFirstExecutionRunId> {
    const handle = await this.lab.client.workflow.start(type, {
      taskQueue: this.taskQueue,
      workflowId,
      args: [argument],
      // A machine that runs everything at once needs longer than the usual 10 s now and then, and nothing here is about that.
      workflowTaskTimeout: '30s',
    });
    this.started.push(handle);
    return handle;
  }

  provision(specification: SpecificationInput): Promise<WorkflowHandleWithFirstExecutionRunId> {
    return this.start('provisionCluster', specification, `cluster/${specification.name}`);
  }

  async close(): Promise<void> {
    for (const handle of this.started) await handle.terminate('The test is over.').catch(() => undefined);
    while (this.workers.length > 0) await this.stopWorker();
  }
}

/** Waits until a person is asked something. */
export function asked(handle: WorkflowHandle): Promise<ClusterProgress> {
  return until(handle, ({ questions }) => questions.length > 0);
}

/** The current details as Temporal's UI shows them. */
export async function details(handle: WorkflowHandle): Promise<string> {
  const metadata = await handle.query<{ currentDetails?: string }>('__temporal_workflow_metadata');
  return metadata.currentDetails ?? '';
}

/** Waits until the workflow's progress is the one awaited. */
export async function until(
  handle: WorkflowHandle,
  isAwaited: (progress: ClusterProgress) => boolean,
  milliseconds = 120_000,
): Promise<ClusterProgress> {
  const end = Date.now() + milliseconds;
  let progress = await handle.query(progressQuery);
  while (!isAwaited(progress)) {
    if (Date.now() > end) throw new Error(`It did not come to that: ${JSON.stringify(progress, null, 1)}`);
    await new Promise((resolve) => setTimeout(resolve, 500));
    progress = await handle.query(progressQuery);
  }
  return progress;
}
