import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { ClusterProgress, Verb } from './progress.js';

/** Names by which everybody (CLI, SDK, `temporal`) starts and finds the workflows. */
export const taskQueue = 'slipway';
export const clusterWorkflowId = (cluster: string) => `cluster/${cluster}`;
/** The ID is the host's lock: two clusters cannot work on one host at once. */
export const hostWorkflowId = (address: string, port: number) => `host/${address}:${port}`;
export const verifyWorkflowId = (cluster: string) => `verify/${cluster}`;

/** Answer to a plan. It counts only if `plan` is the digest that is being asked about. */
export interface Approval {
  /** sha256:… as shown with the plan. */
  readonly plan: string;
  /** Who approves; kept in the report. */
  readonly by: string;
  /** Only these hosts; without it every host of the plan. */
  readonly hosts?: readonly string[];
}
export interface Denial extends Approval {
  readonly reason?: string;
}

/** Answer to a failed step. Without a host it is meant for every failed one. */
export interface Decision {
  readonly by: string;
  readonly host?: string;
  /** The failed step's name; guards against answering another failure than the one seen. */
  readonly step?: string;
  readonly reason?: string;
}

export const approveSignal = defineSignal<[Approval]>('approve');
export const denySignal = defineSignal<[Denial]>('deny');
export const retrySignal = defineSignal<[Decision]>('retry');
export const skipSignal = defineSignal<[Decision]>('skip');
export const abortSignal = defineSignal<[Decision]>('abort');

/** The same as the signals, but the caller is told at once when it is refused; the result is one sentence. */
export const approveUpdate = defineUpdate<string, [Approval]>('approve');
export const denyUpdate = defineUpdate<string, [Denial]>('deny');
export const retryUpdate = defineUpdate<string, [Decision]>('retry');
export const skipUpdate = defineUpdate<string, [Decision]>('skip');
export const abortUpdate = defineUpdate<string, [Decision]>('abort');

/** What carries each answer. */
export const answerMessages = {
  approve: { signal: approveSignal, update: approveUpdate },
  deny: { signal: denySignal, update: denyUpdate },
  retry: { signal: retrySignal, update: retryUpdate },
  skip: { signal: skipSignal, update: skipUpdate },
  abort: { signal: abortSignal, update: abortUpdate },
} as const satisfies Readonly<Record<Verb, unknown>>;

/** What a long step on the control host says of itself now and then, for the current details. */
export interface StepNews {
  /** The activity's type. */
  readonly step: string;
  /** One line. */
  readonly summary: string;
}
export const stepNewsSignal = defineSignal<[StepNews]>('stepNews');

export const progressQuery = defineQuery<ClusterProgress>('progress');
