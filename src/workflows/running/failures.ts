import { ActivityFailure, ApplicationFailure, rootCause, TimeoutFailure } from '@temporalio/workflow';
import type { StepFailureDetails } from '../../protocol/step-inputs.js';

/** What a failed activity says to a reader. */
export function describeFailure(failure: unknown): { message: string; details: Partial<StepFailureDetails> } {
  const cause = causeOf(failure);
  if (cause instanceof ApplicationFailure) {
    const [details] = (cause.details ?? []) as (Partial<StepFailureDetails> | undefined)[];
    const { command, output, advice } = details ?? {};
    return { message: cause.message, details: { command, output, advice } };
  }
  if (cause instanceof TimeoutFailure) {
    return {
      message: `The step did not come to an end in time (${cause.timeoutType}).`,
      details: { advice: 'Look whether a worker is running and whether it reaches the host, then retry.' },
    };
  }
  return { message: rootCause(failure) ?? 'The step failed for an unknown reason.', details: {} };
}

/** Whether what it did ended with its machine, so that nothing speaks against doing it again. */
export function isCutOff(failure: unknown): boolean {
  const cause = causeOf(failure);
  return cause instanceof ApplicationFailure && cause.type === 'CutOffError';
}

function causeOf(failure: unknown): unknown {
  return failure instanceof ActivityFailure ? failure.cause : failure;
}
