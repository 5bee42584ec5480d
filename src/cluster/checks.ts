import type { CheckName } from './check-names.js';

/** One answer of verification: what should be, what was seen, and how to mend it. */
export interface CheckResult {
  /** Name by which an override refers to it, such as `etcd-health`. */
  readonly check: CheckName;
  /** Inventory name. */
  readonly host: string;
  readonly passed: boolean;
  /** What was seen. */
  readonly is: string;
  readonly shouldBe: string;
  /** How to mend it; empty when passed. */
  readonly advice: string;
}

/** Makes a check out of a judgement; advice is kept only where it is needed. */
export function judge(judgement: CheckResult): CheckResult {
  return judgement.passed ? { ...judgement, advice: '' } : judgement;
}

/** A list for one line of a report: at most `limit` entries, then how many more there are. */
export function listed(entries: readonly string[], limit = 5): string {
  if (entries.length === 0) return 'none';
  const rest = entries.length - limit;
  return entries.slice(0, limit).join(', ') + (rest > 0 ? ` and ${rest} more` : '');
}
