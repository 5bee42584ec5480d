import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { planStorage } from '../../../src/cluster/storage/make-storage-plan.js';
import { ephemeralStorageSchema } from '../../../src/cluster/specification/specification.js';
import { hostWorkflowId } from '../../../src/protocol/messages.js';
import { asked, until, WorkflowLab } from '../../support/environment.js';
import { FakeMachines } from '../../fakes/fake-machines.js';
import { aCluster } from '../../support/specifications.js';

/** Milliseconds; a machine that runs virtual machines beside is slow. */
const patience = 300_000;

let lab: WorkflowLab;
beforeAll(async () => {
  lab = await WorkflowLab.start();
});
afterAll(async () => {
  await lab.stop();
});

const storage = ephemeralStorageSchema.parse({});

/** The work on one host as its cluster gives it, with the approval that is handed on. */
function workOn(address: string, approvedPlan: string | null): unknown {
  const host = {
    kind: 'ssh',
    name: 'w1',
    cluster: 'handed',
    address,
    port: 22,
    user: 'root',
    privateKey: '/k',
  };
  return {
    cluster: 'handed',
    host,
    storage: { host, storage, approvedPlan, approvalHours: 1 },
    kernelParameters: false,
    firewallRuleSet: null,
    hostCount: 1,
  };
}

describe.concurrent('an approval', { timeout: patience }, () => {
  it('goes into the steps that destroy something, with who gave it and when', async () => {
    const machines = new FakeMachines();
    await lab.with(machines, async (run) => {
      const before = Date.now();
      const handle = await run.provision(aCluster('given'));
      const { plan } = await asked(handle);
      await handle.signal('approve', { plan: plan?.digest, by: 'ann' });
      await expect(handle.result()).resolves.toMatchObject({ result: 'ready' });
      const planned = plan?.storage['w1'];
      for (const step of ['createRaidArray', 'makeFileSystem'] as const) {
        const [call] = machines.callsOf(step, 'w1');
        const approved = call?.input['approved'] as { at: number };
        expect(approved).toEqual({
          digest: planned?.kind === 'apply' ? planned.digest : undefined,
          by: 'ann',
          at: approved.at,
        });
        expect(approved.at).toBeGreaterThanOrEqual(before - 1);
      }
    });
  });

  it('that nobody gave is asked for by the host itself, which touches nothing before', async () => {
    const machines = new FakeMachines();
    const address = '10.250.1.1';
    await lab.with(machines, async (run) => {
      const handle = await run.start('prepareHost', workOn(address, null), hostWorkflowId(address, 22));
      const { questions } = await asked(handle);
      expect(questions).toMatchObject([{ kind: 'approval', hosts: ['w1'] }]);
      expect(machines.callsOf('createRaidArray')).toEqual([]);
      const [question] = questions;
      if (question?.kind !== 'approval') throw new Error('No approval is asked for.');
      await handle.signal('approve', { plan: question.plan, by: 'ann' });
      await expect(handle.result()).resolves.toMatchObject({
        result: 'done',
        approvals: [{ plan: question.plan, by: 'ann' }],
      });
    });
  });

  it('of which an earlier version has told the digest alone is one', async () => {
    const machines = new FakeMachines();
    const address = '10.250.1.2';
    const plan = planStorage({ facts: machines.facts('w1'), host: 'w1', storage });
    if (plan.kind !== 'apply') throw new Error('Nothing is to be applied.');
    await lab.with(machines, async (run) => {
      const handle = await run.start(
        'prepareHost',
        workOn(address, plan.digest),
        hostWorkflowId(address, 22),
      );
      await expect(handle.result()).resolves.toMatchObject({ result: 'done', approvals: [] });
      expect(machines.callsOf('createRaidArray')).toHaveLength(1);
    });
  });

  it('that the host’s own workflow refuses is told in the progress of the cluster', async () => {
    const machines = new FakeMachines();
    const specification = aCluster('told');
    await lab.with(machines, async (run) => {
      const handle = await run.provision(specification);
      const { plan } = await asked(handle);
      machines.machine('w1').serials = 'T';
      await handle.signal('approve', { plan: plan?.digest, by: 'ann' });
      const again = await until(
        handle,
        ({ questions }) => questions[0]?.kind === 'approval' && questions[0].plan !== plan?.digest,
      );
      const host = lab.client.workflow.getHandle(hostWorkflowId(specification.hosts[1]?.address ?? '', 22));
      await host.signal('approve', { plan: plan?.digest, by: 'late' });
      const { refusals } = await until(handle, (progress) => progress.refusals.length > 0);
      expect(refusals).toEqual([expect.stringMatching(/^w1: The "approve" by late changes nothing: /)]);
      const [question] = again.questions;
      if (question?.kind !== 'approval') throw new Error('No approval is asked for.');
      await handle.signal('approve', { plan: question.plan, by: 'bob' });
      await expect(handle.result()).resolves.toMatchObject({ result: 'ready' });
    });
  });
});
