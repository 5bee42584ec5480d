import { WorkflowNotFoundError, WorkflowUpdateFailedError, type Client } from '@temporalio/client';
import { hostname, userInfo } from 'node:os';
import {
  answerMessages,
  clusterWorkflowId,
  type Approval,
  type approveUpdate,
  type Decision,
  type Denial,
} from '../../protocol/messages.js';
import type { Verb } from '../../protocol/progress.js';
import { CommandError } from '../terminal/errors.js';
import { exitCodes } from '../terminal/exit-codes.js';

/** Milliseconds that a worker gets to take an answer. */
const updateTimeout = 30_000;

/** Who answers, where the command does not say: user@machine. */
export function whoAnswers(): string {
  return `${userInfo().username}@${hostname()}`;
}

export interface SentAnswer {
  readonly cluster: string;
  /** The workflow that asks, where it is not the cluster's own. */
  readonly workflowId?: string | undefined;
  readonly verb: Verb;
  readonly answer: Approval | Denial | Decision;
}

/**
 * Sends an answer to the workflow that asks, and waits until it is taken.
 * @returns the workflow's sentence about it
 * @throws CommandError when it is refused, when there is no such workflow, or when no worker takes it
 */
export async function sendAnswer(
  client: Client,
  { cluster, workflowId = clusterWorkflowId(cluster), verb, answer }: SentAnswer,
): Promise<string> {
  const handle = client.workflow.getHandle(workflowId);
  const update = answerMessages[verb].update as typeof approveUpdate;
  try {
    return await client.connection.withDeadline(Date.now() + updateTimeout, () =>
      handle.executeUpdate(update, { args: [answer as Approval] }),
    );
  } catch (error) {
    throw explain(error, cluster);
  }
}

function explain(error: unknown, cluster: string): unknown {
  if (error instanceof WorkflowUpdateFailedError) {
    return new CommandError(error.cause?.message ?? error.message, exitCodes.denied, { cause: error });
  }
  if (error instanceof WorkflowNotFoundError) {
    return new CommandError(`Nothing is running for the cluster "${cluster}".`, exitCodes.failed, {
      cause: error,
    });
  }
  if (isTimeout(error)) {
    return new CommandError(
      `The workflow of "${cluster}" did not take the answer within ${updateTimeout / 1000} s: no worker runs. ` +
        'Start `slipway up` or `slipway worker`; the answer may still be taken then.',
      exitCodes.unreachable,
      { cause: error },
    );
  }
  return error;
}

function isTimeout(error: unknown): boolean {
  return error instanceof Error && error.name === 'WorkflowUpdateRPCTimeoutOrCancelledError';
}
