import {
  isGrpcServiceError,
  type WorkflowExecutionDescription,
  type WorkflowHandle,
} from '@temporalio/client';
import { setTimeout as sleep } from 'node:timers/promises';
import { progressQuery } from '../../protocol/messages.js';
import type { ClusterProgress } from '../../protocol/progress.js';
import { withHeartbeatDetails } from './heartbeats.js';

/** Milliseconds. */
const shortestPause = 500;
const answerTimeout = 10_000;

export interface FollowWorkflowOptions {
  readonly handle: WorkflowHandle;
  /** Ends the following; the workflow goes on. */
  readonly signal: AbortSignal;
  /** Called with each new progress, and awaited before the next look. */
  readonly onProgress: (progress: ClusterProgress) => Promise<void> | void;
  /** Called when the workflow does not answer, most likely because no worker runs; once for each silence. */
  readonly onSilence: (why: string) => void;
}

/** How the following ended. */
export type FollowEnd = 'closed' | 'interrupted';

/** Looks at a workflow's progress until it has come to its end. */
export async function followProgress(options: FollowWorkflowOptions): Promise<FollowEnd> {
  const { handle, signal, onProgress, onSilence } = options;
  let silent = false;
  while (!signal.aborted) {
    const description = await describe(handle);
    const closed = description !== undefined && description.status.name !== 'RUNNING';
    const began = Date.now();
    try {
      const progress = await queryProgress(handle);
      await onProgress(description ? withHeartbeatDetails(progress, description) : progress);
      silent = false;
    } catch (error) {
      const why = silenceOf(error);
      if (why === undefined) throw error;
      if (!silent && !closed) onSilence(why);
      silent = true;
    }
    if (closed) return 'closed';
    // A cluster of a thousand hosts has a long answer: never spend more than a fifth of the time with asking.
    await sleep(Math.max(shortestPause, (Date.now() - began) * 4), undefined, { signal }).catch(
      () => undefined,
    );
  }
  return 'interrupted';
}

/**
 * Asks the workflow itself; needs a worker.
 * @throws what the client throws; see {@link silenceOf}
 */
export async function queryProgress(handle: WorkflowHandle): Promise<ClusterProgress> {
  const { connection } = handle.client;
  return connection.withDeadline(Date.now() + answerTimeout, () => handle.query(progressQuery));
}

/** Why a workflow did not answer, if that may pass by itself; undefined for any other error. */
export function silenceOf(error: unknown): string | undefined {
  return silences.get(grpcCode(error) ?? -1);
}

/** By gRPC status code. */
const silences = new Map([
  [1, 'Temporal cannot be reached at the moment'],
  [4, 'no worker answers'],
  [8, 'Temporal is busy'],
  [9, 'no worker answers, or the workflow cannot go on'],
  [14, 'Temporal cannot be reached at the moment'],
]);

/** The client wraps gRPC's errors in its own, as their cause. */
function grpcCode(error: unknown): number | undefined {
  if (isGrpcServiceError(error)) return error.code;
  return error instanceof Error && error.cause !== undefined ? grpcCode(error.cause) : undefined;
}

/** Undefined while Temporal does not answer. */
async function describe(handle: WorkflowHandle): Promise<WorkflowExecutionDescription | undefined> {
  try {
    return await handle.describe();
  } catch (error) {
    if (silenceOf(error) !== undefined) return undefined;
    throw error;
  }
}
