import { WorkflowFailedError } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Report } from '../../src/cluster/report/report.js';
import { asked, until, WorkflowLab } from '../support/environment.js';
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

const step7 = [
  'backUpFstab',
  'selectDisks',
  'createRaidArray',
  'makeFileSystem',
  'updateFstab',
  'mountData',
  'writeMdadmConf',
  'regenerateInitramfs',
  'orderUnitsAfterMount',
  'readBootId',
  'requestReboot',
  'waitForReboot',
  'confirmStorage',
];

describe.concurrent('provisionCluster', { timeout: patience }, () => {
  it('does the documented procedure on a fresh and on a running host, and nothing the second time', async () => {
    const machines = new FakeMachines();
    machines.machine('old').hasData = true;
    const specification = aCluster('procedure', { workers: ['new', 'old'] });
    await lab.with(machines, async (run) => {
      const handle = await run.provision(specification);
      const { plan } = await asked(handle);
      expect(machines.stepsOn('new')).toEqual(['copySshKey', 'confirmSsh', 'gatherFacts']);
      await handle.signal('approve', { plan: plan?.digest, by: 'ann' });
      const report = (await handle.result()) as Report;

      expect(report.result).toBe('ready');
      expect(report.approvals).toEqual([
        { kind: 'plan', plan: plan?.digest, by: 'ann', hosts: ['new', 'old'] },
      ]);
      expect(report.playbook).toEqual({ summary: 'ok', log: '/log' });
      expect(machines.stepsOn('new').slice(3)).toEqual([
        'gatherFacts',
        ...step7,
        'probeNode',
        'startAndEnableUnits',
        'checkJournals',
        'applyKernelParameters',
        'applyFirewallRules',
        'confirmPodNetwork',
        'verifyHost',
      ]);
      expect(machines.stepsOn('old').slice(3)).toEqual([
        'gatherFacts',
        'backUpFstab',
        'stopAndDisableUnits',
        'readBootId',
        'requestReboot',
        'waitForReboot',
        'confirmDirectoriesUnused',
        ...step7.slice(1, 8),
        'copyData',
        'switchData',
        ...step7.slice(8),
        'startAndEnableUnits',
        'checkJournals',
        'probeNode',
        'startAndEnableUnits',
        'checkJournals',
        'applyKernelParameters',
        'applyFirewallRules',
        'confirmPodNetwork',
        'verifyHost',
      ]);
      // It runs while the host's own workflow finishes.
      const perf = 'checkEtcdPerformance';
      expect(machines.callsOf(perf).map(({ host }) => host)).toEqual(['cp']);
      expect(machines.stepsOn('cp').filter((step) => step !== perf)).toEqual([
        ...['copySshKey', 'confirmSsh', 'gatherFacts', 'probeNode', 'applyFirewallRules'],
        ...['confirmNodes', 'confirmPods', 'confirmDns', 'readClusterNetwork', 'confirmPodNetwork'],
        ...['verifyEtcd', 'verifyHost'],
      ]);
      // Each node tries the network to the others' pods.
      const tried = machines.callsOf('confirmPodNetwork');
      expect(tried.map(({ host }) => host).sort()).toEqual(['cp', 'new', 'old']);
      for (const { host, input, began } of tried) {
        expect(input).toMatchObject({
          network: { dnsPods: host === 'cp' ? [] : [{ name: 'coredns-1', node: 'cp' }] },
          carriers: ['udp 4789 (Calico VXLAN)'],
        });
        expect(began).toBeGreaterThan(machines.callsOf('confirmDns')[0]?.ended ?? Infinity);
        expect(Number(input['patienceMs'])).toBeGreaterThan(240_000);
      }
      expect(machines.callsOf('confirmPods')[0]?.input).toMatchObject({
        nodes: ['cp', 'new', 'old'],
        controlPlanes: ['cp'],
      });
      // What was just started may settle: all of verification together waits for five minutes.
      const [nodes, pods] = [...machines.callsOf('confirmNodes'), ...machines.callsOf('confirmPods')].map(
        ({ input }) => Number(input['patienceMs']),
      );
      expect(nodes).toBe(300_000);
      expect(pods).toBeLessThanOrEqual(300_000);
      expect(pods).toBeGreaterThan(240_000);
      expect(machines.stepsOn('control host')).toEqual([
        ...[
          'createSshKey',
          'gatherFacts',
          'checkReachability',
          'cloneKubespray',
          'createVirtualEnvironment',
          'installRequirements',
        ],
        ...['writeInventory', 'writeGroupVariables', 'runKubespray'],
      ]);
      const [variables] = machines.callsOf('writeGroupVariables');
      expect(variables?.input['storage']).toEqual({
        new: { mountPoint: '/data', layout: 'root-dir' },
        old: { mountPoint: '/data', layout: 'bind' },
      });

      // Kubespray comes after every host's storage, and the finishing steps after Kubespray
      const order = machines.calls.map(({ step }) => step);
      expect(order.lastIndexOf('confirmStorage')).toBeLessThan(order.indexOf('runKubespray'));
      expect(order.indexOf('runKubespray')).toBeLessThan(order.indexOf('applyKernelParameters'));

      machines.calls.length = 0;
      const again = await run.provision(specification);
      const second = (await again.result()) as Report;
      expect(second.hosts.map(({ result, why }) => [result, why])).toEqual(Array(3).fill(['done', null]));
      expect(second.approvals).toEqual([]);
      expect(second.hosts.flatMap(({ changed }) => changed)).toEqual([]);
      expect(machines.callsOf('requestReboot')).toEqual([]);
      expect(machines.callsOf('createRaidArray')).toEqual([]);
    });
  });

  it('tries the ways between the hosts only while one of them is no node yet', async () => {
    const machines = new FakeMachines();
    const specification = aCluster('nodes', { ephemeralStorage: false });
    await lab.with(machines, async (run) => {
      machines.machine('w1').hasData = true;
      await (await run.provision(specification)).result();
      expect(machines.callsOf('checkReachability')).toHaveLength(1);
      machines.machine('cp').hasData = true;
      await (await run.provision(specification)).result();
      expect(machines.callsOf('checkReachability')).toHaveLength(1);
    });
  });

  it('refuses a specification with every problem at once', async () => {
    await lab.with(new FakeMachines(), async (run) => {
      const wrong = {
        name: 'Not A Name',
        hosts: [{ name: 'a', address: '10.0.0.1', roles: ['worker'] }],
        extra: 1,
      };
      const handle = await run.start('provisionCluster', wrong, 'cluster/wrong');
      const failure = await handle.result().then(
        () => undefined,
        (error: unknown) => error as WorkflowFailedError,
      );
      const cause = failure?.cause as { type?: string; message: string } | undefined;
      expect(cause?.type).toBe('InvalidSpecification');
      expect(cause?.message).toContain('name');
      expect(cause?.message).toContain('extra');
      expect(cause?.message).toMatch(/control.plane/i);
    });
  });

  it('leaves out a worker that the plan refuses, and says why for each device', async () => {
    const machines = new FakeMachines();
    machines.machine('poor').disks = 1;
    await lab.with(machines, async (run) => {
      const handle = await run.provision(aCluster('refused', { workers: ['rich', 'poor'] }));
      const { plan, questions } = await asked(handle);
      expect(questions).toMatchObject([{ kind: 'approval', hosts: ['rich'] }]);
      await handle.executeUpdate('approve', { args: [{ plan: plan?.digest, by: 'ann' }] });
      const report = (await handle.result()) as Report;
      expect(report.result).toBe('incomplete');
      expect(report.hosts.map(({ host, result }) => [host, result])).toEqual([
        ['cp', 'done'],
        ['rich', 'done'],
        ['poor', 'refused'],
      ]);
      expect(report.hosts[2]?.why).toMatch(/disk/i);
      expect(machines.stepsOn('poor')).toEqual(['copySshKey', 'confirmSsh', 'gatherFacts']);
      const [inventory] = machines.callsOf('writeInventory');
      const { hosts } = inventory?.input['specification'] as { hosts: { name: string }[] };
      expect(hosts.map(({ name }) => name)).toEqual(['cp', 'rich']);
    });
  });

  it('refuses a host that another cluster works on, names that cluster, and takes it when it is free', async () => {
    const machines = new FakeMachines();
    const first = aCluster('blue', { ephemeralStorage: false });
    const held = machines.hold('runKubespray', 'control host');
    await lab.with(machines, async (run) => {
      const blue = await run.provision(first);
      await held.reached;
      const green = await run.provision({ ...first, name: 'green' });
      const { questions } = await until(green, (progress) => progress.questions.length === 2);
      for (const question of questions) {
        expect(question).toMatchObject({
          kind: 'decision',
          step: 'prepareHost',
          choices: ['retry', 'abort'],
        });
        expect(question.kind === 'decision' && question.message).toContain('cluster blue holds it');
      }
      held.release();
      await blue.result();
      await green.executeUpdate('retry', { args: [{ by: 'ann' }] });
      await expect(green.result()).resolves.toMatchObject({ result: 'ready' });
    });
  });

  it('shows what a long step says of itself, and passes over what is no news', async () => {
    const machines = new FakeMachines();
    const held = machines.hold('runKubespray', 'control host');
    await lab.with(machines, async (run) => {
      const handle = await run.provision(aCluster('news', { ephemeralStorage: false }));
      await held.reached;
      const noNews = [null, {}, { step: 'runKubespray', summary: 7 }];
      const ofAnEndedStep = { step: 'cloneKubespray', summary: 'about 1 %' };
      for (const news of [...noNews, ofAnEndedStep]) await handle.signal('stepNews', news);
      await handle.signal('stepNews', { step: 'runKubespray', summary: 'about 34 %: Install etcd' });
      const isTold = ({ summary }: { summary: string }) => summary === 'about 34 %: Install etcd';
      const { controlHost } = await until(handle, (progress) => progress.controlHost.some(isTold));
      expect(controlHost.map(({ summary }) => summary)).not.toContain('about 1 %');
      held.release();
      await expect(handle.result()).resolves.toMatchObject({ result: 'ready' });
    });
  });

  it('asks about an inventory that was changed by hand before a host is touched, approved or not', async () => {
    const machines = new FakeMachines();
    machines.failTimes('cloneKubespray', 'control host', 1, 'Files were changed by hand', 'RefusedError');
    await lab.with(machines, async (run) => {
      const handle = await run.provision(aCluster('edited'));
      const { questions } = await until(handle, (progress) => progress.questions.length === 2);
      const plan = questions.flatMap((question) => (question.kind === 'approval' ? [question.plan] : []));
      await handle.signal('approve', { plan: plan[0], by: 'ann' });
      await until(handle, (progress) => progress.questions.every(({ kind }) => kind === 'decision'));
      expect(machines.stepsOn('w1')).toEqual(['copySshKey', 'confirmSsh', 'gatherFacts']);
      expect(machines.callsOf('cloneKubespray')[0]?.input['inventory']).toMatchObject({
        ...{ release: 'v2.31.0', sampleInventory: 'inventory/sample' },
        specification: { name: 'edited' },
        storage: { w1: { mountPoint: '/data', layout: 'root-dir' } },
      });
      await handle.signal('retry', { host: 'control host', by: 'ann' });
      await expect(handle.result()).resolves.toMatchObject({ result: 'ready' });
    });
  });

  it('goes on with another worker when the first one ends in the middle of a step', async () => {
    const machines = new FakeMachines();
    const held = machines.hold('createRaidArray', 'w1');
    await lab.with(machines, async (run) => {
      const handle = await run.provision(aCluster('worker'));
      const { plan } = await asked(handle);
      await handle.signal('approve', { plan: plan?.digest, by: 'ann' });
      await held.reached;
      await run.stopWorker();
      held.release();
      await run.startWorker();
      await expect(handle.result()).resolves.toMatchObject({ result: 'ready' });
      const keys = machines.callsOf('createRaidArray').map(({ jobKey }) => jobKey);
      expect(keys.length).toBeGreaterThan(1);
      expect(new Set(keys).size).toBe(1);
    });
  });

  it('stops before the next step when it is cancelled, ends the copy, and says where the hosts stand', async () => {
    const machines = new FakeMachines();
    machines.machine('w1').hasData = true;
    const held = machines.hold('copyData', 'w1');
    await lab.with(machines, async (run) => {
      const handle = await run.provision(aCluster('cancelled'));
      const { plan } = await asked(handle);
      await handle.signal('approve', { plan: plan?.digest, by: 'ann' });
      await held.reached;
      await handle.cancel();
      await expect(handle.result()).rejects.toThrow(WorkflowFailedError);
      expect((await handle.describe()).status.name).toBe('CANCELLED');
      const [stop] = machines.callsOf('stopJob', 'w1');
      expect(stop?.jobKey).toBe(machines.callsOf('copyData', 'w1')[0]?.jobKey);
      expect(machines.callsOf('switchData')).toEqual([]);
      expect(machines.callsOf('runKubespray')).toEqual([]);
      const { report } = await until(handle, (progress) => progress.report !== null);
      expect(report?.result).toBe('aborted');
      expect(report?.hosts[1]?.why).toContain('The procedure was cancelled.');
      expect(report?.hosts[1]?.why).toContain('kubelet and containerd are stopped and disabled');
    });
  });

  it('never leaves the switch of directories half-way when it is cancelled', async () => {
    const machines = new FakeMachines();
    machines.machine('w1').hasData = true;
    const held = machines.hold('switchData', 'w1');
    await lab.with(machines, async (run) => {
      const handle = await run.provision(aCluster('switch'));
      const { plan } = await asked(handle);
      await handle.signal('approve', { plan: plan?.digest, by: 'ann' });
      await held.reached;
      await handle.cancel();
      await new Promise((resolve) => setTimeout(resolve, 500));
      expect((await handle.describe()).status.name).toBe('RUNNING');
      held.release();
      await expect(handle.result()).rejects.toThrow(WorkflowFailedError);
      const { hosts } = await until(handle, (progress) => progress.report !== null);
      const last = hosts[1]?.steps.at(-1);
      expect([last?.step, last?.state]).toEqual(['switchData', 'changed']);
      expect(machines.callsOf('stopJob')).toEqual([]);
    });
  });

  it('takes the hosts back from a run that was terminated', async () => {
    const machines = new FakeMachines();
    const held = machines.hold('runKubespray', 'control host');
    const specification = aCluster('terminated', { ephemeralStorage: false });
    await lab.with(machines, async (run) => {
      const first = await run.provision(specification);
      await held.reached;
      await first.terminate();
      held.release();
      const second = await run.provision(specification);
      await expect(second.result()).resolves.toMatchObject({ result: 'ready' });
    });
  });
});

describe('provisionCluster of many hosts', { timeout: patience }, () => {
  it('works on at most 100 hosts at once, within small histories', async () => {
    const machines = new FakeMachines();
    const workers = Array.from({ length: 110 }, (_, index) => `w${index + 1}`);
    const specification = aCluster('many', {
      workers,
      ephemeralStorage: false,
      firewall: { enabled: false },
    });
    const looks = workers.map((worker) => machines.hold('gatherFacts', worker));
    await lab.with(machines, async (run) => {
      const handle = await run.provision(specification);
      await vi.waitFor(() => expect(machines.busiest).toBeGreaterThanOrEqual(100), 200_000);
      for (const look of looks) look.release();
      await expect(handle.result()).resolves.toMatchObject({ result: 'ready' });
      expect(machines.busiest).toBe(100);
      const { historyLength } = await handle.describe();
      expect(historyLength).toBeLessThan(5_000);
    });
  });
});

describe('the histories of these runs', { timeout: patience }, () => {
  it('can be replayed by the code as it is', async () => {
    const { replayed, failures } = await lab.replayEverything();
    expect(failures).toEqual([]);
    expect(replayed).toBeGreaterThan(12);
  });
});
