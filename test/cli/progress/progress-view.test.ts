import { describe, expect, it } from 'vitest';
import { progressView } from '../../../src/cli/progress/progress-view.js';
import { hostOf, progressOf, stepOf } from '../../support/progress.js';

const size = { columns: 80, rows: 24 };

describe('progressView', () => {
  it('shows a line for each machine and a character for each step', () => {
    const progress = progressOf({
      controlHost: [stepOf('cloneKubespray', 'changed', 'v2.24.1')],
      hosts: [
        hostOf('control-1', [stepOf('copySshKey', 'unchanged')], 'prepared'),
        hostOf('worker-1', [stepOf('copySshKey', 'changed'), stepOf('createRaidArray', 'running', 'md0')]),
      ],
    });
    expect(progressView(progress, size)).toEqual([
      'blue | preparing | Kubespray v2.24.1 | 1 of 2 hosts ready',
      'control host            +           cloneKubespray: v2.24.1',
      'control-1     prepared  .           copySshKey',
      'worker-1      working   +>          createRaidArray: md0',
      '+ changed  . unchanged  > running  x failed  - skipped',
    ]);
  });

  it('tells in its first line the time left, where somebody knows it', () => {
    const [headline] = progressView(progressOf(), { ...size, timeLeft: 'about 9 min left' });
    expect(headline).toBe('blue | preparing | about 9 min left | Kubespray v2.24.1 | 0 of 0 hosts ready');
  });

  it('keeps within a narrow and a low screen, and shows first who needs a person', () => {
    const steps = Array.from({ length: 40 }, () => stepOf('step', 'changed', 'text '.repeat(40)));
    const hosts = Array.from({ length: 300 }, (_, i) =>
      hostOf(`worker-${i}`, steps, i === 299 ? 'failed' : 'done'),
    );
    const view = progressView(progressOf({ hosts }), { columns: 40, rows: 12 });
    expect(view.length).toBeLessThan(12);
    expect(Math.max(...view.map((line) => line.length))).toBeLessThanOrEqual(40);
    expect(view[2]).toMatch(/^worker-299/);
    expect(view.at(-2)).toBe('… and 293 more hosts (293 done)');
  });

  it('keeps the newest steps where not all fit', () => {
    const steps = [...Array.from({ length: 60 }, () => stepOf('old', 'changed')), stepOf('new', 'failed')];
    const view = progressView(progressOf({ hosts: [hostOf('a', steps)] }), { columns: 80, rows: 24 });
    expect(view[2]).toMatch(/…\++x {2}new$/);
  });
});
