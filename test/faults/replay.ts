import type { Client } from '@temporalio/client';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { bundleWorkflows } from '../../src/workers/bundle.js';

let bundle: ReturnType<typeof bundleWorkflows> | undefined;

/**
 * Lets the workflows go once more through all that the server has recorded of them: on real machines, with everything
 * that they met. @returns one sentence for each history that they could not follow
 */
export async function failedReplays({ workflow }: Client): Promise<string[]> {
  const histories = [];
  for await (const { workflowId, runId } of workflow.list()) {
    histories.push({ workflowId, history: await workflow.getHandle(workflowId, runId).fetchHistory() });
  }
  if (histories.length === 0) return ['The server knows no workflow whose history could be replayed.'];
  const failed: string[] = [];
  for await (const { workflowId, error } of Worker.runReplayHistories(await prepare(), histories)) {
    if (error) failed.push(`The history of ${workflowId} cannot be replayed: ${error.message}`);
  }
  return failed;
}

/** Once for all runs of a process. */
async function prepare() {
  if (bundle === undefined) Runtime.install({ logger: new DefaultLogger('ERROR'), shutdownSignals: [] });
  bundle ??= bundleWorkflows();
  return { workflowBundle: await bundle };
}
