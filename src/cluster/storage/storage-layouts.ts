import { targetOfPlan, type Layout, type StoragePlan } from './storage-plan.js';

/** Where step 7 puts the data of each host that has ephemeral storage, by inventory name. */
export type StorageLayouts = Readonly<
  Record<string, { readonly mountPoint: string; readonly layout: Layout }>
>;

/** Where step 7 puts each host's data, by the plan. A host without a plan has none. */
export function storageLayouts(plans: Readonly<Record<string, StoragePlan | null>>): StorageLayouts {
  return Object.fromEntries(
    Object.entries(plans).flatMap(([host, plan]) => {
      const target = targetOfPlan(plan);
      if (target === undefined) return [];
      return [[host, { mountPoint: target.mountPoint, layout: target.layout }] as const];
    }),
  );
}
