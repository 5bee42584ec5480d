import type { Finding } from '../checks/findings.js';
import { groupBy } from '../values/group-by.js';
import { namesText, outlineMarkdown, outlineText, type Item, type Section } from '../text/outline.js';
import { findingItems } from '../plan/render-plan.js';
import type { ApprovalKind, Report, ReportedApproval, ReportedCheck, ReportedHost } from './report.js';

/** The report for a terminal: what was done on each host, who approved it, what was warned of, and every check that was made. */
export function renderReport(report: Report): string {
  return outlineText(reportSections(report));
}

/** The same as Markdown for Temporal's UI. */
export function renderReportMarkdown(report: Report): string {
  return outlineMarkdown(reportSections(report));
}

const headings: Readonly<Record<Report['result'], string>> = {
  ready: 'is ready',
  incomplete: 'is not complete',
  aborted: 'was aborted',
};

function reportSections(report: Report): Section[] {
  const sections: Section[] = [
    {
      heading: `Cluster ${report.cluster} ${headings[report.result]}`,
      items: [
        { text: `Kubespray ${report.release}` },
        ...(report.playbook === undefined
          ? []
          : [{ text: `${report.playbook.summary}; its log is ${report.playbook.log} on the control host` }]),
        ...report.approvals.map((approval) => ({ text: approvalText(approval) })),
      ],
    },
    { heading: 'Hosts', items: hostItems(report.hosts) },
    { heading: 'Warnings', items: findingItems(report.plan.findings.filter(isWarning)) },
    { heading: 'Accepted before', items: acceptedItems(report.plan.findings) },
    { heading: 'Checks', items: checkItems(report.checks) },
    { heading: 'Your variables', items: variableItems(report) },
    {
      heading: 'Left to you',
      items: [...report.plan.advice, ...(report.advice ?? [])].map((text) => ({ text })),
    },
  ];
  return sections.filter(({ items }) => items.length > 0);
}

const approvable: Readonly<Record<ApprovalKind, string>> = {
  plan: 'disks and restarts',
  reset: 'the reset',
  'old-data': 'the deletion of the old data',
};

function approvalText({ kind = 'plan', plan, by, hosts }: ReportedApproval): string {
  return `${by} approved ${approvable[kind]} of ${namesText(hosts)} (${plan})`;
}

/** What preflight warned of and nobody has accepted; variables have a section of their own. */
function isWarning({ check, severity, overridden }: Finding): boolean {
  return severity === 'warning' && overridden === null && check !== 'group-variables';
}

/** Where a variable of the operator's took the place of one of Slipway's. */
function variableItems({ plan }: Report): Item[] {
  return plan.findings
    .filter(({ check }) => check === 'group-variables')
    .map(({ is, overridden }) => ({
      text: `${is}.`,
      ...(overridden !== null && { items: [{ text: `accepted because: ${overridden}` }] }),
    }));
}

/** What preflight found and the operator has accepted, with the reason. */
function acceptedItems(findings: readonly Finding[]): Item[] {
  const accepted = findings.filter(({ overridden }) => overridden !== null);
  return groupBy(accepted, ({ check, is, overridden }) => JSON.stringify([check, is, overridden])).map(
    (group) => {
      const [{ check, is, shouldBe, overridden }] = group;
      const hosts = group.flatMap(({ host }) => (host === null ? [] : [host]));
      return {
        text: `${check}${hosts.length === 0 ? '' : ` on ${namesText(hosts)}`}: is ${is}; should be ${shouldBe}`,
        items: [{ text: `accepted because: ${overridden ?? ''}` }],
      };
    },
  );
}

/** Hosts with the same story are told together. */
function hostItems(hosts: readonly ReportedHost[]): Item[] {
  return groupBy(hosts, (host) => JSON.stringify({ ...host, host: '' })).map((group) => {
    const [{ result, why, changed, unchanged, skipped }] = group;
    return {
      text: `${namesText(group.map(({ host }) => host))}: ${result}${why === null ? '' : `. ${why}`}`,
      items: [
        ...stepItem('changed', changed),
        ...stepItem('unchanged', unchanged),
        ...stepItem('skipped', skipped),
      ],
    };
  });
}

function stepItem(what: string, steps: readonly string[]): Item[] {
  return steps.length === 0 ? [] : [{ text: `${what}: ${steps.join(', ')}` }];
}

/** What failed comes first and in full; what passed is counted by check. */
function checkItems(checks: readonly ReportedCheck[]): Item[] {
  const failed = checks.filter(({ state }) => state === 'failed');
  const overridden = checks.filter(({ state }) => state === 'overridden');
  const passed = checks.filter(({ state }) => state === 'passed');
  return [
    ...failed.map((check) => ({ text: line('FAILED', check), items: [{ text: check.advice }] })),
    ...overridden.map((check) => ({
      text: line('accepted', check),
      items: [{ text: `accepted because: ${check.reason ?? 'no reason was given'}` }],
    })),
    ...groupBy(passed, ({ check, shouldBe }) => JSON.stringify([check, shouldBe])).map((group) => ({
      text: `passed ${group[0].check}: ${group[0].shouldBe} (${namesText(group.map(({ host }) => host))})`,
    })),
  ];
}

function line(state: string, { check, host, is, shouldBe }: ReportedCheck): string {
  return `${state} ${check} on ${host}: is ${is}; should be ${shouldBe}`;
}
