import { WorkflowFailedError, WorkflowIdConflictPolicy } from '@temporalio/client';
import { plainText } from '../../cluster/text/plain-text.js';
import { renderReport } from '../../cluster/report/render-report.js';
import type { Report } from '../../cluster/report/report.js';
import type { Specification } from '../../cluster/specification/specification.js';
import { configuredAddress, type TemporalConnection } from '../../temporal/connect.js';
import { taskQueue, verifyWorkflowId } from '../../protocol/messages.js';
import { CommandError } from '../terminal/errors.js';
import { exitCodes, type ExitCode } from '../terminal/exit-codes.js';
import { jsonText } from '../terminal/json-text.js';
import { loadSpecification } from '../running/load-specification.js';
import { withOwnWorker } from '../running/own-worker.js';
import { exitCodeOf } from '../running/run-cluster.js';
import type { Terminal } from '../terminal/terminal.js';
import { withTemporal } from '../running/with-temporal.js';
import type { SpecificationOptions } from './dispatch.js';

/** `slipway verify`: step 9's checks alone, changing nothing. @throws CommandError */
export async function verify({ file, json }: SpecificationOptions, terminal: Terminal): Promise<ExitCode> {
  const specification = await loadSpecification(file);
  return withTemporal({ terminal, embedded: 'start' }, (connection) =>
    withOwnWorker({ connection, isWanted: configuredAddress() === undefined }, async (guarded) => {
      const report = await guarded(reportOf(specification, connection));
      terminal.write(`${json === true ? jsonText(report, 2) : renderReport(report)}\n`);
      return exitCodeOf(report);
    }),
  );
}

async function reportOf(specification: Specification, { client }: TemporalConnection): Promise<Report> {
  try {
    return (await client.workflow.execute('verifyCluster', {
      workflowId: verifyWorkflowId(specification.name),
      taskQueue,
      args: [specification],
      workflowIdConflictPolicy: WorkflowIdConflictPolicy.USE_EXISTING,
      staticSummary: `Verification of ${specification.name}`,
    })) as Report;
  } catch (error) {
    if (!(error instanceof WorkflowFailedError)) throw error;
    const why = plainText(error.cause?.message ?? error.message);
    throw new CommandError(`The verification failed: ${why}`, exitCodes.failed, { cause: error });
  }
}
