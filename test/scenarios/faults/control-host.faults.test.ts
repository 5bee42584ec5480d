import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { FaultStage, type Outcome } from './fault-stage.js';
import { controlHostFaults, type Fault } from './faults.js';
import { differences, expected, missing, say } from './matrix.js';
import { momentText } from './moments.js';
import { table } from './table.js';

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
    const { operations, worker } = undisturbed;
    const moments = expected(undisturbed, fault).filter(({ host }) => host !== worker);
    const texts = new Set(moments.map(momentText));
    const outcome = await stage.up('plain', {
      operations,
      choose: (moment) => (texts.has(momentText(moment)) ? [fault] : []),
      onProgress: say,
    });
    const found = differences(outcome, undisturbed);
    console.log(table(outcome.cells, [{ fault, expected: texts, differences: found.length }]));
    expect(moments.length).toBeGreaterThan(0);
    expect.soft(missing(outcome, moments)).toEqual([]);
    expect.soft(found).toEqual([]);
  });
});
