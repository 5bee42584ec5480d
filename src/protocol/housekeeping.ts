import type { HostInput, JobInput } from './step-inputs.js';

/** A workflow that works on a host, found by the workflow ID that is the host's lock. */
export interface Holder {
  readonly workflowId: string;
  readonly runId: string;
  /** The workflow's type: prepareHost or migrateStorage. */
  readonly type: string;
  /** Whose host it is, from the search attribute SlipwayCluster; null where it has none. */
  readonly cluster: string | null;
}

/** Activities that belong to no step of the document: they look after Slipway's own jobs and workflows. */
export interface HousekeepingActivities {
  /** Ends a detached job when its workflow is cancelled. @returns whether something was running */
  stopJob(input: HostInput & JobInput): Promise<boolean>;
  /** Who holds a host's lock; null when it is free by now. */
  findHostHolder(input: { readonly workflowId: string }): Promise<Holder | null>;
}
