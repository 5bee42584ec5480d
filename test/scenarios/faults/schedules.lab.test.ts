import { afterAll, beforeAll, describe, it } from 'vitest';
import { FaultStage, type Outcome } from './fault-stage.js';
import { say } from './matrix.js';
import { playSchedules } from './schedules.js';

/** A bounded sample of schedules.faults.test.ts, always the same. */
describe('8 schedules of faults on a systemd machine', () => {
  let stage: FaultStage;
  let undisturbed: Outcome;

  beforeAll(async () => {
    stage = await FaultStage.open('faults-sample');
    undisturbed = await stage.up('plain', { choose: () => [] });
  });

  afterAll(async () => {
    await stage.close();
  });

  it('end as an undisturbed run does', async () => {
    await playSchedules({
      ...{ stage, cast: 'plain', undisturbed, onProgress: say },
      ...{ runs: 8, seed: 4, path: undefined },
    });
  });
});
