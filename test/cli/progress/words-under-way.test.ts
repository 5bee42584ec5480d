import { describe, expect, it } from 'vitest';
import { WordsUnderWay } from '../../../src/cli/progress/words-under-way.js';
import { hostOf, progressOf, stepOf } from '../../support/progress.js';

const minute = 60_000;

const running = (summary: string, step = 'runKubespray') =>
  progressOf({
    controlHost: [stepOf('cloneKubespray', 'changed', 'v2.29.1'), stepOf(step, 'running', summary)],
  });

describe('WordsUnderWay', () => {
  it('tells once a minute what a step says, and nothing that has its own line', () => {
    const words = new WordsUnderWay();
    expect(words.lines(running('ansible-playbook is starting'), 0)).toEqual([]);
    expect(words.lines(running('about 1 %, 9 min left: Gather facts'), minute - 1)).toEqual([]);
    expect(words.lines(running('about 2 %, 9 min left: Install etcd'), minute)).toEqual([
      'control host  runKubespray                running    about 2 %, 9 min left: Install etcd',
    ]);
    expect(words.lines(running('about 3 %, 8 min left: Install etcd'), 2 * minute - 1)).toEqual([]);
    expect(words.lines(running('about 4 %, 8 min left: Start etcd'), 2 * minute)).toHaveLength(1);
  });

  it('does not repeat itself', () => {
    const words = new WordsUnderWay();
    words.lines(running('a'), 0);
    expect(words.lines(running('a'), 10 * minute)).toEqual([]);
    expect(words.lines(running('b'), 11 * minute)).toHaveLength(1);
    expect(words.lines(running('b'), 20 * minute)).toEqual([]);
  });

  it('begins anew with a step that was tried again', () => {
    const words = new WordsUnderWay();
    words.lines(running('a'), 0);
    words.lines(progressOf({ controlHost: [stepOf('runKubespray', 'failed', 'no')] }), 5 * minute);
    expect(words.lines(running('b'), 6 * minute)).toEqual([]);
    expect(words.lines(running('c'), 7 * minute)).toHaveLength(1);
  });

  it('passes no terminal sequence on, and keeps to the columns of the hosts', () => {
    const words = new WordsUnderWay();
    const hosts = [hostOf('a-host-of-18-chars', [])];
    words.lines({ ...running('a'), hosts }, 0);
    const [line = ''] = words.lines({ ...running('\x1b[2Jgone\r\nnext'), hosts }, minute);
    expect(line).not.toMatch(/\p{Cc}/u);
    expect(line).toMatch(/^control host {8}runKubespray/);
  });
});
