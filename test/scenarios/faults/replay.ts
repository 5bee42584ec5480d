import type { Client } from '@temporalio/client';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { bundleWorkflows } from '../../../src/workers/bundle.js';
import { replayRecorded } from '../../support/replay.js';

let bundle: ReturnType<typeof bundleWorkflows> | undefined;

/**
 * Lets the workflows go once more through all that the server has recorded of them: on real machines, with everything
 * that they met. @returns one sentence for each history that they could not follow
 */
export async function failedReplays(client: Client): Promise<string[]> {
  const { replayed, failures } = await replayRecorded({ client, workflowBundle: await prepare() });
  if (replayed === 0) return ['The server knows no workflow whose history could be replayed.'];
  return failures.map(
    ({ workflowId, message }) => `The history of ${workflowId} cannot be replayed: ${message}`,
  );
}

/** Once for all runs of a process. */
function prepare() {
  if (bundle === undefined) Runtime.install({ logger: new DefaultLogger('ERROR'), shutdownSignals: [] });
  bundle ??= bundleWorkflows();
  return bundle;
}
