import { WorkflowUpdateFailedError } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Report } from '../../../src/cluster/report/report.js';
import { phaseAttribute, waitingForAttribute } from '../../../src/protocol/search-attributes.js';
import { asked, details, until, WorkflowLab } from '../../support/environment.js';
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

const wrongPlan = `sha256:${'0'.repeat(64)}`;

describe.concurrent('approval', { timeout: patience }, () => {
  it('refuses a wrong digest by signal, shows that, and changes nothing', async () => {
    const machines = new FakeMachines();
    await lab.with(machines, async (run) => {
      const handle = await run.provision(aCluster('digest'));
      const { plan } = await asked(handle);
      const before = machines.stepsOn('w1');
      await handle.signal('approve', { plan: wrongPlan, by: 'eve' });
      await handle.signal('approve', 'yes');
      await handle.signal('approve', { plan: plan?.digest, by: 'eve', hosts: ['cp'] });
      const progress = await until(handle, ({ refusals }) => refusals.length === 3);
      expect(progress.refusals[0]).toContain(wrongPlan);
      expect(progress.refusals[1]).toContain('not understood');
      expect(progress.refusals[2]).toContain('cp is not among the hosts');
      expect(progress.questions).toHaveLength(1);
      expect(machines.stepsOn('w1')).toEqual(before);

      const text = await details(handle);
      expect(text).toContain('### Refused');
      expect(text).toContain(`--name approve --input '{"plan":"${plan?.digest ?? ''}"`);
      expect(text).toContain(`slipway approve digest --plan ${plan?.digest ?? ''}`);
      expect(text).toContain('w1-S0');

      const { searchAttributes } = await handle.describe();
      expect(searchAttributes['SlipwayCluster']).toEqual(['digest']);
      expect(searchAttributes['SlipwayPhase']).toEqual(['approval']);
      expect(searchAttributes['SlipwayWaitingFor']).toEqual(['approval']);

      await handle.signal('approve', { plan: plan?.digest, by: 'ann' });
      await expect(handle.result()).resolves.toMatchObject({ result: 'ready' });
      const { typedSearchAttributes } = await handle.describe();
      expect(typedSearchAttributes.get(waitingForAttribute) ?? null).toBeNull();
      expect(typedSearchAttributes.get(phaseAttribute)).toBe('done');
    });
  });

  it('rejects an update at once, and takes the right one', async () => {
    await lab.with(new FakeMachines(), async (run) => {
      const handle = await run.provision(aCluster('update'));
      const { plan } = await asked(handle);
      const refusal = await handle.executeUpdate('approve', { args: [{ plan: wrongPlan, by: 'eve' }] }).then(
        () => undefined,
        (error: unknown) => error as WorkflowUpdateFailedError,
      );
      expect(refusal).toBeInstanceOf(WorkflowUpdateFailedError);
      expect(refusal?.cause?.message).toContain(wrongPlan);
      expect((await asked(handle)).refusals).toEqual([]);
      const sentence = await handle.executeUpdate('approve', { args: [{ plan: plan?.digest, by: 'ann' }] });
      expect(sentence).toContain('approve by ann');
      await handle.result();
    });
  });

  it('leaves a denied host as it is, and goes on with the others', async () => {
    const machines = new FakeMachines();
    await lab.with(machines, async (run) => {
      const handle = await run.provision(aCluster('denied', { workers: ['w1', 'w2'] }));
      const { plan } = await asked(handle);
      await handle.signal('deny', { plan: plan?.digest, by: 'bob', hosts: ['w2'], reason: 'in use' });
      await until(
        handle,
        ({ questions }) => questions[0]?.kind === 'approval' && questions[0].hosts.length === 1,
      );
      await handle.signal('approve', { plan: plan?.digest, by: 'ann' });
      const report = (await handle.result()) as Report;
      expect(report.result).toBe('incomplete');
      expect(report.hosts[2]).toMatchObject({ host: 'w2', result: 'denied', why: 'bob denied it: in use.' });
      expect(report.hosts[1]).toMatchObject({ host: 'w1', result: 'done' });
      expect(machines.stepsOn('w2')).toEqual(['copySshKey', 'confirmSsh', 'gatherFacts']);
    });
  });

  it('counts an unanswered plan as denied when its time is over, and refuses it after that', async () => {
    const machines = new FakeMachines();
    const held = machines.hold('runKubespray', 'control host');
    await lab.with(machines, async (run) => {
      const handle = await run.provision(aCluster('expired', { approval: { hours: 0.0004 } }));
      await held.reached;
      const { plan, questions } = await until(handle, ({ phase }) => phase === 'kubespray');
      expect(questions).toEqual([]);
      await handle.signal('approve', { plan: plan?.digest, by: 'late' });
      const { refusals } = await until(handle, (progress) => progress.refusals.length > 0);
      expect(refusals[0]).toContain('has expired');
      held.release();
      const report = (await handle.result()) as Report;
      expect(report.hosts[1]).toMatchObject({ host: 'w1', result: 'denied' });
      expect(machines.callsOf('createRaidArray')).toEqual([]);
    });
  });

  it('asks again when the plan has changed before its use', async () => {
    const machines = new FakeMachines();
    await lab.with(machines, async (run) => {
      const handle = await run.provision(aCluster('changed'));
      const { plan } = await asked(handle);
      // Somebody takes both disks out and puts others in.
      machines.machine('w1').serials = 'T';
      await handle.signal('approve', { plan: plan?.digest, by: 'ann' });
      const again = await until(
        handle,
        ({ questions }) => questions[0]?.kind === 'approval' && questions[0].plan !== plan?.digest,
      );
      expect(machines.callsOf('createRaidArray')).toEqual([]);
      const question = again.questions[0];
      if (question?.kind !== 'approval') throw new Error('No approval is asked for.');
      const planned = again.plan?.storage['w1'];
      expect(planned?.kind === 'apply' && planned.digest).toBe(question.plan);
      await handle.executeUpdate('approve', { args: [{ plan: question.plan, by: 'bob' }] });
      const report = (await handle.result()) as Report;
      expect(report.approvals.map(({ by }) => by)).toEqual(['ann', 'bob']);
      const [created] = machines.callsOf('createRaidArray');
      expect(JSON.stringify(created?.input['target'])).toContain('w1-T0');
    });
  });
});

describe.concurrent('a failed step', { timeout: patience }, () => {
  it('waits for a person, is retried as a new generation, and can be skipped or aborted', async () => {
    const machines = new FakeMachines();
    machines.failTimes('createRaidArray', 'w1', 1);
    machines.failTimes('applyKernelParameters', 'w2', 1, 'sysctl: no');
    machines.failTimes('makeFileSystem', 'w3', 1, 'mkfs: no');
    await lab.with(machines, async (run) => {
      const handle = await run.provision(aCluster('decisions', { workers: ['w1', 'w2', 'w3'] }));
      const { plan } = await asked(handle);
      await handle.signal('approve', { plan: plan?.digest, by: 'ann' });

      const failed = await until(handle, ({ questions }) => questions.length === 2);
      expect(failed.questions.find((one) => one.kind === 'decision' && one.host === 'w1')).toMatchObject({
        step: 'createRaidArray',
        message: 'mdadm: cannot do that',
        command: 'mdadm --create',
        output: 'line 1\nline 2',
        advice: 'Look at the disks.',
        choices: ['retry', 'abort'],
      });
      const skip = handle.executeUpdate('skip', { args: [{ by: 'ann', host: 'w1' }] });
      await expect(skip).rejects.toThrow(WorkflowUpdateFailedError);
      await handle.signal('abort', { by: 'bob', host: 'w3', step: 'makeFileSystem' });
      await handle.signal('retry', { by: 'ann', host: 'w1' });

      await until(handle, ({ questions }) =>
        questions.some((one) => one.kind === 'decision' && one.host === 'w2'),
      );
      await handle.executeUpdate('skip', { args: [{ by: 'ann', host: 'w2', reason: 'by hand' }] });
      const report = (await handle.result()) as Report;

      expect(report.hosts.map(({ host, result }) => [host, result])).toEqual([
        ['cp', 'done'],
        ['w1', 'done'],
        ['w2', 'done'],
        ['w3', 'aborted'],
      ]);
      expect(report.hosts[3]?.why).toContain('bob');
      expect(report.hosts[2]?.skipped).toEqual(['applyKernelParameters']);
      const keys = machines.callsOf('createRaidArray', 'w1').map(({ jobKey }) => jobKey);
      expect(keys[0]).toMatch(/^create-raid-array-[0-9a-f]{8}-g1$/);
      expect(keys[1]).toBe(keys[0]?.replace(/g1$/, 'g2'));
    });
  });

  it('on the control host ends the whole procedure when it is aborted, and gives the hosts back', async () => {
    const machines = new FakeMachines();
    machines.failTimes('runKubespray', 'control host', 1, 'fatal: [w1]');
    const specification = aCluster('kubespray', { ephemeralStorage: false });
    await lab.with(machines, async (run) => {
      const handle = await run.provision(specification);
      const { questions } = await asked(handle);
      expect(questions).toMatchObject([{ kind: 'decision', host: 'control host', step: 'runKubespray' }]);
      await handle.signal('abort', { by: 'ann' });
      const report = (await handle.result()) as Report;
      expect(report.result).toBe('aborted');
      expect(report.hosts.map(({ result }) => result)).toEqual(['aborted', 'aborted']);
      for (const { why } of report.hosts) {
        expect(why).toContain('runKubespray failed and was aborted by ann.');
        expect(why).toContain('Its last finished step is');
      }
      const again = await run.provision(specification);
      await expect(again.result()).resolves.toMatchObject({ result: 'ready' });
    });
  });
});

describe.concurrent('migrateStorage and verifyCluster', { timeout: patience }, () => {
  it('work by themselves', async () => {
    const machines = new FakeMachines();
    machines.machine('w1').hasData = true;
    const specification = aCluster('alone');
    await lab.with(machines, async (run) => {
      const migration = await run.start(
        'migrateStorage',
        { specification, host: 'w1' },
        `host/${specification.hosts[1]?.address ?? ''}:22`,
      );
      const { questions } = await asked(migration);
      const [question] = questions;
      if (question?.kind !== 'approval') throw new Error('No approval is asked for.');
      await migration.signal('approve', { plan: question.plan, by: 'ann' });
      await expect(migration.result()).resolves.toMatchObject({
        host: 'w1',
        result: 'done',
        approvals: [{ plan: question.plan, by: 'ann' }],
      });
      expect(machines.callsOf('createRaidArray', 'w1')).toHaveLength(1);
      const [noted, stopped] = [machines.callsOf('notePods'), machines.callsOf('stopAndDisableUnits')];
      expect(noted).toMatchObject([{ host: 'cp', input: { nodes: ['w1'] } }]);
      expect(noted[0]?.ended).toBeLessThan(stopped[0]?.began ?? 0);

      machines.failTimes('verifyEtcd', 'cp', 1, 'etcdctl: no');
      const verification = await run.start('verifyCluster', specification, 'verify/alone');
      const report = (await verification.result()) as Report;
      expect(report.result).toBe('incomplete');
      expect(report.hosts[0]).toMatchObject({ host: 'cp', result: 'failed', why: 'etcdctl: no' });
      expect(report.checks.map(({ check }) => check)).toContain('unit-kubelet');
      // It tells how the cluster is now.
      expect(machines.callsOf('confirmPods')[0]?.input).not.toHaveProperty('patienceMs');
      expect(machines.callsOf('confirmDns')[0]?.input).toMatchObject({
        coreDns: ['kube-dns'],
        nodeLocalDns: true,
      });
      expect(machines.callsOf('confirmPodNetwork')[0]?.input).not.toHaveProperty('patienceMs');

      machines.failCheck('pod-network', 'w1');
      const broken = await run.start('verifyCluster', specification, 'verify/network');
      const { result, checks } = (await broken.result()) as Report;
      expect(result).toBe('incomplete');
      const failed = checks.filter(({ state }) => state === 'failed');
      expect(failed.map(({ check, host }) => [check, host])).toEqual([['pod-network', 'w1']]);

      // Without addresses no node has anything to try.
      const before = machines.callsOf('confirmPodNetwork').length;
      machines.network = null;
      await (await run.start('verifyCluster', specification, 'verify/no-api')).result();
      expect(machines.callsOf('confirmPodNetwork')).toHaveLength(before);
    });
  });
});

/** A cluster of three, each of which is everything. */
function threeOfAll(name: string, network: string) {
  const names = ['node1', 'node2', 'node3'];
  const hosts = names.map((host, index) => ({
    ...{ name: host, address: `${network}.${index + 1}` },
    roles: ['control-plane' as const, 'etcd' as const, 'worker' as const],
  }));
  return { names, specification: aCluster(name, { hosts, ephemeralStorage: false }) };
}

describe.concurrent('a host of the cluster that cannot be asked', { timeout: patience }, () => {
  const expectWhole = (machines: FakeMachines, names: readonly string[]) => {
    const asked = machines.callsOf('verifyEtcd');
    expect(asked.map(({ host }) => host).sort()).toEqual(['node1', 'node3']);
    for (const { input } of asked) expect(input).toMatchObject({ members: names });
    for (const step of ['confirmNodes', 'confirmPods'] as const) {
      expect(machines.callsOf(step)).toMatchObject([{ input: { nodes: names, controlPlanes: names } }]);
    }
    expect(machines.callsOf('verifyHost').map(({ host }) => host)).not.toContain('node2');
  };

  it('is still expected as a node, a control plane and a member of etcd', async () => {
    const machines = new FakeMachines();
    const { names, specification } = threeOfAll('unreachable', '10.202.1');
    machines.failTimes('gatherFacts', 'node2', 1, 'ssh: connect: no route to host');
    await lab.with(machines, async (run) => {
      const verification = await run.start('verifyCluster', specification, 'verify/unreachable');
      const report = (await verification.result()) as Report;
      expect(report.hosts.map(({ result }) => result)).toEqual(['done', 'failed', 'done']);
      expectWhole(machines, names);
    });
  });

  it('is expected in the procedure as well, when it has dropped out after Kubespray has run', async () => {
    const machines = new FakeMachines();
    const { names, specification } = threeOfAll('dropped', '10.202.2');
    machines.failTimes('applyKernelParameters', 'node2', 1, 'sysctl: no');
    await lab.with(machines, async (run) => {
      const handle = await run.provision(specification);
      await until(handle, ({ questions }) => questions.some((one) => one.kind === 'decision'));
      await handle.executeUpdate('abort', { args: [{ by: 'ann', host: 'node2' }] });
      const report = (await handle.result()) as Report;
      expect(report.hosts.map(({ result }) => result)).toEqual(['done', 'aborted', 'done']);
      expectWhole(machines, names);
    });
  });
});
