import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cancelEverywhere } from './cancel-everywhere.js';
import { FaultStage, type Outcome } from './fault-stage.js';
import { cancelled } from './faults.js';
import { differences, expected, missing, say } from './matrix.js';
import { momentText } from './moments.js';
import { table } from './table.js';

describe('an up that is cancelled in the middle of each step', () => {
  let stage: FaultStage;
  let undisturbed: Outcome;

  beforeAll(async () => {
    stage = await FaultStage.open('faults-cancel');
    undisturbed = await stage.up('storage', { choose: () => [] });
  });

  afterAll(async () => {
    await stage.close();
  });

  it('is completed by those that follow, and the end is the same', async () => {
    const firsts = expected(undisturbed, cancelled).filter(({ nth }) => nth === 1);
    const steps = new Set(firsts.map(momentText));
    const outcome = await stage.up('storage', {
      // Each `up` is cancelled by the first of its steps that has not been cancelled yet.
      choose: (moment, _place, met) =>
        steps.has(momentText({ ...moment, nth: 1 })) && met.length === 0 ? [cancelled] : [],
      operations: undisturbed.operations,
      play: cancelEverywhere,
      onProgress: say,
    });
    console.log(table(outcome.cells));
    const met = outcome.cells.map((cell) => ({ ...cell, nth: 1 }));
    expect.soft(missing({ ...outcome, cells: met }, firsts)).toEqual([]);
    // Each `up` has jobs and restarts of its own.
    const { jobs, boots } = undisturbed;
    expect.soft(differences({ ...outcome, jobs, boots }, undisturbed)).toEqual([]);
  });
});
