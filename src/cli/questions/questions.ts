import type { Client } from '@temporalio/client';
import { plainLines, plainText } from '../../cluster/text/plain-text.js';
import { renderPlan } from '../../cluster/plan/render-plan.js';
import type { NodeReset } from '../../cluster/rerun/reset-node.js';
import type {
  ApprovalQuestion,
  ClusterProgress,
  DecisionQuestion,
  Question,
  Verb,
} from '../../protocol/progress.js';
import { sendAnswer } from './send-answer.js';
import type { AnswerPolicy } from './answer-policy.js';
import { CommandError } from '../terminal/errors.js';
import type { LiveView } from '../terminal/live-view.js';
import type { Prompts } from './prompts.js';
import {
  choicesOf,
  deletionText,
  failureText,
  howToAnswer,
  questionKey,
  resetText,
} from './question-text.js';

export interface QuestionOptions extends AnswerPolicy {
  readonly client: Client;
  readonly view: LiveView;
  /** The workflow that asks, where it is not the cluster's own. */
  readonly workflowId?: string | undefined;
  /** Who answers. */
  readonly by: string;
  /** Absent: nobody sits at the terminal. */
  readonly prompts?: Prompts | undefined;
  /** Ctrl-C in a prompt. */
  readonly onInterrupt: () => void;
}

const hints = {
  retry: 'do the step again, after something was mended',
  skip: 'go on without this step; the report says so',
  abort: 'end the work of this host',
} as const;

/** Shows each question once, and answers it where that is possible. */
export class Questions {
  private readonly shown = new Set<string>();
  private asking: { readonly key: string; readonly controller: AbortController } | undefined;

  constructor(private readonly options: QuestionOptions) {}

  /** A prompt is on the screen, so nothing else may be drawn. */
  get isAsking(): boolean {
    return this.asking !== undefined;
  }

  /** Looks at the open questions. A prompt whose question somebody else has answered is taken away. */
  look(progress: ClusterProgress): void {
    const open = new Set(progress.questions.map(questionKey));
    if (this.asking !== undefined && !open.has(this.asking.key)) this.asking.controller.abort();
    for (const key of this.shown) if (!open.has(key)) this.shown.delete(key);
    for (const question of progress.questions) {
      if (this.isAsking) return;
      const key = questionKey(question);
      if (this.shown.has(key)) continue;
      this.shown.add(key);
      this.present(question, progress);
    }
  }

  /** Takes away the prompt. */
  stop(): void {
    this.asking?.controller.abort();
  }

  private present(question: Question, progress: ClusterProgress): void {
    if (question.kind !== 'approval') this.presentFailure(question, progress);
    else if (question.reset !== undefined) this.presentReset(question, question.reset, progress);
    else this.presentPlan(question, progress);
  }

  /** Only a person approves a reset: who has approved a plan beforehand could not know of it. */
  private presentReset(question: ApprovalQuestion, reset: NodeReset, progress: ClusterProgress): void {
    const { view, prompts, onFailure } = this.options;
    view.print('', ...resetText(question.hosts, reset));
    if (prompts !== undefined) this.inBackground(question, this.askApproval(prompts, question, progress));
    else if (onFailure === 'abort') {
      this.inBackground(question, this.send(progress, 'deny', { plan: question.plan }));
    } else view.print(...howToAnswer(question, progress, this.options.workflowId));
  }

  private presentPlan(question: ApprovalQuestion, progress: ClusterProgress): void {
    const { view, approver, prompts } = this.options;
    const { plan } = progress;
    if (question.oldData !== undefined) view.print('', ...deletionText(question));
    else if (plan !== null) view.print('', ...renderPlan(plan).split('\n'));
    const verdict = approver?.(plan, question.hosts);
    if (verdict === true) {
      this.inBackground(question, this.send(progress, 'approve', { plan: question.plan }));
      return;
    }
    if (verdict !== undefined) view.print(verdict);
    if (prompts === undefined) view.print(...howToAnswer(question, progress, this.options.workflowId));
    else this.inBackground(question, this.askApproval(prompts, question, progress));
  }

  private presentFailure(question: DecisionQuestion, progress: ClusterProgress): void {
    const { view, prompts, onFailure } = this.options;
    view.print('', ...failureText(question));
    if (prompts !== undefined) this.inBackground(question, this.askDecision(prompts, question, progress));
    else if (onFailure === 'abort') {
      this.inBackground(question, this.send(progress, 'abort', { host: question.host, step: question.step }));
    } else view.print(...howToAnswer(question, progress, this.options.workflowId));
  }

  private async askApproval(
    prompts: Prompts,
    question: ApprovalQuestion,
    progress: ClusterProgress,
  ): Promise<void> {
    const { signal } = this.begin(question);
    const hosts = question.hosts.join(', ');
    const answer = await prompts.confirm(plainText(approvalPrompt(question, hosts)), signal);
    this.end(signal, answer);
    if (answer !== undefined) await this.send(progress, answer ? 'approve' : 'deny', { plan: question.plan });
  }

  private async askDecision(
    prompts: Prompts,
    question: DecisionQuestion,
    progress: ClusterProgress,
  ): Promise<void> {
    const { signal } = this.begin(question);
    const choices = choicesOf(question).map((value) => ({ value, hint: hints[value] }));
    const message = plainText(`${question.step} failed on ${question.host}`);
    const verb = await prompts.choose(message, choices, signal);
    this.end(signal, verb);
    if (verb !== undefined) {
      await this.send(progress, verb, { host: question.host, step: question.step });
    }
  }

  private begin(question: Question): AbortController {
    this.options.view.clear();
    const controller = new AbortController();
    this.asking = { key: questionKey(question), controller };
    return controller;
  }

  private end(signal: AbortSignal, answer: unknown): void {
    this.asking = undefined;
    if (answer === undefined && !signal.aborted) this.options.onInterrupt();
  }

  private async send(
    { cluster }: ClusterProgress,
    verb: Verb,
    answer: { plan: string } | { host: string; step: string },
  ): Promise<void> {
    const { client, by, view, workflowId } = this.options;
    const sentence = await sendAnswer(client, { cluster, workflowId, verb, answer: { ...answer, by } });
    view.print(plainText(sentence));
  }

  /** An answer that was refused, or came too late, is told; the question is shown again if it is still open. */
  private inBackground(question: Question, work: Promise<void>): void {
    work.catch((error: unknown) => {
      const why = error instanceof Error ? error.message : String(error);
      this.options.view.print(...plainLines(why).split('\n'));
      if (error instanceof CommandError) this.shown.delete(questionKey(question));
    });
  }
}

function approvalPrompt({ plan, oldData, reset }: ApprovalQuestion, hosts: string): string {
  if (reset !== undefined)
    return `Reset ${hosts} as shown above? No leaves it as it is, and asks what else to do.`;
  if (oldData !== undefined) return `Delete the directories named above on ${hosts} for good? No keeps them.`;
  return (
    `Approve plan ${plan.slice(0, 19)}… for ${hosts}? ` +
    'The data on the disks named above is destroyed. No denies it.'
  );
}
