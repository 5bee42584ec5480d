import { afterAll, beforeAll, describe, it } from 'vitest';
import type { casts } from './casts.js';
import { FaultStage, type Outcome } from './fault-stage.js';
import { say } from './matrix.js';
import { playSchedules } from './schedules.js';

/**
 * Faults drawn at random over a whole `up`. A schedule that fails is shrunk, and shown with its seed and path:
 * `SLIPWAY_FAULTS_SEED=… SLIPWAY_FAULTS_PATH=… npm run test:faults -- -t 'systemd machines'` begins with it.
 */
const { SLIPWAY_FAULTS_SEED: seed = '20261126', SLIPWAY_FAULTS_PATH: path } = process.env;

describe.each<[string, keyof typeof casts, number]>([
  ['200 schedules on systemd machines', 'plain', 200],
  ['20 schedules on virtual machines', 'storage', 20],
])('%s', (name, cast, runs) => {
  let stage: FaultStage;
  let undisturbed: Outcome;

  beforeAll(async () => {
    stage = await FaultStage.open(`faults-${cast}`);
    undisturbed = await stage.up(cast, { choose: () => [] });
  });

  afterAll(async () => {
    await stage.close();
  });

  it('end as an undisturbed run does', async () => {
    console.log(`${name}, seed ${seed}`);
    await playSchedules({
      stage,
      cast,
      undisturbed,
      runs,
      seed: Number(seed),
      path,
      onProgress: say,
    });
  });
});
