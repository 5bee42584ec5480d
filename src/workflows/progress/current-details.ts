import { codeBlock, escapeMarkdown } from '../../cluster/text/markdown.js';
import { outlineMarkdown, type Section } from '../../cluster/text/outline.js';
import type { ClusterPlan } from '../../cluster/plan/plan.js';
import { renderReportMarkdown } from '../../cluster/report/render-report.js';
import { oldDataItems, storageItems } from '../../cluster/plan/render-storage-plan.js';
import { resetItems } from '../../cluster/rerun/reset-node.js';
import { counted } from '../../cluster/text/quantities.js';
import { orderItems } from '../../cluster/plan/work-order.js';
import { clusterWorkflowId } from '../../protocol/messages.js';
import {
  decisionVerbs,
  type ApprovalQuestion,
  type ClusterProgress,
  type HostProgress,
  type Question,
  type StepProgress,
} from '../../protocol/progress.js';

/** With more hosts than this a table of steps × hosts is too wide to read: one line for each host instead. */
const widestTable = 8;
/** Lines of the table with one line for each host. */
const hostsShown = 100;
/** Hosts of a plan that are shown in full. */
const hostsPlanned = 20;
/** Questions that are shown in full. */
const questionsShown = 20;

/**
 * The progress as Markdown for Temporal's UI: phase, what is awaited and how to answer it, steps, refusals.
 * @param workflowId where answers are sent to
 */
export function currentDetails(progress: ClusterProgress, workflowId: string): string {
  const parts = [
    `**${escapeMarkdown(progress.cluster)}**: ${progress.phase}` +
      (progress.release === null ? '' : `, Kubespray ${escapeMarkdown(progress.release)}`),
    ...progress.questions
      .slice(0, questionsShown)
      .map((question) => showQuestion(question, progress, workflowId)),
    progress.questions.length > questionsShown
      ? `… and ${progress.questions.length - questionsShown} more questions.`
      : '',
    showRefusals(progress.refusals),
    showSteps('Control host', progress.controlHost),
    progress.hosts.length > widestTable ? showHostLines(progress.hosts) : showHostColumns(progress.hosts),
    progress.report === null ? '' : renderReportMarkdown(progress.report),
  ];
  return parts.filter((part) => part !== '').join('\n\n');
}

function showQuestion(question: Question, progress: ClusterProgress, workflowId: string): string {
  return question.kind === 'approval'
    ? showApproval(question, progress, workflowId)
    : showDecision(question, progress, workflowId);
}

function showApproval(
  question: ApprovalQuestion,
  { cluster, plan }: ClusterProgress,
  workflowId: string,
): string {
  const payload = JSON.stringify({ plan: question.plan, by: 'YOUR NAME' });
  const elsewhere = workflowId === clusterWorkflowId(cluster) ? '' : ` --workflow ${workflowId}`;
  const storage = Object.fromEntries(
    question.hosts.flatMap((host) => {
      const planned = plan?.storage[host];
      return planned ? [[host, planned] as const] : [];
    }),
  );
  const until = question.expires === undefined ? '' : `, until ${timeOf(question.expires)}`;
  return [
    `### Approval awaited for ${counted(question.hosts.length, 'host')}${until}`,
    outlineMarkdown([subjectOf(question, storage), ...orderOf(question, plan)]),
    codeBlock(
      [
        `temporal workflow signal --workflow-id ${workflowId} --name approve --input '${payload}'`,
        `slipway approve ${cluster} --plan ${question.plan}${elsewhere}`,
      ].join('\n'),
    ),
  ].join('\n\n');
}

/** What an approval is about: the plan, a deletion or a reset. */
function subjectOf({ oldData, reset, hosts }: ApprovalQuestion, storage: ClusterPlan['storage']): Section {
  if (reset !== undefined) {
    return { heading: `${hosts.join(', ')} is half-initialised: reset it?`, items: resetItems(reset) };
  }
  if (oldData !== undefined) return { heading: 'What is deleted for good', items: oldDataItems(oldData) };
  return { heading: 'What is destroyed and interrupted', items: storageItems(storage, hostsPlanned) };
}

/** A plan that one host's workflow asks about again has no order of its own. */
function orderOf({ plan: asked }: ApprovalQuestion, plan: ClusterPlan | null): Section[] {
  if (plan === null || plan.digest !== asked) return [];
  const items = orderItems(plan.order, plan.storage);
  return items.length === 0 ? [] : [{ heading: 'In which order', items }];
}

function showDecision(
  question: Extract<Question, { kind: 'decision' }>,
  { cluster }: ClusterProgress,
  workflowId: string,
): string {
  const { host, step } = question;
  const choices = question.choices ?? decisionVerbs;
  const payload = JSON.stringify({ by: 'YOUR NAME', host, step });
  const elsewhere = workflowId === clusterWorkflowId(cluster) ? '' : ` --workflow ${workflowId}`;
  return [
    `### ${escapeMarkdown(host)}: ${escapeMarkdown(step)} failed; ${choices.join(', ')}?`,
    escapeMarkdown(question.message),
    question.command === undefined ? '' : `Command: ${escapeMarkdown(question.command)}`,
    question.output === undefined ? '' : codeBlock(question.output.split('\n').slice(-20).join('\n')),
    question.advice === undefined ? '' : escapeMarkdown(question.advice),
    codeBlock(
      [
        `temporal workflow signal --workflow-id ${workflowId} --name ${choices[0] ?? 'retry'} --input '${payload}'`,
        `slipway ${choices[0] ?? 'retry'} ${cluster} --host '${host}' --step ${step}${elsewhere}`,
      ].join('\n'),
    ),
  ]
    .filter((part) => part !== '')
    .join('\n\n');
}

function showRefusals(refusals: readonly string[]): string {
  if (refusals.length === 0) return '';
  return ['### Refused', ...refusals.slice(-5).map((why) => `- ${escapeMarkdown(why)}`)].join('\n');
}

function showSteps(title: string, steps: readonly StepProgress[]): string {
  if (steps.length === 0) return '';
  const rows = steps.map(
    ({ step, state, summary }) =>
      `| ${escapeMarkdown(step)} | ${state} | ${escapeMarkdown(oneLine(summary))} |`,
  );
  return [`| ${title} | | |`, '|---|---|---|', ...rows].join('\n');
}

/** A line for each step, a column for each host. */
function showHostColumns(hosts: readonly HostProgress[]): string {
  const names = [...new Set(hosts.flatMap(({ steps }) => steps.map(({ step }) => step)))];
  const states = (host: HostProgress, name: string) =>
    host.steps.filter(({ step }) => step === name).map(({ state }) => state);
  const rows = names.map(
    (name) =>
      `| ${escapeMarkdown(name)} | ${hosts.map((host) => states(host, name).join(', ')).join(' | ')} |`,
  );
  return [
    `| | ${hosts.map(({ host }) => escapeMarkdown(host)).join(' | ')} |`,
    `|---|${hosts.map(() => '---').join('|')}|`,
    `| | ${hosts.map(({ state }) => state).join(' | ')} |`,
    ...rows,
  ].join('\n');
}

/** A line for each host, those that need a person first. */
function showHostLines(hosts: readonly HostProgress[]): string {
  const urgent = hosts.filter(({ state }) => state === 'failed');
  const others = hosts.filter(({ state }) => state !== 'failed');
  const rows = [...urgent, ...others].slice(0, hostsShown).map(({ host, state, steps }) => {
    const last = steps.at(-1);
    const now =
      last === undefined ? '' : `${escapeMarkdown(last.step)}: ${escapeMarkdown(oneLine(last.summary))}`;
    return `| ${escapeMarkdown(host)} | ${state} | ${steps.length} | ${now} |`;
  });
  const more = hosts.length - hostsShown;
  return [
    '| Host | State | Steps | Latest |',
    '|---|---|---|---|',
    ...rows,
    ...(more > 0 ? [`| … and ${more} more | | | |`] : []),
  ].join('\n');
}

function oneLine(text: string): string {
  const line = text.replace(/\s+/g, ' ');
  return line.length > 160 ? `${line.slice(0, 159)}…` : line;
}

function timeOf(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace(/:\d\d\.\d{3}Z$/, 'Z');
}
