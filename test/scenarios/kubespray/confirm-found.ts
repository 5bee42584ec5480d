import { expect } from 'vitest';
import { onMachine } from '../../support/lab-host.js';
import type { Breakage, Scripts } from './breakages.js';
import type { KubesprayStage, Verification } from './stage.js';

/** Breaks something, sees that verification names it and nothing else, mends it, and sees that verification passes. */
export async function confirmFound(stage: KubesprayStage, breakage: Breakage): Promise<void> {
  const { found, follows = [] } = breakage;
  let broken: Verification;
  try {
    await runOn(stage, breakage.break);
    broken = await stage.verifyUntil(found.join(', '), ({ failed }) =>
      found.every((one) => failed.includes(one)),
    );
  } finally {
    await runOn(stage, breakage.mend);
  }
  console.log(`${breakage.what}: ${broken.failed.join(', ')}`);
  expect(broken.exitCode).toBe(1);
  expect(broken.report.result).toBe('incomplete');
  expect(broken.failed.filter((one) => !found.includes(one) && !follows.includes(one))).toEqual([]);
  const { exitCode } = await stage.verifyUntil(
    'a verification that passes',
    ({ failed }) => failed.length === 0,
  );
  expect(exitCode).toBe(0);
}

async function runOn(stage: KubesprayStage, scripts: Scripts): Promise<void> {
  for (const [node, script] of Object.entries(scripts)) await onMachine(await stage.machine(node), script);
}
