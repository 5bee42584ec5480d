import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planCluster } from '../../src/cluster/plan-cluster.js';
import type { ClusterPlan } from '../../src/cluster/plan.js';
import { plainText } from '../../src/cluster/plain-text.js';
import { renderPlan, renderPlanMarkdown } from '../../src/cluster/render-plan.js';
import { renderReport, renderReportMarkdown } from '../../src/cluster/render-report.js';
import type { Report } from '../../src/cluster/report.js';
import { showProgress } from '../../src/workflows/current-details.js';
import type { ClusterProgress } from '../../src/workflows/progress.js';
import { progressLines } from '../../src/cli/progress-lines.js';
import { failureText, type DecisionQuestion } from '../../src/cli/question-text.js';
import { anApplyPlan, aSpecification, aTarget } from './builders.js';
import { hostile, obeyed, parse, shapeOf } from './hostile.js';

/** A text to be put into every place that says something. */
type Texts = () => string;

function planWith(text: Texts): ClusterPlan {
  const disk = aTarget().disks.map((each) => ({ ...each, serial: text(), byId: text(), model: text() }));
  const plan = planCluster({
    specification: aSpecification({ firewall: { enabled: false } }),
    release: { name: 'v2.24.1', why: text(), findings: [] },
    facts: {},
    storage: {
      node1: anApplyPlan({
        target: aTarget({ disks: disk.map((each) => ({ ...each, nameThen: text() })) }),
        excluded: [{ name: text(), serial: text(), reasons: [text(), text()] }],
      }),
      node2: { kind: 'refused', host: 'node2', why: text(), excluded: [] },
    },
    findings: [
      { check: 'swap', host: 'node1', severity: 'warning', is: text(), shouldBe: text(), mend: text(), overridden: null },
      { check: 'python', host: 'node2', severity: 'error', is: text(), shouldBe: text(), mend: text(), overridden: text() },
    ],
  }); // prettier-ignore
  return { ...plan, advice: [text(), text()] };
}

function reportWith(text: Texts): Report {
  const host = { changed: [text()], unchanged: [text()], skipped: [text()] };
  const check = {
    check: 'unit-kubelet',
    host: 'node1',
    is: text(),
    shouldBe: text(),
    advice: text(),
  } as const;
  return {
    cluster: 'akash',
    result: 'incomplete',
    release: 'v2.24.1',
    approvals: [{ plan: 'sha256:0', by: text(), hosts: ['node1'] }],
    hosts: [
      { host: 'node1', result: 'done', why: null, ...host },
      { host: 'node2', result: 'failed', why: text(), ...host },
    ],
    checks: [
      { ...check, state: 'failed', reason: null },
      { ...check, host: 'node2', state: 'overridden', reason: text() },
    ],
    plan: planWith(text),
    advice: [text()],
  };
}

function decisionWith(text: Texts): DecisionQuestion {
  return {
    ...{ kind: 'decision', host: 'node1', step: 'createRaidArray', message: text() },
    ...{ command: text(), output: text(), advice: text() },
  };
}

function progressWith(text: Texts): ClusterProgress {
  const step = { step: 'createRaidArray', state: 'failed', summary: text() } as const;
  return {
    cluster: 'akash',
    phase: 'preparing',
    release: 'v2.24.1',
    controlHost: [{ ...step, step: 'runKubespray' }],
    hosts: [{ host: 'node1', state: 'working', steps: [step] }],
    questions: [{ kind: 'approval', plan: 'sha256:0', hosts: ['node1'] }, decisionWith(text)],
    refusals: [text()],
    plan: planWith(text),
    report: reportWith(text),
  };
}

/** Texts of which something is to be seen: whether there is anything at all decides what is shown. */
const visible = hostile.filter((text) => plainText(text) !== '');
const texts = fc.array(visible, { minLength: 7, maxLength: 7 });

/** One after the other, and again. */
function oneAfterTheOther(words: readonly string[]): Texts {
  let next = 0;
  return () => words[next++ % words.length] ?? '';
}

/** As many different texts as the hostile ones, so that the same things are put together. */
function harmless(words: readonly string[]): Texts {
  return oneAfterTheOther(words.map((word) => `x${words.indexOf(word)}`));
}

const runs = { numRuns: 150 };

/** Each of a run's cases puts seven texts into dozens of places. */
describe('what is put before people, full of text from elsewhere', { timeout: 60_000 }, () => {
  it.each([
    ['plan', (text: Texts) => renderPlan(planWith(text))],
    ['report', (text: Texts) => renderReport(reportWith(text))],
    ['failure', (text: Texts) => failureText(decisionWith(text)).join('\n')],
    ['progress', (text: Texts) => progressLines(undefined, progressWith(text)).map((line) => line.text).join('\n')],
  ])('has nothing for a terminal to obey: %s', (_, render) => {
    const beginnings = (text: string) => text.split('\n').filter((line) => /^\S/.test(line)).length;
    fc.assert(
      fc.property(texts, (words) => {
        const shown = render(oneAfterTheOther(words));
        expect(shown).not.toMatch(obeyed);
        expect(beginnings(shown)).toBe(beginnings(render(harmless(words))));
      }),
      runs,
    );
  }); // prettier-ignore

  it.each([
    ['plan', (text: Texts) => renderPlanMarkdown(planWith(text))],
    ['report', (text: Texts) => renderReportMarkdown(reportWith(text))],
    ['progress', (text: Texts) => showProgress(progressWith(text), 'cluster/akash')],
  ])('has the same form in Markdown as with harmless text: %s', (_, render) => {
    fc.assert(
      fc.property(texts, (words) => {
        expect(shapeOf(parse(render(oneAfterTheOther(words))))).toBe(shapeOf(parse(render(harmless(words)))));
      }),
      runs,
    );
  });
});
