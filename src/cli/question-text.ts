import { plainLines, plainText } from '../cluster/plain-text.js';
import type { ClusterProgress, Question } from '../workflows/progress.js';

export type ApprovalQuestion = Extract<Question, { kind: 'approval' }>;
export type DecisionQuestion = Extract<Question, { kind: 'decision' }>;

const linesOfOutput = 20;

/** The same question has the same key for as long as it is open. */
export function questionKey(question: Question): string {
  return question.kind === 'approval'
    ? `approval ${question.plan}`
    : `decision ${question.host} ${question.step} ${question.since ?? ''}`;
}

/** How an open question is answered from another terminal. */
export function howToAnswer(question: Question, { cluster }: Pick<ClusterProgress, 'cluster'>): string[] {
  if (question.kind === 'approval') {
    return [
      'Waiting for the approval of the plan. Answer in another terminal:',
      `  slipway approve ${cluster} --plan ${question.plan}`,
      `  slipway deny ${cluster} --plan ${question.plan}`,
    ];
  }
  const host = /^[a-z0-9-]+$/.test(question.host) ? question.host : `'${question.host}'`;
  return [
    'Waiting for a decision. Answer in another terminal:',
    ...choicesOf(question).map(
      (choice) => `  slipway ${choice} ${cluster} --host ${host} --step ${question.step}`,
    ),
  ];
}

export function choicesOf({ choices }: DecisionQuestion): readonly ('retry' | 'skip' | 'abort')[] {
  return choices ?? ['retry', 'skip', 'abort'];
}

/** What went wrong: message, command, last lines of output, what to look at. */
export function failureText(question: DecisionQuestion): string[] {
  const { host, step, message, command, output, advice } = question;
  return [
    `${plainText(host)}: ${step} failed`,
    `  ${plainText(message)}`,
    ...(command === undefined ? [] : [`  command: ${plainText(command)}`]),
    ...(output === undefined ? [] : lastLines(output).map((line) => `  | ${line}`)),
    ...(advice === undefined ? [] : [`  advice: ${plainText(advice)}`]),
  ];
}

function lastLines(output: string): string[] {
  return plainLines(output).trimEnd().split('\n').slice(-linesOfOutput);
}
