import type { HostFacts } from '../facts/facts.js';
import { digestOf } from '../values/digest.js';
import { groupBy } from '../values/group-by.js';
import { namesText } from '../text/outline.js';
import { oldCopyOf } from './data-places.js';
import type { StoragePlan, StorageTarget } from './storage-plan.js';

/**
 * Where a host keeps its data from before the move, once it is done.
 * @param facts as they were when the plan was made
 */
export function keptOldData(facts: HostFacts, plan: StoragePlan): readonly string[] {
  if (plan.kind !== 'apply' && plan.kind !== 'satisfied') return [];
  return plan.target.moves.flatMap(({ from }) => {
    const directory = facts.dataDirectories.find(({ path }) => path === from);
    const isMovedNow = plan.kind === 'apply' && plan.target.path === 'migrate' && directory?.exists === true;
    return isMovedNow || (directory?.oldCopy ?? null) !== null ? [oldCopyOf(from)] : [];
  });
}

/** What is left to the operator about it, a sentence for all hosts that keep the same. */
export function oldDataAdvice(
  kept: readonly { readonly host: string; readonly paths: readonly string[] }[],
): readonly string[] {
  const keeping = kept.filter(({ paths }) => paths.length > 0);
  return groupBy(keeping, ({ paths }) => paths.join(' ')).map((group) => {
    const hosts = namesText(group.map(({ host }) => host));
    const verb = group.length === 1 ? 'keeps' : 'keep';
    return (
      `${hosts} ${verb} the data from before the move in ${group[0].paths.join(' and ')}. When all has proven itself, ` +
      'delete it by "slipway delete-old-data cluster.yaml", which verifies the host and asks.'
    );
  });
}

/** A directory that step 7 has kept from before the move. */
export interface OldDirectory {
  readonly path: string;
  readonly bytes: number;
}

/** What an approval to delete old data is bound to: which directories, how large they were, on which machine. */
export function oldDataDigest(
  { host, machineId }: Pick<StorageTarget, 'host' | 'machineId'>,
  directories: readonly OldDirectory[],
): string {
  return digestOf({ deletes: directories, host, machineId });
}
