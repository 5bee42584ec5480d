import {
  WorkflowNotFoundError,
  type WorkflowExecutionDescription,
  type WorkflowHandle,
} from '@temporalio/client';
import { renderReport } from '../../cluster/report/render-report.js';
import type { Report } from '../../cluster/report/report.js';
import { clusterWorkflowId } from '../../protocol/messages.js';
import type { ClusterProgress } from '../../protocol/progress.js';
import { CommandError } from '../terminal/errors.js';
import { exitCodes, type ExitCode } from '../terminal/exit-codes.js';
import { followProgress, queryProgress, silenceOf } from '../progress/follow.js';
import { withHeartbeatDetails } from '../progress/heartbeats.js';
import { catchInterruption } from '../terminal/interruption.js';
import { jsonText } from '../terminal/json-text.js';
import { LiveView } from '../terminal/live-view.js';
import { progressLines } from '../progress/progress-lines.js';
import { progressView } from '../progress/progress-view.js';
import { failureText, howToAnswer } from '../questions/question-text.js';
import type { Terminal } from '../terminal/terminal.js';
import { withTemporal } from '../running/with-temporal.js';

export interface StatusOptions {
  readonly cluster: string;
  /** Goes on showing until the work has come to its end. */
  readonly watch?: boolean | undefined;
  /** One JSON document instead of text; with `watch` one a line. */
  readonly json?: boolean | undefined;
}

/** What `slipway status --json` prints. */
export interface StatusDocument {
  readonly cluster: string;
  readonly workflowId: string;
  /** Temporal's word: RUNNING, COMPLETED, FAILED, CANCELLED, TERMINATED, TIMED_OUT. */
  readonly status: string;
  /** Null when no worker answers and the workflow still runs. */
  readonly progress: ClusterProgress | null;
  readonly report: Report | null;
}

/** `slipway status`. @throws CommandError if the cluster is not known */
export async function status(options: StatusOptions, terminal: Terminal): Promise<ExitCode> {
  return withTemporal({ terminal, embedded: 'resume' }, async ({ client }) => {
    const handle = client.workflow.getHandle(clusterWorkflowId(options.cluster));
    const document = await read(handle, options.cluster);
    if (options.watch !== true) {
      show(document, options, terminal);
      return exitCodes.ok;
    }
    return watch(handle, options, terminal);
  });
}

async function read(handle: WorkflowHandle, cluster: string): Promise<StatusDocument> {
  const { workflowId } = handle;
  let description: WorkflowExecutionDescription;
  try {
    description = await handle.describe();
  } catch (error) {
    if (!(error instanceof WorkflowNotFoundError)) throw error;
    throw new CommandError(
      `Temporal knows no work on a cluster named "${cluster}". Start it with \`slipway up <cluster.yaml>\`.`,
      exitCodes.failed,
      { cause: error },
    );
  }
  const status: string = description.status.name;
  const report = status === 'COMPLETED' ? ((await handle.result()) as Report) : null;
  return { cluster, workflowId, status, progress: await progressOf(handle, description), report };
}

async function progressOf(
  handle: WorkflowHandle,
  description: WorkflowExecutionDescription,
): Promise<ClusterProgress | null> {
  try {
    return withHeartbeatDetails(await queryProgress(handle), description);
  } catch (error) {
    if (silenceOf(error) === undefined) throw error;
    return null;
  }
}

function show(document: StatusDocument, { json, cluster }: StatusOptions, terminal: Terminal): void {
  if (json === true) {
    terminal.write(`${jsonText(document, 2)}\n`);
    return;
  }
  const { progress, report, status } = document;
  const size = { ...terminal.size(), rows: Number.POSITIVE_INFINITY };
  const lines = [
    ...(progress === null || report !== null ? [] : progressView(progress, size)),
    ...(progress?.questions ?? []).flatMap((question) => [
      '',
      ...(question.kind === 'decision' ? failureText(question) : []),
      ...howToAnswer(question, { cluster }),
    ]),
    ...(report === null ? [`${cluster}: ${status}`] : renderReport(report).split('\n')),
    ...(progress === null && report === null
      ? ['No worker answers: start `slipway up` or `slipway worker` to go on.']
      : []),
  ];
  terminal.write(`${lines.join('\n')}\n`);
}

async function watch(handle: WorkflowHandle, options: StatusOptions, terminal: Terminal): Promise<ExitCode> {
  const interruption = catchInterruption();
  const view = new LiveView(terminal);
  let before: ClusterProgress | undefined;
  const end = await followProgress({
    handle,
    signal: interruption.controller.signal,
    onSilence: (why) => {
      terminal.complain(`The workflow does not answer: ${why}.`);
    },
    onProgress: (progress) => {
      if (options.json === true) terminal.write(`${jsonText(progress)}\n`);
      else {
        const lines = progressLines(before, progress).filter(
          ({ kind }) => kind !== 'begun' || !terminal.interactive,
        );
        if (lines.length > 0) view.print(...lines.map(({ text }) => text));
        view.draw(progressView(progress, terminal.size()));
      }
      before = progress;
    },
  });
  interruption.release();
  view.clear();
  if (end === 'interrupted') return exitCodes.interrupted;
  show(await read(handle, options.cluster), options, terminal);
  return exitCodes.ok;
}
