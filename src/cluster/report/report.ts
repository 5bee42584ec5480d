import type { CheckResult } from '../checks/checks.js';
import { overrideOf } from '../checks/overrides.js';
import type { ClusterPlan } from '../plan/plan.js';
import type { Specification } from '../specification/specification.js';

/** One verified fact, with what an override says of it. */
export interface ReportedCheck extends Omit<CheckResult, 'passed'> {
  readonly state: 'passed' | 'failed' | 'overridden';
  /** The operator's reason when overridden. */
  readonly reason: string | null;
}

/** What happened to one host. */
export interface ReportedHost {
  readonly host: string;
  readonly result: 'done' | 'refused' | 'denied' | 'skipped' | 'aborted' | 'failed';
  /** One sentence: why, when it is not done. */
  readonly why: string | null;
  readonly changed: readonly string[];
  readonly unchanged: readonly string[];
  readonly skipped: readonly string[];
}

/** What an approval was of: step 7's disks and restarts, a node's reset, or the deletion of data from before the move. */
export type ApprovalKind = 'plan' | 'reset' | 'old-data';

/** Who has approved what. */
export interface ReportedApproval {
  /** Absent in reports of earlier versions: `plan`. */
  readonly kind?: ApprovalKind;
  /** Digest of what was approved. */
  readonly plan: string;
  readonly by: string;
  readonly hosts: readonly string[];
}

/** The end of the procedure: what was done, by whose approval, and the proof that it works. */
export interface Report {
  readonly cluster: string;
  /** `ready`: every host done and every check passed or overridden. */
  readonly result: 'ready' | 'incomplete' | 'aborted';
  readonly release: string;
  readonly approvals: readonly ReportedApproval[];
  readonly hosts: readonly ReportedHost[];
  /** The run of Kubespray's playbook that came to its end; absent where none did, and in reports of earlier versions. */
  readonly playbook?: {
    /** Such as `cluster.yml: 4 hosts, 812 ok, 133 changed`. */
    readonly summary: string;
    /** Path of its whole log on the control host. */
    readonly log: string;
  };
  readonly checks: readonly ReportedCheck[];
  readonly plan: ClusterPlan;
  /** What is left to the operator, a sentence each; absent in reports of earlier versions. */
  readonly advice?: readonly string[];
}

/** A failed check that the operator has seen and accepts says so, and by which reason. */
export function reportedCheck(check: CheckResult, { overrides }: Specification): ReportedCheck {
  const { passed, ...rest } = check;
  if (passed) return { ...rest, state: 'passed', reason: null };
  const override = overrideOf(check, overrides);
  if (override === undefined) return { ...rest, state: 'failed', reason: null };
  return { ...rest, state: 'overridden', reason: override.reason };
}
