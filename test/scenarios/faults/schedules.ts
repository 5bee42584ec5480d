import fc from 'fast-check';
import type { FaultStage, Outcome } from './fault-stage.js';
import { faults, type Fault } from './faults.js';
import type { casts } from './casts.js';
import { differences } from './matrix.js';
import { momentText, type Moment } from './moments.js';

/** A fault that a step meets. */
export interface Strike {
  /** Text of the moment, such as `writeInventory on control host`. */
  readonly moment: string;
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
  /** Milliseconds in which a schedule that fails may be made smaller; each try plays one. Default: 40 minutes. */
  readonly shrinkFor?: number;
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
  const { stage, cast, undisturbed, runs, seed, path, shrinkFor = 2_400_000, onProgress } = options;
  let shrinkUntil = Infinity;
  const property = fc.asyncProperty(schedules(possibleStrikes(undisturbed)), async (schedule) => {
    // What is not played any more counts as good, so that the smallest that has failed is what is shown.
    if (Date.now() >= shrinkUntil) return;
    onProgress(
      `Schedule: ${schedule.map(({ moment, fault }) => `${faults[fault].name}, ${moment}`).join('; ')}`,
    );
    const outcome = await stage.up(cast, {
      choose: chooser(schedule),
      operations: undisturbed.operations,
      onProgress,
    });
    const found = differences(outcome, undisturbed);
    for (const difference of found) onProgress(`Difference: ${difference}`);
    if (found.length === 0) return;
    shrinkUntil = Math.min(shrinkUntil, Date.now() + shrinkFor);
    throw new Error(found.join('\n'));
  });
  await fc.assert(property, {
    numRuns: runs,
    seed,
    includeErrorInReport: true,
    ...(path !== undefined && { path }),
  });
}

/** In an order that does not depend on which host was faster. */
function possibleStrikes({ done, places }: Outcome): Strike[] {
  const inOrder = [...done].sort((one, other) => (momentText(one) < momentText(other) ? -1 : 1));
  return inOrder.flatMap((moment) => {
    const place = places[moment.host] ?? 'control host';
    const possible = drawn.filter((fault) => faults[fault].appliesTo(moment.step, place));
    return possible.map((fault) => ({ moment: momentText(moment), fault }));
  });
}

function chooser(schedule: readonly Strike[]) {
  return (moment: Moment): Fault[] =>
    schedule
      .filter((strike) => strike.moment === momentText(moment))
      .map(({ fault }): Fault => faults[fault]);
}
