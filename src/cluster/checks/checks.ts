import type { CheckName } from '../specification/check-names.js';
import { namesText } from '../text/outline.js';

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

/** A check as it is judged, with what only its judge knows. */
export interface JudgedCheck extends CheckResult {
  /** What failed may pass by itself within minutes, as what has just been started does: another look is worth it. */
  readonly settles?: boolean;
}

/** Makes a check out of a judgement; advice is kept only where it is needed. */
export function judge(judgement: JudgedCheck): JudgedCheck {
  return judgement.passed ? resultOf({ ...judgement, advice: '' }) : judgement;
}

/** The check alone, as the report has it. */
export function resultOf({ check, host, passed, is, shouldBe, advice }: JudgedCheck): CheckResult {
  return { check, host, passed, is, shouldBe, advice };
}

/** A list for one line of a report: at most `limit` entries, then how many more there are. */
export function listed(entries: readonly string[], limit = 5): string {
  return entries.length === 0 ? 'none' : namesText(entries, limit);
}
