import { WorkflowFailedError, WorkflowIdConflictPolicy } from '@temporalio/client';
import { plainText } from '../cluster/plain-text.js';
import { renderReport } from '../cluster/render-report.js';
import type { Report } from '../cluster/report.js';
import { configuredAddress } from '../temporal/connect.js';
import { taskQueue, verifyWorkflowId } from '../workflows/messages.js';
import { CommandError } from './errors.js';
import { exitCodes, type ExitCode } from './exit-codes.js';
import { jsonText } from './json-text.js';
import { loadSpecification } from './load-specification.js';
import { startOwnWorker } from './own-worker.js';
import { exitCodeOf } from './run-cluster.js';
import type { Terminal } from './terminal.js';
import { withTemporal } from './with-temporal.js';

export interface VerifyOptions {
  readonly file: string;
  readonly json?: boolean | undefined;
}

/** `slipway verify`: step 9's checks alone, changing nothing. @throws CommandError */
export async function verify({ file, json }: VerifyOptions, terminal: Terminal): Promise<ExitCode> {
  const specification = await loadSpecification(file);
  return withTemporal({ terminal, embedded: 'start' }, async (connection) => {
    const worker = configuredAddress() === undefined ? await startOwnWorker(connection) : undefined;
    try {
      const report = (await connection.client.workflow.execute('verifyCluster', {
        workflowId: verifyWorkflowId(specification.name),
        taskQueue,
        args: [specification],
        workflowIdConflictPolicy: WorkflowIdConflictPolicy.USE_EXISTING,
        staticSummary: `Verification of ${specification.name}`,
      })) as Report;
      terminal.write(`${json === true ? jsonText(report, 2) : renderReport(report)}\n`);
      return exitCodeOf(report);
    } catch (error) {
      if (!(error instanceof WorkflowFailedError)) throw error;
      const why = plainText(error.cause?.message ?? error.message);
      throw new CommandError(`The verification failed: ${why}`, exitCodes.failed, { cause: error });
    } finally {
      await worker?.stop();
    }
  });
}
