import { setTimeout as sleep } from 'node:timers/promises';
import type { Client, WorkflowHandle } from '@temporalio/client';
import type { Report } from '../../../src/cluster/report/report.js';
import {
  answerMessages,
  approveUpdate,
  clusterWorkflowId,
  progressQuery,
  taskQueue,
} from '../../../src/protocol/messages.js';
import type {
  ClusterProgress,
  DecisionQuestion,
  DecisionVerb,
  Question,
} from '../../../src/protocol/progress.js';
import type { Cast } from './casts.js';
import type { FaultRun } from './fault-run.js';

export interface PlayOptions {
  readonly client: Client;
  readonly run: FaultRun;
  readonly cast: Cast;
}

/** Brings about everything that is to happen on the machines of a cast. @returns the report of the cluster at the end */
export type Play = (options: PlayOptions) => Promise<Report>;

/** What a person says about a failed step; undefined: nothing yet. */
export type Decide = (question: DecisionQuestion) => DecisionVerb | undefined;

/**
 * Starts an `up`, approves it, and lets steps be tried again that ask for it.
 * @throws when it does not come to a report, or a fault could not be brought about
 */
export const followUp: Play = async ({ client, run, cast }) => {
  const { specification } = cast;
  const workflowId = clusterWorkflowId(specification.name);
  await client.workflow.start('provisionCluster', { args: [specification], taskQueue, workflowId });
  const handle = client.workflow.getHandle(workflowId);
  return (await follow(handle, { run, decide: decideFor(cast) })) as Report;
};

/** Lets everything be tried again but what cannot succeed on such machines. */
export function decideFor({ skipped }: Cast): Decide {
  return ({ step }) => (skipped.includes(step) ? 'skip' : 'retry');
}

interface FollowOptions {
  readonly run: FaultRun;
  readonly decide: Decide;
  /** Told each progress that is seen. */
  readonly watch?: (progress: ClusterProgress) => void;
}

/**
 * Approves what a workflow asks about, and says what is decided about failed steps, until it has ended.
 * @returns its result
 * @throws when it failed, or a fault could not be brought about
 */
export async function follow(handle: WorkflowHandle, options: FollowOptions): Promise<unknown> {
  const { run, watch } = options;
  for (;;) {
    if (run.failures.length > 0) throw new AggregateError(run.failures, 'The run cannot go on.');
    // While the server is dead or starting, nothing answers: that is what is tried here.
    const description = await handle.describe().catch(() => undefined);
    if (description !== undefined && description.status.name !== 'RUNNING') break;
    const progress = await handle.query(progressQuery).catch(() => undefined);
    if (progress !== undefined) watch?.(progress);
    for (const question of progress?.questions ?? []) {
      // A dead server takes no answer: it is given again.
      await answer(handle, question, options).catch(() => undefined);
    }
    await sleep(500);
  }
  run.workflowWentOn();
  return handle.result();
}

async function answer(
  handle: WorkflowHandle,
  question: Question,
  { run, decide }: FollowOptions,
): Promise<void> {
  const by = 'the test';
  if (question.kind === 'approval') {
    await handle.executeUpdate(approveUpdate, { args: [{ plan: question.plan, by }] });
    return;
  }
  const { step, host, message } = question;
  const verb = decide(question);
  if (verb === undefined) return;
  // A person mends first what is broken.
  if (verb === 'retry') {
    await run.whenQuiet();
    run.expectAgain({ step, host });
  }
  await handle.executeUpdate(answerMessages[verb].update, { args: [{ by, host, step }] });
  if (verb === 'retry') run.askedAbout({ step, host }, message);
}
