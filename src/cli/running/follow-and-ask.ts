import type { Client, WorkflowHandle } from '@temporalio/client';
import type { ClusterProgress } from '../../protocol/progress.js';
import { whoAnswers } from '../questions/send-answer.js';
import type { AnswerPolicy } from '../questions/answer-policy.js';
import { followProgress, type FollowEnd } from '../progress/follow.js';
import type { LiveView } from '../terminal/live-view.js';
import { progressLines, runningSteps } from '../progress/progress-lines.js';
import { progressView } from '../progress/progress-view.js';
import { WordsUnderWay } from '../progress/words-under-way.js';
import { terminalPrompts } from '../questions/prompts.js';
import { Questions } from '../questions/questions.js';
import type { Terminal } from '../terminal/terminal.js';

export interface FollowAndAskOptions extends AnswerPolicy {
  readonly client: Client;
  readonly terminal: Terminal;
  /** Ctrl-C: the following ends, the workflow goes on. */
  readonly interruption: AbortController;
  /** Set where the workflow is not the cluster's own. */
  readonly workflowId?: string | undefined;
  /** Says how long it all will take, where somebody knows: "about 9 min left". */
  readonly timeLeft?: ((progress: ClusterProgress) => string) | undefined;
}

/** Milliseconds between two lines about the time left, where there is no screen on which it is drawn. */
const pauseBetweenLines = 60_000;

/**
 * Shows a workflow's progress until it has come to its end, and asks its questions at the terminal; without one it is
 * said how to answer them.
 */
export async function followAndAsk(
  handle: WorkflowHandle,
  view: LiveView,
  options: FollowAndAskOptions,
): Promise<FollowEnd> {
  const { client, terminal, interruption, approver, onFailure, workflowId } = options;
  const questions = new Questions({
    client,
    view,
    workflowId,
    by: options.by ?? whoAnswers(),
    approver,
    onFailure,
    prompts: terminal.interactive ? (options.prompts ?? terminalPrompts) : undefined,
    onInterrupt: () => {
      interruption.abort();
    },
  });
  const underWay = new WordsUnderWay();
  let before: ClusterProgress | undefined;
  let nextLineAt = Date.now() + pauseBetweenLines;
  const tellTheLog = (progress: ClusterProgress) => {
    if (options.timeLeft === undefined) {
      view.print(...underWay.lines(progress, performance.now()));
      return;
    }
    if (Date.now() < nextLineAt) return;
    nextLineAt = Date.now() + pauseBetweenLines;
    view.print([options.timeLeft(progress), ...runningSteps(progress)].join('; '));
  };
  try {
    return await followProgress({
      handle,
      signal: interruption.signal,
      onSilence: (why) => {
        view.print(`The workflow does not answer yet: ${why}.`);
      },
      onProgress: (progress) => {
        if (!questions.isAsking) {
          showProgress(view, { terminal, before, now: progress, timeLeft: options.timeLeft?.(progress) });
          if (!terminal.interactive) tellTheLog(progress);
          before = progress;
        }
        questions.look(progress);
      },
    });
  } finally {
    questions.stop();
  }
}

interface NewProgress {
  readonly terminal: Terminal;
  readonly before: ClusterProgress | undefined;
  readonly now: ClusterProgress;
  readonly timeLeft: string | undefined;
}

function showProgress(view: LiveView, { terminal, before, now, timeLeft }: NewProgress): void {
  const wanted = progressLines(before, now)
    .filter(({ kind }) => kind !== 'begun' || !terminal.interactive)
    .map(({ kind, text }) => (kind === 'phase' ? terminal.bold(text) : text));
  if (wanted.length > 0) view.print(...wanted);
  view.draw(progressView(now, { ...terminal.size(), timeLeft }));
}
