import { Context } from '@temporalio/activity';
import { resultOf, type JudgedCheck } from '../../cluster/checks/checks.js';
import { overrideOf } from '../../cluster/checks/overrides.js';
import type { PatientInput, VerificationResult } from '../../protocol/step-inputs.js';

/** Milliseconds between two looks. */
const pause = 5_000;

/**
 * Looks, and looks again while something fails that may settle by itself and that the operator does not accept, until
 * the patience is at its end. A cancellation ends the pause at once.
 */
export async function lookUntilSettled(
  { patienceMs = 0, overrides = [] }: PatientInput,
  look: () => Promise<readonly JudgedCheck[]>,
): Promise<VerificationResult> {
  const context = Context.current();
  const end = Date.now() + patienceMs;
  for (;;) {
    const checks = await look();
    const isSettled = !checks.some(
      (check) => !check.passed && check.settles === true && overrideOf(check, overrides) === undefined,
    );
    const left = end - Date.now();
    if (isSettled || left <= 0) return { checks: checks.map(resultOf) };
    await context.sleep(Math.min(pause, left));
  }
}
