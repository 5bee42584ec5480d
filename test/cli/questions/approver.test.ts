import { expect, it } from 'vitest';
import { approveSerialsBeginningWith } from '../../../src/cli/questions/approver.js';
import type { ClusterPlan } from '../../../src/cluster/plan/plan.js';
import type { StorageTarget } from '../../../src/cluster/storage/storage-plan.js';
import { noOrder } from '../../../src/cluster/plan/work-order.js';

function planOf(serials: Record<string, string[]>): ClusterPlan {
  const storage = Object.entries(serials).map(([host, names]) => {
    const target = { host, disks: names.map((serial) => ({ serial })) } as unknown as StorageTarget;
    return [
      host,
      { kind: 'apply', target, digest: 'd', excluded: [], bytesToCopy: 0, commands: [], advice: [] },
    ];
  });
  return {
    cluster: 'blue',
    digest: 'sha256:x',
    release: { name: 'v2.24.1', why: '' },
    storage: Object.fromEntries(storage) as ClusterPlan['storage'],
    order: noOrder,
    findings: [],
    advice: [],
  };
}

const approver = approveSerialsBeginningWith('TRIAL-');

it('approves a plan whose every disk is of the trial', () => {
  expect(approver(planOf({ a: ['TRIAL-1', 'TRIAL-2'], b: ['TRIAL-3'] }), ['a', 'b'])).toBe(true);
});

it('leaves the plan to a person as soon as one disk of one host is not', () => {
  expect(approver(planOf({ a: ['TRIAL-1'], b: ['TRIAL-2', 'S4EVNX0'] }), ['a', 'b'])).toBe(
    "The disk S4EVNX0 of b is not one of the trial's own (TRIAL-…).",
  );
});

it('leaves a host that is asked about without a plan to a person', () => {
  expect(approver(planOf({ a: ['TRIAL-1'] }), ['a', 'c'])).toContain('no plan for the disks of c');
});
