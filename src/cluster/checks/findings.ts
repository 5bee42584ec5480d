import type { CheckName } from '../specification/check-names.js';
import type { PreflightCheck } from './preflight-checks.js';

/** Something that preflight found. */
export interface Finding {
  /** Name by which an override refers to it, such as `worker-cpus`. */
  readonly check: CheckName;
  /** Inventory name; null when it concerns the whole cluster. */
  readonly host: string | null;
  /** An error stops the host (or, without a host, the cluster) unless it is overridden. */
  readonly severity: 'error' | 'warning';
  readonly is: string;
  readonly shouldBe: string;
  /** How to mend it. */
  readonly advice: string;
  /** The operator's reason, when the specification overrides it. */
  readonly overridden: string | null;
}

/** Whether the host, or without a host the cluster, cannot go on with it. */
export function isStopper({ severity, overridden }: Finding): boolean {
  return severity === 'error' && overridden === null;
}

/** A finding before overrides are looked at. */
export interface FindingBeforeOverrides extends Omit<Finding, 'overridden'> {
  readonly check: PreflightCheck;
}
