import { WorkflowNotFoundError, type WorkflowHandle } from '@temporalio/client';
import { clusterWorkflowId } from '../../protocol/messages.js';
import { CommandError } from '../terminal/errors.js';
import { exitCodes, type ExitCode } from '../terminal/exit-codes.js';
import type { Terminal } from '../terminal/terminal.js';
import { withTemporal } from '../running/with-temporal.js';

/** `slipway cancel`: the work stops before its next step; what is half done on a host comes to its end first. */
export async function cancel(
  { cluster }: { readonly cluster: string },
  terminal: Terminal,
): Promise<ExitCode> {
  return withTemporal({ terminal, embedded: 'find' }, async ({ client }) => {
    const handle = client.workflow.getHandle(clusterWorkflowId(cluster));
    if (!(await isRunning(handle))) {
      throw new CommandError(`Nothing is running for the cluster "${cluster}".`, exitCodes.failed);
    }
    await handle.cancel();
    terminal.write(`Asked the work on ${cluster} to stop before its next step.\n`);
    return exitCodes.ok;
  });
}

async function isRunning(handle: WorkflowHandle): Promise<boolean> {
  try {
    return (await handle.describe()).status.name === 'RUNNING';
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false;
    throw error;
  }
}
