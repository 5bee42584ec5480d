import { WorkflowFailedError } from '@temporalio/client';
import type { Report } from '../../../src/cluster/report/report.js';
import { clusterWorkflowId, taskQueue } from '../../../src/protocol/messages.js';
import { decideFor, follow, type Play } from './follow-up.js';

/** More `up`s than steps that could cancel them: then one of them does not come further than the one before. */
const mostRuns = 100;

/** One `up` after the other on the same machines, each of which may be cancelled, until one comes to its report. */
export const cancelEverywhere: Play = async ({ client, run, cast }) => {
  const workflowId = clusterWorkflowId(cast.specification.name);
  for (let runs = 0; runs < mostRuns; runs += 1) {
    const args = [cast.specification];
    const handle = await client.workflow.start('provisionCluster', { args, taskQueue, workflowId });
    let isCancelled = false;
    run.cancelWorkflow = async () => {
      // Of steps side by side the first one cancels all; the others may be in their middle when the workflow has ended.
      if (isCancelled) return;
      isCancelled = true;
      await handle.cancel();
    };
    try {
      return (await follow(handle, { run, decide: decideFor(cast) })) as Report;
    } catch (error) {
      if (!isCancelled || !(error instanceof WorkflowFailedError)) throw error;
    }
  }
  throw new Error(`No \`up\` of ${mostRuns} came to its end.`);
};
