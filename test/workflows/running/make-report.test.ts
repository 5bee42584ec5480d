import { expect, it } from 'vitest';
import type { CheckResult } from '../../../src/cluster/checks/checks.js';
import { makeReport } from '../../../src/workflows/running/make-report.js';
import { aSpecification } from '../../support/builders.js';

const failed = (over: Partial<CheckResult> = {}): CheckResult => ({
  check: 'kubernetes-api',
  host: 'node1',
  passed: false,
  is: 'no answer',
  shouldBe: 'an answer',
  advice: 'Look at it.',
  ...over,
});

const reportOf = (
  checks: CheckResult[],
  overrides: { check: string; hosts?: string[]; reason: string }[] = [],
) =>
  makeReport({
    specification: aSpecification({ overrides }),
    plan: null,
    approvals: [],
    checks,
    hosts: [{ host: 'node1', result: 'done', why: null, steps: [] }],
    facts: new Map(),
    isAborted: false,
  });

it('tells once what several steps ran into, and each of what differs', () => {
  const report = reportOf([failed(), failed(), failed({ host: 'node2' }), failed()]);
  expect(report.checks.map(({ host, state }) => `${host} ${state}`)).toEqual([
    'node1 failed',
    'node2 failed',
  ]);
  expect(report.result).toBe('incomplete');
});

it('accepts a failed check by an override for all hosts or for this one, with its reason', () => {
  const reason = 'no API server here';
  const checks = [failed(), failed({ check: 'swap', passed: true })];
  expect(reportOf(checks, [{ check: 'kubernetes-api', reason }])).toMatchObject({
    result: 'ready',
    checks: [
      { state: 'overridden', reason },
      { state: 'passed', reason: null },
    ],
  });
  expect(reportOf(checks, [{ check: 'kubernetes-api', hosts: ['node1'], reason }]).result).toBe('ready');
  expect(reportOf(checks, [{ check: 'kubernetes-api', hosts: ['node2'], reason }]).result).toBe('incomplete');
});
