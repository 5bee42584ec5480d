import { Worker, type NativeConnection, type WorkerOptions } from '@temporalio/worker';
import { createActivities, type AllActivities } from '../activities/index.js';
import type { Dependencies } from '../activities/running/dependencies.js';
import { taskQueue as defaultTaskQueue } from '../protocol/messages.js';
import { workflowBundle } from './bundle.js';
import { workerSettings } from './settings.js';

export interface CreateWorkerOptions {
  readonly connection: NativeConnection;
  readonly namespace: string;
  /** Default `slipway`. */
  readonly taskQueue?: string | undefined;
  /** What the real activities work with. */
  readonly dependencies: Dependencies;
  /** Instead of the real ones, for tests. */
  readonly activities?: AllActivities | undefined;
  /** Default: the one that was built, else a new one. */
  readonly workflowBundle?: WorkerOptions['workflowBundle'] | undefined;
  /** Milliseconds that running activities get when the worker is asked to end. Default 3,000: short steps come to their end. */
  readonly shutdownGraceTime?: number | undefined;
}

/** A worker for every workflow and activity, with the settings that were measured. Start it with `run()`. */
export async function createWorker(options: CreateWorkerOptions): Promise<Worker> {
  const { connection, namespace, dependencies, shutdownGraceTime } = options;
  return Worker.create({
    ...workerSettings(shutdownGraceTime),
    connection,
    namespace,
    taskQueue: options.taskQueue ?? defaultTaskQueue,
    workflowBundle: options.workflowBundle ?? (await workflowBundle()),
    activities: options.activities ?? (await createActivities(dependencies)),
  });
}
