import { planCluster } from '../../src/cluster/plan-cluster.js';
import type { StoragePlan } from '../../src/cluster/storage/storage-plan.js';
import { anApplyPlan, aSpecification, aTarget } from './builders.js';

/** A release that nothing is to be said of. */
export const release = { name: 'v2.24.1', why: 'The specification names it.', findings: [] };

/** The plan of a cluster whose hosts have these plans for their storage, of a known release, without findings. */
export const plan = (
  storage: Record<string, StoragePlan>,
  input: Partial<Parameters<typeof planCluster>[0]> = {},
) =>
  planCluster({
    specification: aSpecification({ firewall: { enabled: false } }),
    release,
    facts: {},
    storage,
    findings: [],
    ...input,
  });

/** A host's plan with disks of its own. */
export const hostPlan = (host: string, change: Parameters<typeof anApplyPlan>[0] = {}) =>
  anApplyPlan({
    target: aTarget({
      host,
      disks: aTarget().disks.map((disk) => ({ ...disk, serial: `${host}-${disk.serial}` })),
    }),
    digest: `sha256:${host}`,
    ...change,
  });
