import fc from 'fast-check';
import type { FaultStage, Outcome } from './fault-stage.js';
import { faults, type Fault } from './faults.js';
import type { casts } from './casts.js';
import { differences } from './matrix.js';

/** A fault that a step meets. */
export interface Strike {
  /** Such as `writeInventory on control host`. */
  readonly step: string;
  readonly fault: keyof typeof faults;
}

interface ScheduleOptions {
  readonly stage: FaultStage;
  readonly cast: keyof typeof casts;
  readonly undisturbed: Outcome;
  readonly runs: number;
  /** Shown when a schedule fails; the same seed and path begin with that schedule. */
  readonly seed: number;
  readonly path: string | undefined;
  readonly onProgress: (line: string) => void;
}

/** An outage of two minutes in every other run would make hours of them. */
const drawn = Object.keys(faults).filter((name) => name !== 'unreachable') as (keyof typeof faults)[];

/** Lists of strikes over the steps of a whole `up`; several of them may meet one step. */
function schedules(strikes: readonly Strike[]): fc.Arbitrary<readonly Strike[]> {
  return fc.array(fc.constantFrom(...strikes), { minLength: 1, maxLength: 6 });
}

/**
 * Plays drawn schedules, each on fresh machines, and compares the end with that of an undisturbed `up`.
 * @throws what fast-check says about the smallest schedule that fails, with seed and path
 */
export async function playSchedules(options: ScheduleOptions): Promise<void> {
  const { stage, cast, undisturbed, runs, seed, path, onProgress } = options;
  const property = fc.asyncProperty(schedules(possibleStrikes(undisturbed)), async (schedule) => {
    onProgress(`Schedule: ${schedule.map(({ step, fault }) => `${faults[fault].name}, ${step}`).join('; ')}`);
    const outcome = await stage.up(cast, {
      choose: chooser(schedule),
      operations: undisturbed.operations,
      onProgress,
    });
    const found = differences(outcome, undisturbed);
    for (const difference of found) onProgress(`Difference: ${difference}`);
    if (found.length > 0) throw new Error(found.join('\n'));
  });
  await fc.assert(property, { numRuns: runs, seed, ...(path !== undefined && { path }) });
}

/** In an order that does not depend on which host was faster. */
function possibleStrikes({ done, places }: Outcome): Strike[] {
  return [...new Set(done)].sort().flatMap((step) => {
    const [name = '', host = ''] = step.split(' on ');
    const possible = drawn.filter((fault) => faults[fault].appliesTo(name, places[host] ?? 'control host'));
    return possible.map((fault) => ({ step, fault }));
  });
}

function chooser(schedule: readonly Strike[]) {
  return ({ step, host }: { step: string; host: string }): Fault[] =>
    schedule
      .filter((strike) => strike.step === `${step} on ${host}`)
      .map(({ fault }): Fault => faults[fault]);
}
