import { describe, expect, it } from 'vitest';
import { beginningLines, goingOnLine, endingLines, replacedLine } from '../../../src/cli/demo/demo-words.js';

const real = { kind: 'real', release: 'v2.29.1', repository: '/srv/kubespray' } as const;
const standIn = { kind: 'stand-in' } as const;
const commands = { getIn: 'node dist/cli/main.js lab ssh --lab demo control-1' };

describe('the first line', () => {
  it('says that Kubespray is real, and which; the next one what is missing from it', () => {
    const [first, second] = beginningLines({ demo: real });
    expect(first).toContain('a real cluster with the real Kubespray v2.29.1 from /srv/kubespray');
    expect(second).toContain('`npm run demo -- --stand-in`');
  });

  it('says that a stand-in is run, and why; those that follow what the real one needs', () => {
    const obstacles = [
      { what: 'one is missing', remedy: 'Get one.' },
      { what: 'two does not answer', remedy: 'Name two.' },
    ];
    expect(beginningLines({ demo: standIn, obstacles })).toEqual([
      'This demo runs a stand-in for Kubespray, because one is missing, and two does not answer.',
      'What a demo with the real Kubespray needs:',
      '  Get one.',
      '  Name two.',
    ]);
    expect(beginningLines({ demo: standIn })).toEqual(['This demo runs a stand-in for Kubespray.']);
  });

  it('says so too where a demo goes on, or takes the place of another one', () => {
    expect(goingOnLine(real)).toContain('the real Kubespray v2.29.1');
    expect(goingOnLine(standIn)).toContain('a stand-in for Kubespray');
    expect(replacedLine(standIn)).toContain('a stand-in for Kubespray');
  });
});

describe('the last line', () => {
  it.each(['ready', 'failed', 'interrupted'] as const)('says which demo it was: %s', (end) => {
    expect(endingLines(real, end, commands).at(-1)).toContain('the real Kubespray v2.29.1');
    expect(endingLines(standIn, end, commands).at(-1)).toContain('a stand-in for Kubespray');
  });

  it('ends with the way into a real cluster, after how it is removed', () => {
    const lines = endingLines(real, 'ready', commands);
    expect(lines.at(-1)?.endsWith(`: ${commands.getIn}`)).toBe(true);
    expect(lines[0]).toContain('`npm run demo -- --down`');
  });

  it('names no way in where the machines are off', () => {
    for (const demo of [real, standIn]) {
      expect(endingLines(demo, 'failed', commands).join()).not.toContain(commands.getIn);
      expect(endingLines(demo, 'interrupted', commands).join()).toContain('`npm run demo` goes on');
    }
  });
});
