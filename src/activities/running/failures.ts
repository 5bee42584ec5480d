import { CancelledFailure } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { HostError } from '../../hosts/errors.js';

/** What a failed step tells the workflow and the reader; goes through Temporal as the failure's details. */
export interface StepFailureDetails {
  readonly host: string;
  readonly command?: string | undefined;
  /** Last lines of output. */
  readonly output?: string | undefined;
  readonly advice?: string | undefined;
}

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
