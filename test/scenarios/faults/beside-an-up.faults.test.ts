import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { besideAnUp } from './beside-an-up.js';
import { FaultStage, type Outcome } from './fault-stage.js';
import { faults, type Fault, type Place } from './faults.js';
import { differences, elsewhere, say } from './matrix.js';
import { table } from './table.js';

const points = ['before', 'hold', 'middle', 'after'] as const;
/** A step that has met a fault after its effect has no middle any more. */
const inOrder = Object.values<Fault>(faults).sort(
  (one, other) => points.indexOf(one.point) - points.indexOf(other.point),
);

/**
 * The activities that an `up` does not come to when all goes well: each meets every fault, one after the other, and the
 * end is compared with what the same things leave behind undisturbed.
 */
describe('activities beside those of an up', () => {
  let stage: FaultStage;
  let undisturbed: Outcome;

  beforeAll(async () => {
    stage = await FaultStage.open('faults-beside');
    undisturbed = await stage.up('storage', { choose: () => [], play: besideAnUp });
  });

  afterAll(async () => {
    await stage.close();
  });

  it('all meet every fault, and the end is the same', async () => {
    const fits = (step: string, place?: Place) => inOrder.filter((fault) => fault.appliesTo(step, place));
    const outcome = await stage.up('storage', {
      // What one time is too short for, the next one meets.
      choose: ({ step }, place, met) =>
        elsewhere.includes(step) ? fits(step, place).filter((fault) => !met.includes(fault)) : [],
      operations: undisturbed.operations,
      play: besideAnUp,
      onProgress: say,
    });
    console.log(table(outcome.cells));
    for (const step of elsewhere) {
      const met = new Set(outcome.cells.filter((cell) => cell.step === step).map(({ fault }) => fault));
      expect.soft([...met], step).toEqual(expect.arrayContaining(fits(step)));
    }
    // The reset at the end takes the data, as it is meant to; that it was whole until then is looked at just before.
    expect(differences({ ...outcome, dataIsWhole: true }, undisturbed)).toEqual([]);
  });
});
