import { CancelledFailure, Context } from '@temporalio/activity';
import type { JobProgress } from '../../hosts/jobs/jobs.js';
import { toFailure } from './failures.js';

/** How often an activity says that it is alive within its heartbeat timeout (src/workflows/running/paces.ts). */
const heartbeatsPerTimeout = 4;
/** Milliseconds between heartbeats of an activity that has no such timeout. */
const defaultInterval = 500;

/** What tells the heartbeat details of the activities under way: asked anew for each heartbeat. */
const progressOf = new WeakMap<Context, () => JobProgress>();

/** Tells with each heartbeat of this activity how far its job is. */
export function tellProgress(context: Context, progress: () => JobProgress): void {
  progressOf.set(context, progress);
}

/**
 * Makes an activity out of what it does: heartbeats for as long as it runs, so that a dead worker is noticed within
 * seconds, and turns errors of hosts into Temporal's failures.
 */
export function withHeartbeats<Input, Output>(
  run: (input: Input) => Promise<Output>,
): (input: Input) => Promise<Output> {
  return async (input) => {
    const context = Context.current();
    const alive = () => {
      context.heartbeat(progressOf.get(context)?.());
    };
    alive();
    const { heartbeatTimeoutMs } = context.info;
    const interval = heartbeatTimeoutMs ? heartbeatTimeoutMs / heartbeatsPerTimeout : defaultInterval;
    const timer = setInterval(alive, interval);
    try {
      return await run(input);
    } catch (error) {
      if (context.cancellationSignal.aborted) throw cancellationOf(context, error);
      throw toFailure(error);
    } finally {
      clearInterval(timer);
    }
  };
}

function cancellationOf(context: Context, error: unknown): Error {
  const { reason } = context.cancellationSignal as { reason: unknown };
  if (error instanceof CancelledFailure) return error;
  return reason instanceof CancelledFailure ? reason : new CancelledFailure('The step was cancelled.');
}
