import { describe, expect, it } from 'vitest';
import type { StoragePlan } from '../../../src/cluster/storage/storage-plan.js';
import { aPlan } from '../../support/a-plan.js';
import { anApplyPlan, aTarget } from '../../support/builders.js';

const plan = (storage: Record<string, StoragePlan>) => aPlan({ storage });

/** A host's plan with a digest of its own. */
const hostPlan = (host: string, digest = `sha256:${host}`) =>
  anApplyPlan({ target: aTarget({ host }), digest });

describe('planDigest', () => {
  it('is bound to the storage plans that are to be approved, and to nothing else', () => {
    const { digest } = plan({ node4: hostPlan('node4'), node1: { kind: 'none' } });
    expect(digest).toMatch(/^sha256:[0-9a-f]{64}$/);
    expect(plan({ node4: hostPlan('node4') }).digest).toBe(digest);
    const satisfied = { kind: 'satisfied', target: aTarget({ host: 'node2' }), digest: 'sha256:2' } as const;
    expect(plan({ node4: hostPlan('node4'), node2: satisfied }).digest).toBe(digest);
    expect(plan({ node4: hostPlan('node4', 'sha256:other') }).digest).not.toBe(digest);
    expect(plan({ node3: hostPlan('node4') }).digest).not.toBe(digest);
    expect(plan({ node4: hostPlan('node4'), node3: hostPlan('node3') }).digest).not.toBe(digest);
  });

  it('does not depend on the order of hosts', () => {
    const [a, b] = [hostPlan('a'), hostPlan('b')];
    expect(plan({ a, b }).digest).toBe(plan({ b, a }).digest);
  });

  it('has no digest when nothing is to be approved', () => {
    const refused = { kind: 'refused', host: 'b', why: 'One free disk only.', excluded: [] } as const;
    expect(plan({ a: { kind: 'none' }, b: refused }).digest).toBeNull();
  });
});
