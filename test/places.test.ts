import { existsSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

/** Folders whose tests are about more than one source file, or about none. */
const apart = ['scenarios', 'docs', 'scripts', 'deploy', 'fakes', 'support'];

/** Tests without a source file at their place, each with the reason. */
const exceptions: Readonly<Record<string, string>> = {
  'workflows/histories.test.ts': 'It replays the recorded histories of all workflows, which lie beside it.',
};

const files = readdirSync('test', { recursive: true, encoding: 'utf8' });
const tests = files.filter((path) => path.endsWith('.test.ts') && path.includes('/'));
const own = tests.filter((path) => !apart.includes(path.split('/')[0] ?? ''));

/** Where a test's source file is, by its name alone: the kind (system, lab, long …) is no part of it. */
const sourceOf = (test: string) => `src/${test.replace(/(\.[a-z]+)?\.test\.ts$/, '')}.ts`;

describe('a test', () => {
  it.each([
    ['cluster/storage/fstab.test.ts', 'src/cluster/storage/fstab.ts'],
    ['activities/running/going-down.lab.test.ts', 'src/activities/running/going-down.ts'],
  ])('%s is about %s', (test, source) => {
    expect(sourceOf(test)).toBe(source);
  });

  it('has the name and the place of the source file that it is about', () => {
    const astray = own.filter((test) => !existsSync(sourceOf(test)) && !Object.hasOwn(exceptions, test));
    expect(
      astray.map((test) => `test/${test}: there is no ${sourceOf(test)}`),
      'Move it to where its source file is, or to test/scenarios where it is about several.',
    ).toEqual([]);
    expect(own.length).toBeGreaterThan(100);
  });

  it('is excepted only where it is needed', () => {
    const needless = Object.keys(exceptions).filter(
      (test) => !own.includes(test) || existsSync(sourceOf(test)),
    );
    expect(needless).toEqual([]);
  });
});
