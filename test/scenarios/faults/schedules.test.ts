import { expect, it } from 'vitest';
import type { FaultStage, Outcome } from './fault-stage.js';
import { playSchedules } from './schedules.js';

const undisturbed = {
  ...{ report: { result: 'ready', checks: [] }, dataIsWhole: true, original: 'not there' },
  ...{ places: { node1: 'systemd-machine' }, worker: 'node1', states: {}, jobs: {}, boots: {} },
  ...{ cells: [], failedReplays: [], operations: new Map() },
  done: ['gatherFacts', 'verifyHost', 'confirmSsh'].map((step) => ({ step, host: 'node1', nth: 1 })),
} as unknown as Outcome;

/** A stage on which every schedule leaves something else than it should. @returns how often one was played, and why it failed */
async function playFailing(shrinkFor: number) {
  let played = 0;
  const up = () => {
    played += 1;
    return Promise.resolve({ ...undisturbed, dataIsWhole: false });
  };
  const stage = { up } as unknown as FaultStage;
  const failure: unknown = await playSchedules({
    ...{ stage, cast: 'plain', undisturbed, runs: 5, seed: 4, path: undefined, shrinkFor },
    onProgress: () => undefined,
  }).catch((error: unknown) => error);
  return { played, message: (failure as Error).message };
}

it('a schedule that fails is made as small as can be, and shown with seed and path', async () => {
  const { played, message } = await playFailing(60_000);
  expect(played).toBeGreaterThan(1);
  expect(message).toContain('seed: 4, path: "');
  expect(message.match(/"moment":/g)).toHaveLength(1);
  expect(message).toContain('The data of kubelet and containerd is not what it was.');
});

it('it is not made smaller for ever', async () => {
  const { played, message } = await playFailing(0);
  expect(played).toBe(1);
  expect(message).toContain('The data of kubelet and containerd is not what it was.');
});
