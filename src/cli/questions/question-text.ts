import { outlineText } from '../../cluster/text/outline.js';
import { plainLines, plainText } from '../../cluster/text/plain-text.js';
import { oldDataItems } from '../../cluster/plan/render-storage-plan.js';
import { resetItems, type NodeReset } from '../../cluster/rerun/reset-node.js';
import { quote } from '../../hosts/script.js';
import {
  approvalKindOf,
  approvalNames,
  decisionVerbs,
  type ApprovalQuestion,
  type ClusterProgress,
  type DecisionQuestion,
  type DecisionVerb,
  type Question,
} from '../../protocol/progress.js';

const linesOfOutput = 20;

/** The same question has the same key for as long as it is open. */
export function questionKey(question: Question): string {
  return question.kind === 'approval'
    ? `approval ${question.plan}`
    : `decision ${question.host} ${question.step} ${question.since ?? ''}`;
}

/** How an open question is answered from another terminal. */
export function howToAnswer(
  question: Question,
  { cluster }: Pick<ClusterProgress, 'cluster'>,
  /** The workflow that asks, where it is not the cluster's own. */
  workflowId?: string,
): string[] {
  const command = (verb: string, options: Readonly<Record<string, string>>) =>
    commandLine(verb, cluster, { ...options, ...(workflowId !== undefined && { workflow: workflowId }) });
  if (question.kind === 'approval') {
    return [
      `Waiting for the approval of the ${approvalNames[approvalKindOf(question)]}. Answer in another terminal:`,
      command('approve', { plan: question.plan }),
      command('deny', { plan: question.plan }),
    ];
  }
  return [
    'Waiting for a decision. Answer in another terminal:',
    ...choicesOf(question).map((choice) => command(choice, { host: question.host, step: question.step })),
  ];
}

/** To be copied into a shell, so each word is quoted where it needs to be. */
function commandLine(verb: string, cluster: string, options: Readonly<Record<string, string>>): string {
  const words = Object.entries(options).flatMap(([name, value]) => [`--${name}`, value]);
  return `  ${['slipway', verb, cluster, ...words].map((word) => quote(plainText(word))).join(' ')}`;
}

export function choicesOf({ choices }: DecisionQuestion): readonly DecisionVerb[] {
  return choices ?? decisionVerbs;
}

/** What is deleted for good. */
export function deletionText({ hosts, oldData = [] }: ApprovalQuestion): string[] {
  const heading = `To be deleted for good on ${hosts.join(', ')}`;
  return outlineText([{ heading, items: oldDataItems(oldData) }]).split('\n');
}

/** Which node is half-initialised, what its reset would do. */
export function resetText(hosts: readonly string[], reset: NodeReset): string[] {
  const heading = `${hosts.join(', ')} is half-initialised; cluster.yml is not run on it like this`;
  return outlineText([{ heading, items: resetItems(reset) }]).split('\n');
}

/** What went wrong: message, command, last lines of output, what to look at. */
export function failureText(question: DecisionQuestion): string[] {
  const { host, step, message, command, output, advice } = question;
  return [
    plainText(`${host}: ${step} failed`),
    `  ${plainText(message)}`,
    ...(command === undefined ? [] : [`  command: ${plainText(command)}`]),
    ...(output === undefined ? [] : lastLines(output).map((line) => `  | ${line}`)),
    ...(advice === undefined ? [] : [`  advice: ${plainText(advice)}`]),
  ];
}

function lastLines(output: string): string[] {
  return plainLines(output).trimEnd().split('\n').slice(-linesOfOutput);
}
