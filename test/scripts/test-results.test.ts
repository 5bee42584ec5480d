import { describe, expect, it } from 'vitest';

interface Counts {
  passed: number;
  failed: number;
}
type Count = (results: unknown, code: number, options?: { isCi: boolean }) => Counts;
const module = (await import(new URL('../../scripts/test-results.mjs', import.meta.url).href)) as {
  countResults: Count;
  describeFailures: (results: unknown) => string[];
};
const { countResults, describeFailures } = module;
const local = { isCi: false };

const file = (name: string, ...statuses: string[]) => ({
  name,
  status: statuses.includes('failed') ? 'failed' : 'passed',
  assertionResults: statuses.map((status, index) => ({ status, fullName: `test ${index}` })),
});

describe('countResults', () => {
  it('counts what passed and what failed', () => {
    const results = {
      success: false,
      numPassedTests: 2,
      numFailedTests: 1,
      testResults: [file('a', 'passed', 'failed')],
    };
    expect(countResults(results, 1, local)).toEqual({ passed: 2, failed: 1 });
    expect(describeFailures(results)).toEqual(['FAILED: a: test 1']);
  });

  it('tells the beginning of why, on one line and without colours', () => {
    const why = `\u001b[31mError\u001b[39m: fstab on node1 is ${'x'.repeat(700)}\n    at run (/a/b.ts:1:2)`;
    const results = {
      testResults: [
        {
          name: 'a',
          status: 'failed',
          assertionResults: [
            { status: 'failed', fullName: 'long', failureMessages: [why] },
            { status: 'failed', fullName: 'short', failureMessages: ['Error: no\n    at run (/a/b.ts:1:2)'] },
          ],
        },
      ],
    };
    const start = 'Error: fstab on node1 is ';
    expect(describeFailures(results)).toEqual([
      `FAILED: a: long: ${start}${'x'.repeat(600 - start.length)}`,
      'FAILED: a: short: Error: no',
    ]);
  });

  it('counts one failure at least when vitest left no report, or ended badly without a failed test', () => {
    expect(countResults(undefined, 0, local)).toEqual({ passed: 0, failed: 1 });
    const good = { success: true, numPassedTests: 3, numFailedTests: 0, testResults: [file('a', 'passed')] };
    expect(countResults(good, 1, local)).toEqual({ passed: 3, failed: 1 });
    expect(countResults(good, 0, local)).toEqual({ passed: 3, failed: 0 });
  });

  it('counts a file that could not be loaded', () => {
    const results = {
      success: false,
      numPassedTests: 1,
      numFailedTests: 0,
      testResults: [file('a', 'passed'), { name: 'b', status: 'failed', assertionResults: [] }],
    };
    expect(countResults(results, 1, local)).toEqual({ passed: 1, failed: 1 });
  });

  it('counts skipped tests as failures under CI only', () => {
    const results = {
      success: true,
      numPassedTests: 1,
      numFailedTests: 0,
      numPendingTests: 2,
      testResults: [],
    };
    expect(countResults(results, 0, { isCi: true })).toEqual({ passed: 1, failed: 2 });
    expect(countResults(results, 0, local)).toEqual({ passed: 1, failed: 0 });
  });
});
