import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { realStages, withSlowDisk } from '../../../src/cli/demo/real-demo.js';
import { parseTimetable, TimetableFollower } from '../../../src/cluster/playbook/timetable.js';
import { findMirrorRelease } from '../../../src/lab/index.js';

describe('the time that the real Kubespray takes', () => {
  it('is known beforehand for the release of the mirror, play by play', async () => {
    const { name } = findMirrorRelease();
    const timetable = parseTimetable(await readFile(`lab/playbook-times/${name}-cluster.yml.json`, 'utf8'));
    if (timetable === undefined) throw new Error('It is no timetable.');
    const follower = new TimetableFollower(timetable);
    const atBeginning = follower.estimate({ before: 0, inTask: 0 })?.secondsLeft ?? 0;
    expect(atBeginning).toBeGreaterThan(300);
    follower.beginPlay('Install Kubernetes apps');
    const nearEnd = follower.estimate({ before: atBeginning, inTask: 0 })?.secondsLeft ?? Infinity;
    expect(nearEnd).toBeLessThan(atBeginning / 2);
  });

  it('is longer where machines have to be built first, and has a stage for each phase that takes its time', () => {
    const total = (isCold: boolean) => realStages(isCold).reduce((sum, { seconds }) => sum + seconds, 0);
    expect(total(true)).toBeGreaterThan(total(false));
    expect(realStages(false).map(({ name }) => name)).toEqual([
      'machines',
      'planning',
      'kubespray',
      'finishing',
      'verifying',
    ]);
  });
});

it('accepts a slow disk beside what is accepted anyway, and leaves all else as it is', () => {
  const text =
    '# Written by slipway lab cluster\nname: lab-demo\noverrides:\n  - { check: mtu, reason: A lab. }\n';
  const changed = withSlowDisk(text);
  expect(changed).toMatch(/^# Written by slipway lab cluster\nname: lab-demo\n/);
  const { overrides } = parse(changed) as { overrides: { check: string }[] };
  expect(overrides.map(({ check }) => check)).toEqual(['mtu', 'etcd-perf']);
});
