import { WorkflowFailedError, type WorkflowHandle } from '@temporalio/client';
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { plainText } from '../../cluster/text/plain-text.js';
import { renderReport } from '../../cluster/report/render-report.js';
import type { Report } from '../../cluster/report/report.js';
import type { Specification } from '../../cluster/specification/specification.js';
import type { TemporalConnection } from '../../temporal/connect.js';
import { followAndAsk, type FollowAndAskOptions } from './follow-and-ask.js';
import { exitCodes, type ExitCode } from '../terminal/exit-codes.js';
import { LiveView } from '../terminal/live-view.js';
import { startCluster } from './start-cluster.js';

export interface RunClusterOptions extends Omit<FollowAndAskOptions, 'client' | 'workflowId'> {
  readonly connection: TemporalConnection;
  readonly specification: Specification;
}

export interface ClusterOutcome {
  readonly exitCode: ExitCode;
  readonly report: Report | undefined;
}

/**
 * Starts the cluster's workflow, or joins it where it already runs, and shows its progress to the end. Questions are
 * asked at the terminal; without one it is said how to answer them.
 */
export async function runCluster(options: RunClusterOptions): Promise<ClusterOutcome> {
  const { connection, specification, terminal, interruption } = options;
  const view = new LiveView(terminal);
  const { handle, sentence } = await startCluster(connection.client, specification);
  view.print(sentence);
  const end = await followAndAsk(handle, view, { ...options, client: connection.client });
  view.clear();
  if (end === 'interrupted' || interruption.signal.aborted) {
    view.print('Stopping. Jobs on hosts go on by themselves.');
    return { exitCode: exitCodes.interrupted, report: undefined };
  }
  return readOutcome(handle, view);
}

async function readOutcome(handle: WorkflowHandle, view: LiveView): Promise<ClusterOutcome> {
  try {
    const report = (await handle.result()) as Report;
    view.print('', ...renderReport(report).split('\n'));
    return { exitCode: exitCodeOf(report), report };
  } catch (error) {
    if (!(error instanceof WorkflowFailedError)) throw error;
    const { cause } = error;
    view.print(`The workflow ended without a report: ${plainText(cause?.message ?? error.message)}`);
    if (cause instanceof CancelledFailure) return { exitCode: exitCodes.denied, report: undefined };
    const invalid = cause instanceof ApplicationFailure && cause.type === 'InvalidSpecification';
    return { exitCode: invalid ? exitCodes.invalidInput : exitCodes.failed, report: undefined };
  }
}

/** A host that was denied or aborted makes the difference between "failed" and "somebody said no". */
export function exitCodeOf(report: Report): ExitCode {
  if (report.result === 'ready') return exitCodes.ok;
  const saidNo = report.hosts.some(({ result }) => result === 'denied' || result === 'aborted');
  return report.result === 'aborted' || saidNo ? exitCodes.denied : exitCodes.failed;
}
