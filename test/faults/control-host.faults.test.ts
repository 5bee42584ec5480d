import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FaultStage, type Outcome } from './fault-stage.js';
import { controlHostFaults, type Fault } from './faults.js';
import { differences, say, table } from './matrix.js';

/** MiB: Kubespray's stand-in, a virtualenv with Ansible, and Temporal's database. */
const room = 1_000;

describe('the control host', () => {
  let stage: FaultStage;
  let undisturbed: Outcome;

  beforeAll(async () => {
    stage = await FaultStage.open('faults-control', room);
    undisturbed = await stage.up('plain', { choose: () => [] });
  });

  afterAll(async () => {
    await stage.close();
  });

  it.each<[string, Fault]>([
    [
      'is restarted during the playbook: the playbook is run again, once, and the end is the same',
      controlHostFaults.restarted,
    ],
    [
      'has no room left at each of its steps: the step fails, is tried again, and the end is the same',
      controlHostFaults.diskFull,
    ],
  ])('%s', async (_what, fault) => {
    const { operations } = undisturbed;
    const outcome = await stage.up('plain', {
      operations,
      choose: ({ step }, place) => (place === 'control host' && fault.appliesTo(step, place) ? [fault] : []),
      onProgress: say,
    });
    console.log(table(outcome.cells));
    expect(outcome.cells.length).toBeGreaterThan(0);
    expect(differences(outcome, undisturbed)).toEqual([]);
  });
});
