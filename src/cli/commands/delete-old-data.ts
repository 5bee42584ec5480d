import {
  WorkflowExecutionAlreadyStartedError,
  WorkflowFailedError,
  type WorkflowHandle,
} from '@temporalio/client';
import { ephemeralStorageOf } from '../../cluster/specification/members.js';
import { plainText } from '../../cluster/text/plain-text.js';
import type { HostSpecification, Specification } from '../../cluster/specification/specification.js';
import { configuredAddress } from '../../temporal/connect.js';
import type { HostOutcome } from '../../protocol/host-messages.js';
import { hostWorkflowId, taskQueue } from '../../protocol/messages.js';
import type { AnswerPolicy } from '../questions/answer-policy.js';
import { approveEverything } from '../questions/approver.js';
import { followAndAsk } from '../running/follow-and-ask.js';
import { CommandError } from '../terminal/errors.js';
import { exitCodes, type ExitCode } from '../terminal/exit-codes.js';
import { catchInterruption } from '../terminal/interruption.js';
import { LiveView } from '../terminal/live-view.js';
import { loadSpecification } from '../running/load-specification.js';
import { withOwnWorker } from '../running/own-worker.js';
import type { RunClusterOptions } from '../running/run-cluster.js';
import type { Terminal } from '../terminal/terminal.js';
import { withTemporal } from '../running/with-temporal.js';

export interface DeleteOldDataOptions extends Pick<AnswerPolicy, 'by'> {
  /** Path of cluster.yaml. */
  readonly file: string;
  /** Only these hosts; default: every host with ephemeral storage. */
  readonly hosts?: readonly string[] | undefined;
  /** Approves every deletion without asking. */
  readonly yes?: boolean | undefined;
}

type Result = HostOutcome['result'] | 'interrupted';

/** `slipway delete-old-data`: one host after the other, each asked about by itself. @throws CommandError */
export async function deleteOldData(options: DeleteOldDataOptions, terminal: Terminal): Promise<ExitCode> {
  const specification = await loadSpecification(options.file);
  const hosts = hostsOf(specification, options.hosts);
  const interruption = catchInterruption();
  try {
    return await withTemporal({ terminal, embedded: 'start' }, (connection) =>
      withOwnWorker({ connection, isWanted: configuredAddress() === undefined }, async (guarded) => {
        const results: Result[] = [];
        const common = { ...options, specification, connection, terminal };
        for (const host of hosts) {
          results.push(await guarded(deleteOn(host, { ...common, interruption: interruption.controller })));
          if (interruption.controller.signal.aborted) break;
        }
        return exitCodeFor(results);
      }),
    );
  } finally {
    interruption.release();
  }
}

/** @throws CommandError for a name that no host with ephemeral storage has */
function hostsOf(specification: Specification, names: readonly string[] | undefined): HostSpecification[] {
  const stored = specification.hosts.filter((host) => ephemeralStorageOf(specification, host) !== false);
  const unknown = names?.filter((name) => !stored.some((host) => host.name === name)) ?? [];
  if (unknown.length > 0) {
    throw new CommandError(
      `No host with ephemeral storage is named ${unknown.join(', ')}. There are: ${stored.map(({ name }) => name).join(', ') || 'none'}.`,
      exitCodes.invalidInput,
    );
  }
  return names === undefined ? stored : stored.filter(({ name }) => names.includes(name));
}

type Deletion = DeleteOldDataOptions &
  Pick<RunClusterOptions, 'specification' | 'connection' | 'terminal' | 'interruption'>;

async function deleteOn(host: HostSpecification, deletion: Deletion): Promise<Result> {
  const { connection, terminal, interruption, yes, by } = deletion;
  const view = new LiveView(terminal);
  const handle = await start(host, deletion);
  const end = await followAndAsk(handle, view, {
    client: connection.client,
    terminal,
    interruption,
    approver: yes === true ? approveEverything : undefined,
    by,
    workflowId: handle.workflowId,
  });
  view.clear();
  if (end === 'interrupted') {
    view.print(`${host.name}: interrupted; the same command goes on where it was.`);
    return 'interrupted';
  }
  const { result, why } = await outcomeOf(handle);
  view.print(`${host.name}: ${result}${why === null ? '' : `. ${plainText(why)}`}`);
  return result;
}

/**
 * Starts the host's workflow, or joins it where it runs already.
 * @throws CommandError when something else is done on the host
 */
async function start(
  host: HostSpecification,
  { specification, connection }: Deletion,
): Promise<WorkflowHandle> {
  const workflowId = hostWorkflowId(host.address, host.port);
  try {
    return await connection.client.workflow.start('deleteOldData', {
      workflowId,
      taskQueue,
      args: [{ specification, host: host.name }],
      staticSummary: `${host.name}: delete the data from before the move`,
    });
  } catch (error) {
    if (!(error instanceof WorkflowExecutionAlreadyStartedError)) throw error;
    const handle = connection.client.workflow.getHandle(workflowId);
    const { type } = await handle.describe();
    if (type === 'deleteOldData') return handle;
    throw new CommandError(
      `${host.name} is being worked on (${type}, workflow ${workflowId}). Let that come to its end, then try again.`,
      exitCodes.failed,
      { cause: error },
    );
  }
}

async function outcomeOf(handle: WorkflowHandle): Promise<Pick<HostOutcome, 'result' | 'why'>> {
  try {
    return (await handle.result()) as HostOutcome;
  } catch (error) {
    if (!(error instanceof WorkflowFailedError)) throw error;
    const why = error.cause?.message ?? error.message;
    return { result: error.cause?.name === 'CancelledFailure' ? 'aborted' : 'failed', why };
  }
}

/** Nothing to delete is as good as deleted. */
function exitCodeFor(results: readonly Result[]): ExitCode {
  if (results.includes('interrupted')) return exitCodes.interrupted;
  if (results.some((result) => result === 'refused' || result === 'failed')) return exitCodes.failed;
  return results.some((result) => result === 'denied' || result === 'aborted')
    ? exitCodes.denied
    : exitCodes.ok;
}
