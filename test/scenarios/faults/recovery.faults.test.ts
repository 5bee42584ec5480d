import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FaultStage } from './fault-stage.js';
import { faults, type Fault } from './faults.js';
import { median, recoveries, table } from './table.js';

/** The seconds of docs/reliability.md: `npm run test:faults -- -t 'recovery'`, on a machine that does nothing else. */
describe('recovery time on a systemd machine, by the median of all steps', () => {
  let stage: FaultStage;

  beforeAll(async () => {
    stage = await FaultStage.open('faults-recovery');
  });

  afterAll(async () => {
    await stage.close();
  });

  it.each<[string, Fault, number, number]>([
    ['another worker goes on within 3 s of a death', faults.killedMiddle, 2, 3_000],
    ['a lone worker, killed and started again, goes on within 3 s', faults.killedMiddle, 1, 3_000],
    ['work goes on within 10 s of the death of the server', faults.serverKilled, 2, 10_000],
  ])('%s', async (what, fault, workerCount, limit) => {
    const { cells } = await stage.up('plain', { workerCount, choose: () => [fault] });
    console.log(`${what}\n${table(cells)}`);
    // The slowest is no part of the limit, but none may be missing.
    expect(recoveries(cells)).toHaveLength(cells.length);
    expect(median(recoveries(cells))).toBeLessThanOrEqual(limit);
  });
});
