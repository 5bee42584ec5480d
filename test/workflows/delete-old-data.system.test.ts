import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Report } from '../../src/cluster/report/report.js';
import type { HostOutcome } from '../../src/protocol/host-messages.js';
import { hostWorkflowId } from '../../src/protocol/messages.js';
import type { Question } from '../../src/protocol/progress.js';
import { asked, details, until, WorkflowLab, type LabRun } from '../support/environment.js';
import { FakeMachines } from '../fakes/fake-machines.js';
import { aCluster } from '../support/specifications.js';

/** Milliseconds; a machine that runs virtual machines beside is slow. */
const patience = 300_000;

let lab: WorkflowLab;
beforeAll(async () => {
  lab = await WorkflowLab.start();
});
afterAll(async () => {
  await lab.stop();
});

type Specification = ReturnType<typeof aCluster>;
type Approval = Extract<Question, { kind: 'approval' }>;

const kept = (bytes: number) =>
  ['/var/lib/kubelet.slipway-old', '/var/lib/containerd.slipway-old'].map((path) => ({ path, bytes }));

async function provisioned(run: LabRun, specification: Specification): Promise<Report> {
  const handle = await run.provision(specification);
  const { plan } = await asked(handle);
  await handle.signal('approve', { plan: plan?.digest, by: 'ann' });
  return (await handle.result()) as Report;
}

async function deletion(run: LabRun, specification: Specification, host = 'w1') {
  const { address } = specification.hosts.find(({ name }) => name === host) ?? { address: '' };
  return run.start('deleteOldData', { specification, host }, hostWorkflowId(address, 22));
}

/** A worker whose data was moved, and that keeps the original. */
async function migrated(
  name: string,
  use: (run: LabRun, machines: FakeMachines, specification: Specification) => Promise<void>,
  change = {},
): Promise<void> {
  const machines = new FakeMachines();
  machines.machine('w1').hasData = true;
  const specification = aCluster(name, change);
  await lab.with(machines, async (run) => {
    await provisioned(run, specification);
    machines.calls.length = 0;
    await use(run, machines, specification);
  });
}

function approvalIn({ questions }: { questions: readonly Question[] }): Approval {
  const [question] = questions;
  if (question?.kind !== 'approval') throw new Error(`Not asked: ${JSON.stringify(question)}`);
  return question;
}

describe('provisionCluster', { timeout: patience }, () => {
  it('says in its report where old data is kept, and by which command it is deleted, also in a second run', async () => {
    const machines = new FakeMachines();
    for (const host of ['old1', 'old2']) machines.machine(host).hasData = true;
    const specification = aCluster('kept', { workers: ['old1', 'new', 'old2'] });
    await lab.with(machines, async (run) => {
      const advice = [
        'old1, old2 keep the data from before the move in /var/lib/kubelet.slipway-old and ' +
          '/var/lib/containerd.slipway-old. When all has proven itself, delete it by ' +
          '"slipway delete-old-data cluster.yaml", which verifies the host and asks.',
      ];
      expect((await provisioned(run, specification)).advice).toEqual(advice);
      const again = (await (await run.provision(specification)).result()) as Report;
      expect(again.advice).toEqual(advice);
      for (const host of ['old1', 'old2']) machines.machine(host).oldBytes = 0;
      expect(((await (await run.provision(specification)).result()) as Report).advice).toEqual([]);
    });
  });
});

describe('deleteOldData', { timeout: patience }, () => {
  it('asks with directories and bytes, looks again when approved, deletes, and has nothing to do the second time', () =>
    migrated('approved', async (run, machines, specification) => {
      const handle = await deletion(run, specification);
      const question = approvalIn(await asked(handle));
      expect(question).toMatchObject({ hosts: ['w1'], oldData: kept(1_000_000) });
      const looks = ['gatherFacts', 'measureOldData', 'verifyHost', 'checkJournals'];
      expect(machines.stepsOn('w1')).toEqual(looks);
      expect(machines.stepsOn('cp')).toEqual(['confirmNodes']);

      const text = await details(handle);
      expect(text).toContain('What is deleted for good');
      expect(text).toContain('/var/lib/kubelet.slipway-old, 1 MB (1000000 bytes)');
      expect(text).toContain(
        `slipway approve approved --plan ${question.plan} --workflow ${handle.workflowId}`,
      );

      await expect(
        handle.executeUpdate('approve', { args: [{ plan: question.plan, by: 'ann' }] }),
      ).resolves.toBe(`approve by ann: deletion on w1 (${question.plan}).`);
      await expect(handle.result()).resolves.toMatchObject({
        result: 'done',
        approvals: [{ kind: 'old-data', plan: question.plan, by: 'ann' }],
      });
      expect(machines.stepsOn('w1')).toEqual([...looks, ...looks, 'deleteOldData']);
      expect(machines.callsOf('deleteOldData')[0]?.input['directories']).toEqual(kept(1_000_000));
      // What becomes of its pods from now on is no matter of step 7.
      expect(machines.callsOf('forgetPods')).toMatchObject([{ host: 'cp', input: { nodes: ['w1'] } }]);

      const again = await deletion(run, specification);
      await expect(again.result()).resolves.toMatchObject({ result: 'skipped' });
    }));

  it('keeps the data when it is denied', () =>
    migrated('denied', async (run, machines, specification) => {
      const handle = await deletion(run, specification);
      const { plan } = approvalIn(await asked(handle));
      await handle.signal('deny', { plan, by: 'bob', reason: 'not yet' });
      const outcome = (await handle.result()) as HostOutcome;
      expect(outcome).toMatchObject({ result: 'denied', why: 'bob denied it: not yet.' });
      expect(machines.callsOf('deleteOldData')).toEqual([]);
    }));

  it('asks again when the data has changed between question and answer', () =>
    migrated('grown', async (run, machines, specification) => {
      const handle = await deletion(run, specification);
      const { plan } = approvalIn(await asked(handle));
      machines.machine('w1').oldBytes = 2_000_000;
      await handle.signal('approve', { plan, by: 'ann' });
      const again = await until(
        handle,
        ({ questions }) => questions[0]?.kind === 'approval' && questions[0].plan !== plan,
      );
      expect(approvalIn(again).oldData).toEqual(kept(2_000_000));
      expect(machines.callsOf('deleteOldData')).toEqual([]);
      await handle.signal('approve', { plan: approvalIn(again).plan, by: 'bob' });
      await handle.result();
      expect(machines.callsOf('deleteOldData')[0]?.input['directories']).toEqual(kept(2_000_000));
    }));

  it('does not delete what fails its verification after the approval', () =>
    migrated('broken-since', async (run, machines, specification) => {
      const handle = await deletion(run, specification);
      const { plan } = approvalIn(await asked(handle));
      machines.failCheck('unit-kubelet', 'w1');
      await handle.signal('approve', { plan, by: 'ann' });
      await expect(handle.result()).resolves.toMatchObject({ result: 'refused' });
      expect(machines.callsOf('deleteOldData')).toEqual([]);
    }));

  it.each([
    ['unit-kubelet', 'w1'],
    ['node-ready', 'cp'],
  ] as const)('refuses without asking while the check %s fails', (check, host) =>
    migrated(`fails-${check}`, async (run, machines, specification) => {
      machines.failCheck(check, host);
      const handle = await deletion(run, specification);
      await expect(handle.result()).resolves.toMatchObject({
        result: 'refused',
        why: `The old data is kept, because checks failed: ${check} on ${host} is broken, should be so.`,
      });
      expect(machines.callsOf('deleteOldData')).toEqual([]);
    }),
  );

  it('asks all the same when the specification accepts the failed check', () =>
    migrated(
      'accepted',
      async (run, machines, specification) => {
        machines.failCheck('node-ready', 'cp');
        approvalIn(await asked(await deletion(run, specification)));
        expect(machines.callsOf('deleteOldData')).toEqual([]);
      },
      { overrides: [{ check: 'node-ready', reason: 'no API server here' }] },
    ));

  it('refuses without asking when a unit is not steady, or the step cannot be done at all', () =>
    migrated('unsteady', async (run, machines, specification) => {
      machines.failTimes('checkJournals', 'w1', 1, 'Not steady: kubelet.');
      const handle = await deletion(run, specification);
      await expect(handle.result()).resolves.toMatchObject({
        result: 'refused',
        why: 'The old data is kept, because the host could not be verified. Not steady: kubelet.',
      });
    }));

  it('refuses a host on which step 7 is not finished', async () => {
    const machines = new FakeMachines();
    machines.machine('w1').hasData = true;
    machines.machine('w1').oldBytes = 1;
    await lab.with(machines, async (run) => {
      const handle = await deletion(run, aCluster('unfinished'));
      await expect(handle.result()).resolves.toMatchObject({ result: 'refused' });
      expect(machines.stepsOn('w1')).toEqual(['gatherFacts']);
    });
  });
});

describe('the histories of these runs', { timeout: patience }, () => {
  it('can be replayed by the code as it is', async () => {
    const { replayed, failures } = await lab.replayEverything();
    expect(failures).toEqual([]);
    expect(replayed).toBeGreaterThan(10);
  });
});
