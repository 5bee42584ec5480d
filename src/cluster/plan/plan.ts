import type { Finding } from '../checks/findings.js';
import type { StoragePlans } from '../storage/storage-plan.js';
import type { WorkOrder } from './work-order.js';

/** A machine that could not be looked at: what it would change of the plan is not known. */
export interface Unread {
  /** Inventory name; else what else there was to look at. */
  readonly host: string;
  /** Whether it is one of the cluster's hosts. */
  readonly isNode: boolean;
  readonly why: string;
}

/** The whole plan that is put before an operator. */
export interface ClusterPlan {
  readonly cluster: string;
  /** Missing where every machine was looked at, as for each plan that is put up for approval. */
  readonly unread?: readonly Unread[];
  /**
   * `sha256:<hex>` over the digests of the hosts' storage plans that need approval, and over the order of those in use;
   * null: nothing to approve.
   */
  readonly digest: string | null;
  /** Kubespray's release and why it was taken, one sentence. */
  readonly release: { readonly name: string; readonly why: string };
  /** By inventory name. */
  readonly storage: StoragePlans;
  /** In which order hosts are stopped and restarted. */
  readonly order: WorkOrder;
  /** Preflight's findings, overridden ones included. */
  readonly findings: readonly Finding[];
  /** What is left to the operator, a sentence each. */
  readonly advice: readonly string[];
}
