import { setTimeout as sleep } from 'node:timers/promises';
import type { Client, WorkflowHandle } from '@temporalio/client';
import type { Report } from '../../src/cluster/report.js';
import type { SpecificationInput } from '../../src/cluster/specification.js';
import {
  approveUpdate,
  clusterWorkflowId,
  progressQuery,
  retryUpdate,
  skipUpdate,
  taskQueue,
} from '../../src/workflows/messages.js';
import type { Question } from '../../src/workflows/progress.js';
import type { FaultRun } from './fault-run.js';

export interface FollowOptions {
  readonly client: Client;
  readonly run: FaultRun;
  readonly specification: SpecificationInput;
  /** Steps that fail on these machines with or without a fault. */
  readonly skipped: readonly string[];
}

/**
 * Starts an `up`, approves it, and lets steps be tried again that ask for it.
 * @throws when it does not come to a report, or a fault could not be brought about
 */
export async function followUp(options: FollowOptions): Promise<Report> {
  const { client, run, specification } = options;
  const workflowId = clusterWorkflowId(specification.name);
  await client.workflow.start('provisionCluster', { args: [specification], taskQueue, workflowId });
  const handle = client.workflow.getHandle(workflowId);
  for (;;) {
    if (run.failures.length > 0) throw new AggregateError(run.failures, 'The run cannot go on.');
    // While the server is dead or starting, nothing answers: that is what is tried here.
    const description = await handle.describe().catch(() => undefined);
    if (description !== undefined && description.status.name !== 'RUNNING') break;
    const progress = await handle.query(progressQuery).catch(() => undefined);
    for (const question of progress?.questions ?? []) {
      // A dead server takes no answer: it is given again.
      await answer(handle, question, options).catch(() => undefined);
    }
    await sleep(500);
  }
  run.workflowWentOn();
  return (await handle.result()) as Report;
}

async function answer(
  handle: WorkflowHandle,
  question: Question,
  { run, skipped }: FollowOptions,
): Promise<void> {
  const by = 'the test';
  if (question.kind === 'approval') {
    await handle.executeUpdate(approveUpdate, { args: [{ plan: question.plan, by }] });
    return;
  }
  const { step, host, message } = question;
  if (skipped.includes(step)) {
    await handle.executeUpdate(skipUpdate, { args: [{ by, host, step }] });
    return;
  }
  await handle.executeUpdate(retryUpdate, { args: [{ by, host, step }] });
  run.askedAbout({ step, host }, message);
}
