import { defineSignal } from '@temporalio/workflow';
import type { EphemeralStorage } from '../cluster/specification/specification.js';
import type { ReportedApproval, ReportedHost } from '../cluster/report/report.js';
import type { StoragePlan } from '../cluster/storage/storage-plan.js';
import type { ApprovedDigest, ApprovedPlan } from './approvals.js';
import type { HostState, Question, StepProgress } from './progress.js';
import type { HostAddress } from './host-addresses.js';

/** What the workflow of a cluster and those of its hosts say to each other. */

/** Step 7 on one host. */
export interface StorageWork {
  readonly host: HostAddress;
  readonly storage: EphemeralStorage;
  /** That the host's plan is approved; undefined where nobody was asked, so that the host's own workflow asks. */
  readonly approved?: ApprovedPlan | undefined;
  /**
   * The digest of {@link approved} once more, null without one: an earlier version knows nothing else of an approval. It is
   * read only in work that such a version has started, and sent for workers of such a version.
   */
  readonly approvedPlan: ApprovedDigest | null;
  /** How long a question stays open if the plan has to be approved again. */
  readonly approvalHours: number;
  /** The control plane by which the host's pods are noted before it is stopped; undefined: that is done already. */
  readonly notePodsOn?: HostAddress | undefined;
}

/** Argument of `prepareHost`. It holds one host's part only: a thousand whole specifications would not fit. */
export interface PrepareHostInput {
  readonly cluster: string;
  readonly host: HostAddress;
  readonly storage: StorageWork | null;
  /** Step 9's kernel parameters: on workers. */
  readonly kernelParameters: boolean;
  /** Step 10's rule set; null where the firewall is left alone. */
  readonly firewallRuleSet: string | null;
  /** Whether the rule set is applied before Kubespray runs, too, because rules of an earlier run keep out hosts that are new. */
  readonly firewallFirst?: boolean | undefined;
  /** How many hosts the cluster works on at the same time. */
  readonly hostCount: number;
}

/** Argument of `migrateStorage` and `deleteOldData`. */
export interface OneHostInput {
  /** As for `provisionCluster`. */
  readonly specification: unknown;
  /** Inventory name of the host. */
  readonly host: string;
}

/** The workflow `prepareHost`, for who starts it. */
export type PrepareHost = (input: PrepareHostInput) => Promise<HostOutcome>;

/** Result of `prepareHost`, `migrateStorage` and `deleteOldData`. */
export interface HostOutcome {
  readonly host: string;
  readonly result: ReportedHost['result'];
  readonly why: string | null;
  readonly steps: readonly StepProgress[];
  /** As it was applied, or found satisfied; null without step 7. */
  readonly storage: StoragePlan | null;
  /** Approvals that this host's workflow has asked for: of a deletion, and of a plan that had changed or that nobody had seen. */
  readonly approvals: readonly Omit<ReportedApproval, 'hosts'>[];
}

/** What has changed on a host since its last report. */
export interface HostReport {
  readonly host: string;
  readonly state: HostState;
  readonly steps: readonly (StepProgress & { readonly position: number })[];
  /** Answers that it has refused since then, one sentence each: they came too late, or fit no question. */
  readonly refusals?: readonly string[] | undefined;
  /** All that are open. */
  readonly questions: readonly Question[];
  /** The plan made anew: when it is asked about, and when the host is prepared. */
  readonly storage: StoragePlan | null;
}

/** From a host's workflow to its cluster's. */
export const hostReportSignal = defineSignal<[HostReport]>('hostReport');
/** From a cluster's workflow to its hosts': Kubespray has run, do the rest. */
export const finishSignal = defineSignal('finish');
