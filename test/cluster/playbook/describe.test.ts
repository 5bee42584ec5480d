import { describe, expect, it } from 'vitest';
import { describeProgress, secondsLeftIn } from '../../../src/cluster/playbook/describe.js';
import { noCounts, type PlaybookProgress } from '../../../src/cluster/playbook/progress.js';

const failure = { kind: 'unreachable', play: 'p', task: 't', message: 'm' } as const;
const line = (progress: Partial<PlaybookProgress>) =>
  describeProgress({
    ...{ play: 'Install etcd', task: 'Start etcd', retry: null, done: 0, hosts: {}, failures: [] },
    ...{ prompts: [], estimate: null, ended: false, ...progress },
  });
const estimate = { percent: 40, secondsLeft: 720, isLate: false };

describe('the progress of a playbook in one line', () => {
  it('says how far it has come, where it is and what has happened', () => {
    const hosts = { a: { ...noCounts(), ok: 120, changed: 30 }, b: { ...noCounts(), failures: 1 } };
    expect(line({ hosts, done: 1, estimate })).toBe(
      'about 40 %, 12 min left: Install etcd › Start etcd (1 of 2 hosts; 120 ok, 30 changed, 1 failed)',
    );
  });

  it('begins without a play, then without a task', () => {
    expect(line({ play: null })).toBe('ansible-playbook is starting');
    expect(line({ task: null })).toBe('Install etcd (0 of 0 hosts; 0 ok, 0 changed)');
  });

  it.each([
    [59, 'less than a minute'],
    [61, '1 min'],
    [3_540, '59 min'],
    [3_600, '1 h 0 min'],
    [5_400, '1 h 30 min'],
  ])('tells %i seconds as %s', (secondsLeft, text) => {
    expect(line({ estimate: { ...estimate, secondsLeft } })).toContain(`, ${text} left: `);
  });

  it('tells no time where none is known, that a task is late, and nothing of it at the end', () => {
    expect(line({ estimate: { ...estimate, secondsLeft: null } })).toMatch(/^about 40 %: /);
    expect(line({ estimate: { ...estimate, isLate: true } })).toContain(
      '(this task takes longer than last time)',
    );
    expect(line({ estimate, ended: true })).toMatch(/^Install etcd › /);
  });

  it('names each machine once that cannot be reached, and that which the task was delegated to', () => {
    const failures = [
      { ...failure, host: 'a' },
      { ...failure, host: 'a' },
      { ...failure, host: 'b', delegate: 'c' },
    ];
    expect(line({ failures })).toContain('0 changed, a cannot be reached, c cannot be reached)');
  });
});

describe('the time left in a line of progress', () => {
  it.each([
    [59, 30],
    [61, 60],
    [3_540, 3_540],
    [5_400, 5_400],
  ])('of %i seconds is read as %i', (secondsLeft, read) => {
    expect(secondsLeftIn(line({ estimate: { ...estimate, secondsLeft } }))).toBe(read);
    expect(secondsLeftIn(line({ estimate: { ...estimate, secondsLeft, isLate: true } }))).toBe(read);
  });

  it('is none where the line tells none, or another one does', () => {
    expect(secondsLeftIn(line({ estimate: { ...estimate, secondsLeft: null } }))).toBeUndefined();
    expect(secondsLeftIn(line({ play: 'about 40 %, 12 min left' }))).toBeUndefined();
    expect(secondsLeftIn('Step 8: Create Kubernetes Cluster')).toBeUndefined();
  });
});
