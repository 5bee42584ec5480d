import type { Client } from '@temporalio/client';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LiveView } from '../../../src/cli/terminal/live-view.js';
import { progressLines } from '../../../src/cli/progress/progress-lines.js';
import { progressView } from '../../../src/cli/progress/progress-view.js';
import type { Prompts } from '../../../src/cli/questions/prompts.js';
import { Questions } from '../../../src/cli/questions/questions.js';
import { plainText } from '../../../src/cluster/text/plain-text.js';
import { renderPlan } from '../../../src/cluster/plan/render-plan.js';
import { renderReport, renderReportMarkdown } from '../../../src/cluster/report/render-report.js';
import { currentDetails } from '../../../src/workflows/progress/current-details.js';
import type { ClusterProgress } from '../../../src/protocol/progress.js';
import { RecordingTerminal } from '../../support/recording-terminal.js';
import { planWith, progressWith, reportWith } from './hostile-contents.js';
import { spokenFindings, type Texts } from './hostile-hosts.js';
import { hostile, obeyed, parse, shapeOf } from '../../support/hostile.js';

/** Texts of which something is to be seen: whether there is anything at all decides what is shown. */
const visible = hostile.filter((text) => plainText(text) !== '');
const texts = fc.array(visible, { minLength: 7, maxLength: 7 });

/** One after the other, and again. */
function oneAfterTheOther(words: readonly string[]): Texts {
  let next = 0;
  return () => words[next++ % words.length] ?? '';
}

/** What is seen of a rendering. @param render is given texts, one after the other */
type Seen<Value> = (render: (text: Texts) => string, words: readonly string[]) => Value;

/** With as many different texts as the hostile ones, so that the same things are put together; once for each number. */
function withHarmless<Value>(seen: Seen<Value>): Seen<Value> {
  const known = new Map<string, Value>();
  return (render, words) => {
    const harmless = words.map((word) => `x${words.indexOf(word)}`);
    const key = harmless.join(' ');
    const value = known.get(key) ?? seen(render, harmless);
    known.set(key, value);
    return value;
  };
}

const beginnings: Seen<number> = (render, words) =>
  render(oneAfterTheOther(words))
    .split('\n')
    .filter((line) => /^\S/.test(line)).length;
const shape: Seen<string> = (render, words) => shapeOf(parse(render(oneAfterTheOther(words))));

/** What the terminal shows of every open question. @param prompts whether somebody sits at it */
function questionsShown(progress: ClusterProgress, prompts: boolean): string {
  const terminal = new RecordingTerminal();
  const prompted = async (message: string) => {
    terminal.write(`${message}\n`);
    return Promise.resolve(undefined);
  };
  const asking: Prompts = { confirm: prompted, choose: prompted };
  for (const question of progress.questions) {
    const questions = new Questions({
      ...{ client: {} as Client, view: new LiveView(terminal), workflowId: 'host/10.0.0.1:22', by: 'me' },
      prompts: prompts ? asking : undefined,
      onInterrupt: () => undefined,
    });
    questions.look({ ...progress, questions: [question] });
  }
  return terminal.output;
}

const inTerminal: readonly (readonly [string, (text: Texts) => string])[] = [
  ['plan', (text) => renderPlan(planWith(text))],
  ['report', (text) => renderReport(reportWith(text))],
  ['open questions', (text) => questionsShown(progressWith(text), false)],
  ['questions that are asked', (text) => questionsShown(progressWith(text), true)],
  ['progress, line by line', (text) => progressLines(undefined, progressWith(text)).map((line) => line.text).join('\n')],
  ['progress, as a picture', (text) => progressView(progressWith(text), { columns: 400, rows: 50 }).join('\n')],
]; // prettier-ignore

const inMarkdown: readonly (readonly [string, (text: Texts) => string])[] = [
  ['report', (text) => renderReportMarkdown(reportWith(text))],
  ['progress', (text) => currentDetails(progressWith(text), 'cluster/akash')],
  [
    'progress of many hosts',
    (text) => currentDetails(progressWith(text, { crowded: true }), 'cluster/akash'),
  ],
];

/** Each of a run's cases puts seven texts into hundreds of places. */
describe('what is put before people, full of text from elsewhere', { timeout: 60_000 }, () => {
  it.each(inTerminal)('has nothing for a terminal to obey: %s', (_, render) => {
    const expected = withHarmless(beginnings);
    fc.assert(
      fc.property(texts, (words) => {
        expect(render(oneAfterTheOther(words))).not.toMatch(obeyed);
        expect(beginnings(render, words)).toBe(expected(render, words));
      }),
      { numRuns: 100 },
    );
  });

  it.each(inMarkdown)('has the same form in Markdown as with harmless text: %s', (_, render) => {
    const expected = withHarmless(shape);
    fc.assert(
      fc.property(texts, (words) => {
        expect(shape(render, words)).toBe(expected(render, words));
      }),
      { numRuns: 60 },
    );
  });
});

/** Else the above would show nothing of them. */
describe('what is put together for it', () => {
  const text = oneAfterTheOther(['x0', 'x1', 'x2', 'x3', 'x4', 'x5', 'x6']);

  it('has findings of every check whose words come from hosts', () => {
    const found = planWith(text).findings.map(({ check }): string => check);
    expect(found).toEqual(expect.arrayContaining(spokenFindings));
  });

  it.each([
    ['hosts that are alike', renderPlan(planWith(text)), /w3: as x\d cp3; disks x\d, x\d;/],
    ['hosts that are refused for the same', renderPlan(planWith(text)), /w6, x\d w7: cannot be done\. x\d/],
    ['the order', renderPlan(planWith(text)), /one at a time: x\d cp1, x\d cp2, x\d cp3\n/],
    ['the reset', questionsShown(progressWith(text), true), /has no node x x\d, as it calls itself[^]*\nReset x\d as shown above\?/],
    ['the deletion', questionsShown(progressWith(text), false), /To be deleted for good on x\d, x\d\n {2}x\d, 1 /],
    ['the reset, in Markdown', currentDetails(progressWith(text), 'w'), /is half-initialised: reset it\?/],
    ['the deletion, in Markdown', currentDetails(progressWith(text), 'w'), /What is deleted for good/],
  ])('has %s', (_, shown, expected) => {
    expect(shown).toMatch(expected);
  }); // prettier-ignore
});
