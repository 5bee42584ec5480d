import { digestOf } from '../values/digest.js';
import type { StoragePlans } from '../storage/storage-plan.js';
import { approvedOrder, type WorkOrder } from './work-order.js';

/**
 * What an approval of the whole plan is bound to: every host's storage plan that is to be approved, by name, and where
 * a cluster is in use, in which order and how many at a time. Hosts that are satisfied or refused are not part of it, so
 * that it stays the same when one of those changes.
 * @returns null when nothing is to be approved
 */
export function planDigest(storage: StoragePlans, order: WorkOrder): string | null {
  const digests = Object.entries(storage).flatMap(([host, plan]) =>
    plan.kind === 'apply' ? [[host, plan.digest] as const] : [],
  );
  if (digests.length === 0) return null;
  const approved = approvedOrder(order, storage);
  const hosts = Object.fromEntries(digests);
  return digestOf(approved === null ? hosts : { hosts, order: approved });
}
