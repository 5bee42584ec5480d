import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { kebabCase } from '../../src/cluster/text/kebab-case.js';
import { steps } from '../../src/protocol/steps.js';

const all = Object.entries(steps).map(([name, { title, folder, ...rest }]) => ({
  ...{ name, title, folder, ...rest },
  /** The documented step of which it is a part, "7" of "Steps 7.11 and 7.12"; undefined for what Slipway adds. */
  step: /^Steps? ([0-9]+)/.exec(title)?.[1],
}));
const documented = all.filter(({ step }) => step !== undefined);

const fileOf = ({ name, folder }: (typeof all)[number]) => `src/activities/${folder}/${kebabCase(name)}.ts`;

describe('the registered steps', () => {
  it('come in the document’s order, and leave out none of its ten', () => {
    const numbers = documented.map(({ step }) => Number(step));
    expect(numbers).toEqual([...numbers].sort((one, other) => one - other));
    const inTitles = documented.flatMap(
      ({ title }) => title.split(':')[0]?.match(/[0-9]+(\.[0-9]+)?/g) ?? [],
    );
    expect([...new Set(inTitles.map(parseFloat).map(Math.floor))]).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
  });

  it('have a title each that says what is done, and that no other has', () => {
    for (const { title, step } of all) {
      expect(title).toMatch(step === undefined ? /^[A-Z]/ : /^Steps? [0-9][0-9., and]*( undone)?: \S{2}/);
    }
    expect(new Set(all.map(({ title }) => title)).size).toBe(all.length);
  });

  it.each(all)('$name is in its file, in a folder of its own step', (one) => {
    expect(existsSync(fileOf(one)), fileOf(one)).toBe(true);
    const [, from, to = from] = /^step-0*([0-9]+)(?:-to-0*([0-9]+))?/.exec(one.folder) ?? [];
    if (from === undefined || one.step === undefined) return;
    expect(Number(one.step)).toBeGreaterThanOrEqual(Number(from));
    expect(Number(one.step)).toBeLessThanOrEqual(Number(to));
  });

  it('only look where they are left when they are cancelled, or ended half-way', () => {
    const looks = all.filter(({ result }) => result === 'seen');
    expect(looks.length).toBeGreaterThan(8);
    expect(looks.filter(({ onCancel }) => onCancel === 'finish')).toEqual([]);
  });

  it('come to their end in everything that destroys data or may lock somebody out', () => {
    const { createRaidArray, makeFileSystem, switchData, deleteOldData, undoStorage, applyFirewallRules } =
      steps;
    for (const one of [
      createRaidArray,
      makeFileSystem,
      switchData,
      deleteOldData,
      undoStorage,
      applyFirewallRules,
    ]) {
      expect(one, one.title).toMatchObject({ result: 'outcome', onCancel: 'finish' });
    }
  });

  it('end the long ones that may be begun again, when they are cancelled', () => {
    const stopped = all.filter(({ onCancel }) => onCancel === 'stop').map(({ name }) => name);
    expect(stopped).toEqual([
      ...['cloneKubespray', 'createVirtualEnvironment', 'installRequirements'],
      ...['copyData', 'runKubespray', 'checkEtcdPerformance'],
    ]);
    expect(
      stopped.map((name) => steps[name as keyof typeof steps].pace).filter((pace) => pace !== 'playbook'),
    ).toEqual(stopped.slice(1).map(() => 'job'));
  });

  it('say for progress what they have done, in their own words', () => {
    const result = { outcome: 'changed' as const, summary: 'two lines written' };
    expect(steps.updateFstab.summaryOf(result)).toBe('two lines written');
    expect(steps.readBootId.summaryOf('b-1')).toBe('b-1');
    expect(steps.measureOldData.summaryOf({ directories: [] })).toBe('none is kept');
    for (const one of all) expect(one.summaryOf, one.name).toBeTypeOf('function');
  });
});
