import type { OldDirectory } from '../cluster/storage/old-data.js';
import type { ClusterPlan } from '../cluster/plan/plan.js';
import type { NodeReset } from '../cluster/rerun/reset-node.js';
import type { ApprovalKind, Report } from '../cluster/report/report.js';

/** State of one step on one machine. */
export type StepState = 'running' | 'changed' | 'unchanged' | 'failed' | 'skipped';

export interface StepProgress {
  /** The activity's type, which is the document's word for it: createRaidArray. */
  readonly step: string;
  readonly state: StepState;
  /** One line: the result's summary, or the failure's message. */
  readonly summary: string;
}

export type HostState = 'waiting' | 'working' | 'prepared' | 'failed' | 'skipped' | 'aborted' | 'done';

export interface HostProgress {
  readonly host: string;
  readonly state: HostState;
  /** In the order in which they were begun. */
  readonly steps: readonly StepProgress[];
}

/** How a question about a failed step may be answered. */
export const decisionVerbs = ['retry', 'skip', 'abort'] as const;
export type DecisionVerb = (typeof decisionVerbs)[number];

/** How a question about a plan may be answered. */
export type ApprovalVerb = 'approve' | 'deny';

/** How any question may be answered. */
export type Verb = ApprovalVerb | DecisionVerb;

/** What the workflow waits for a person to say. */
export type Question =
  | {
      readonly kind: 'approval';
      /** sha256:… */
      readonly plan: string;
      /** What is deleted for good, where that is asked about and not the plan. */
      readonly oldData?: readonly OldDirectory[] | undefined;
      /** What is reset of one node, where that is asked about and not the plan. */
      readonly reset?: NodeReset | undefined;
      /** Those that have not been answered for yet. */
      readonly hosts: readonly string[];
      /** Milliseconds since 1970: asked at, and counted as denied from. */
      readonly since?: number | undefined;
      readonly expires?: number | undefined;
    }
  | {
      readonly kind: 'decision';
      /** Inventory name, or "control host". */
      readonly host: string;
      readonly step: string;
      readonly message: string;
      readonly command?: string | undefined;
      readonly output?: string | undefined;
      readonly advice?: string | undefined;
      /** What may be answered; without it everything. `skip` is missing where later steps need the failed one. */
      readonly choices?: readonly DecisionVerb[] | undefined;
      readonly since?: number | undefined;
    };

export type ApprovalQuestion = Extract<Question, { kind: 'approval' }>;
export type DecisionQuestion = Extract<Question, { kind: 'decision' }>;

/** What somebody is asked to approve, in a word. */
export const approvalNames: Readonly<Record<ApprovalKind, string>> = {
  plan: 'plan',
  reset: 'reset',
  'old-data': 'deletion',
};

/** What an approval is asked for. */
export function approvalKindOf({
  oldData,
  reset,
}: Pick<ApprovalQuestion, 'oldData' | 'reset'>): ApprovalKind {
  if (reset !== undefined) return 'reset';
  return oldData === undefined ? 'plan' : 'old-data';
}

export type Phase =
  | 'checking'
  | 'planning'
  | 'approval'
  | 'preparing'
  | 'kubespray'
  | 'finishing'
  | 'verifying'
  | 'done'
  | 'failed';

/** Answer of the query `progress`. */
export interface ClusterProgress {
  readonly cluster: string;
  readonly phase: Phase;
  /** Kubespray's release, once chosen. */
  readonly release: string | null;
  /** Steps on the control host. */
  readonly controlHost: readonly StepProgress[];
  readonly hosts: readonly HostProgress[];
  readonly questions: readonly Question[];
  /** Approvals and decisions that were refused, newest last, one sentence each. */
  readonly refusals: readonly string[];
  readonly plan: ClusterPlan | null;
  readonly report: Report | null;
}
