import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FaultStage, type Outcome } from './fault-stage.js';
import { faults, type Fault } from './faults.js';
import { differences, expected, missing, say, unknown } from './matrix.js';
import { momentText, type Cell } from './moments.js';
import { table, type Column } from './table.js';

/**
 * Every step meets every fault: for each fault one whole `up` of a control plane and a worker with data, in which each
 * step meets it each time that it comes, compared with an `up` that nothing disturbs.
 * `npm run test:faults -- -t 'power cut'` runs one.
 */
describe('every step of an up meets', () => {
  let stage: FaultStage;
  let undisturbed: Outcome;
  const cells: Cell[] = [];
  const columns: Column[] = [];

  beforeAll(async () => {
    stage = await FaultStage.open('faults');
    undisturbed = await stage.up('storage', { choose: () => [] });
    expect(undisturbed.report.result).toBe('ready');
    expect(unknown(undisturbed)).toEqual([]);
  });

  afterAll(async () => {
    console.log(table(cells, columns));
    await stage.close();
  });

  it.each(Object.values<Fault>(faults).map((fault) => [fault.name, fault] as const))(
    '%s: the end is the same, no job ran twice, and nothing was lost',
    async (_name, fault) => {
      const moments = expected(undisturbed, fault);
      const texts = new Set(moments.map(momentText));
      const outcome = await stage.up('storage', {
        choose: (moment) => (texts.has(momentText(moment)) ? [fault] : []),
        operations: undisturbed.operations,
        onProgress: say,
      });
      const found = differences(outcome, undisturbed);
      const column = { fault, expected: texts, differences: found.length };
      cells.push(...outcome.cells);
      columns.push(column);
      console.log(table(outcome.cells, [column]));
      expect.soft(missing(outcome, moments)).toEqual([]);
      expect.soft(found).toEqual([]);
    },
  );
});
