import type { Client } from '@temporalio/client';
import { Worker } from '@temporalio/worker';

interface ReplayOptions {
  readonly client: Client;
  readonly workflowBundle: { readonly code: string };
  /** Which workflows, in Temporal's words; default: all that the server knows. */
  readonly query?: string;
}

/** Lets workflows go once more, by the code of the bundle, through what the server has recorded of them. */
export async function replayRecorded({ client, workflowBundle, query }: ReplayOptions) {
  const failures: { readonly workflowId: string; readonly message: string }[] = [];
  let replayed = 0;
  const histories = client.workflow.list(query === undefined ? {} : { query }).intoHistories();
  for await (const { workflowId, error } of Worker.runReplayHistories({ workflowBundle }, histories)) {
    replayed += 1;
    if (error) failures.push({ workflowId, message: error.message });
  }
  return { replayed, failures };
}
