import type { StoragePlan } from '../../src/cluster/storage/storage-plan.js';
import { aPlan } from './a-plan.js';
import { anApplyPlan, aSpecification, aTarget } from './builders.js';

/** The plan of a cluster whose hosts have these plans for their storage, of a known release, without findings. */
export const plan = (storage: Record<string, StoragePlan>, input: Parameters<typeof aPlan>[0] = {}) =>
  aPlan({ specification: aSpecification({ firewall: { enabled: false } }), storage, ...input });

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
