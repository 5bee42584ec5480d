import { CancelledFailure } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { HostError } from '../../hosts/errors.js';
import type { StepFailureDetails } from '../../protocol/step-inputs.js';

/** The one place where errors of hosts become failures of Temporal. */
export function toFailure(error: unknown): Error {
  if (error instanceof CancelledFailure || error instanceof ApplicationFailure) return error;
  if (!(error instanceof HostError)) return error instanceof Error ? error : new Error(String(error));
  const { host, command, output, advice } = error.context;
  const details: StepFailureDetails = { host, command, output, advice };
  return ApplicationFailure.create({
    message: error.message,
    type: error.name,
    nonRetryable: !error.retryable,
    details: [details],
    cause: error,
  });
}
