import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Cell } from './fault-run.js';
import { FaultStage, type Outcome } from './fault-stage.js';
import { faults, type Fault } from './faults.js';
import { differences, missing, say, table } from './matrix.js';

/**
 * Every step meets every fault: for each fault one whole `up` of a control plane and a worker with data, in which each
 * step meets it once, compared with an `up` that nothing disturbs. `npm run test:faults -- -t 'power cut'` runs one.
 */
describe('every step of an up meets', () => {
  let stage: FaultStage;
  let undisturbed: Outcome;
  const cells: Cell[] = [];

  beforeAll(async () => {
    stage = await FaultStage.open('faults');
    undisturbed = await stage.up('storage', { choose: () => [] });
    expect(undisturbed.report.result).toBe('ready');
  });

  afterAll(async () => {
    console.log(table(cells));
    await stage.close();
  });

  it.each(Object.values<Fault>(faults).map((fault) => [fault.name, fault] as const))(
    '%s: the end is the same, no job ran twice, and nothing was lost',
    async (_name, fault) => {
      const outcome = await stage.up('storage', {
        choose: ({ step }, place) => (fault.appliesTo(step, place) ? [fault] : []),
        operations: undisturbed.operations,
        onProgress: say,
      });
      cells.push(...outcome.cells);
      console.log(table(outcome.cells));
      expect.soft(missing(outcome, fault)).toEqual([]);
      expect.soft(differences(outcome, undisturbed)).toEqual([]);
    },
  );
});
