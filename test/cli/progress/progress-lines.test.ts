import { describe, expect, it } from 'vitest';
import { progressLines, runningSteps } from '../../../src/cli/progress/progress-lines.js';
import { hostOf, progressOf, stepOf } from '../../support/progress.js';

const texts = (...looks: Parameters<typeof progressLines>) => progressLines(...looks).map(({ text }) => text);

describe('progressLines', () => {
  it('tells everything at the first look', () => {
    const now = progressOf({
      controlHost: [stepOf('cloneKubespray', 'changed', 'v2.24.1 at 64447e7')],
      hosts: [hostOf('worker-1', [stepOf('gatherFacts', 'running')])],
      refusals: ['The "approve" by eve changes nothing.'],
    });
    expect(texts(undefined, now)).toEqual([
      'blue: preparing (Kubespray v2.24.1)',
      'control host  cloneKubespray              changed    v2.24.1 at 64447e7',
      'worker-1      gatherFacts                 running',
      'refused: The "approve" by eve changes nothing.',
    ]);
  });

  it('tells only what has changed since, one line for each step', () => {
    const before = progressOf({ hosts: [hostOf('a', [stepOf('x', 'changed'), stepOf('y', 'running')])] });
    const now = progressOf({
      hosts: [hostOf('a', [stepOf('x', 'changed'), stepOf('y', 'failed', 'no'), stepOf('z', 'running')])],
    });
    expect(progressLines(before, now)).toEqual([
      { kind: 'ended', text: expect.stringMatching(/^a +y +failed +no$/) as string },
      { kind: 'begun', text: expect.stringMatching(/^a +z +running$/) as string },
    ]);
    expect(progressLines(now, now)).toEqual([]);
  });

  it('tells a step that was tried again', () => {
    const failed = progressOf({ hosts: [hostOf('a', [stepOf('x', 'failed')])] });
    const again = progressOf({ hosts: [hostOf('a', [stepOf('x', 'running')])] });
    expect(progressLines(failed, again)).toHaveLength(1);
  });

  it('tells new refusals only, also when old ones have fallen out', () => {
    const before = progressOf({ refusals: ['one', 'two'] });
    expect(texts(before, progressOf({ refusals: ['two', 'three', 'four'] }))).toEqual([
      'refused: three',
      'refused: four',
    ]);
  });

  it('passes no terminal sequence on', () => {
    const now = progressOf({
      hosts: [hostOf('a', [stepOf('x', 'failed', '\x1b]0;title\x07\x1b[2Jgone\r\nnext')])],
    });
    expect(texts(undefined, now).join('')).not.toMatch(/\p{Cc}/u);
  });
});

describe('runningSteps', () => {
  it('names what runs on each machine, and nothing that has ended', () => {
    const now = progressOf({
      controlHost: [
        stepOf('cloneKubespray', 'changed', 'v2.24.1'),
        stepOf('runKubespray', 'running', 'about 40 %'),
      ],
      hosts: [hostOf('a', [stepOf('x', 'running')]), hostOf('b', [stepOf('x', 'failed', 'no')])],
    });
    expect(runningSteps(now)).toEqual(['control host: runKubespray: about 40 %', 'a: x']);
  });
});
