import type { WorkflowHandle } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { NodeProbe } from '../../../src/cluster/rerun/node-probe.js';
import type { Report } from '../../../src/cluster/report/report.js';
import type { SpecificationInput } from '../../../src/cluster/specification/specification.js';
import type { Question } from '../../../src/protocol/progress.js';
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

const manifests = ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler'];
const empty = {
  source: 'etcd' as const,
  kubeadmConfig: false,
  clusterInfo: false,
  workloads: false,
  nodes: [],
};
const written = { kubeadmConfig: true, clusterInfo: true, workloads: true };
/** What kubeadm leaves on a control plane when it has come to its end. */
const whole: Partial<NodeProbe> = {
  ...{ config: true, adminConf: true, kubeletConf: true, caCertificate: true, manifests },
  clientCertificate: 'present',
};
const running = { hasData: true, health: { healthy: 1, members: 1 } };
/** An init that was cut off in its middle. */
const half: Partial<NodeProbe> = {
  config: true,
  manifests: ['kube-apiserver'],
  etcd: running,
  cluster: empty,
};

/** Hosts that are control planes and members of etcd, in this order; `network` is of this cluster alone. */
const controlPlanes = (names: readonly string[], network: string): SpecificationInput['hosts'] =>
  names.map((name, index) => ({
    name,
    address: `${network}.${index + 1}`,
    roles: ['control-plane', 'etcd', 'worker'],
  }));

const questionOf = <Kind extends Question['kind']>(questions: readonly Question[], kind: Kind) =>
  questions.find((question): question is Extract<Question, { kind: Kind }> => question.kind === kind);

/** The question for a reset, once it is there. */
async function askedForReset(handle: WorkflowHandle) {
  const { questions } = await until(handle, (now) => questionOf(now.questions, 'approval') !== undefined);
  const question = questionOf(questions, 'approval');
  if (question?.reset === undefined) throw new Error('It is not asked for a reset.');
  return { ...question, reset: question.reset };
}

describe.concurrent(
  'a run of cluster.yml over nodes that an earlier one has left',
  { timeout: patience },
  () => {
    it('goes on after a failure that left a node half-initialised: asks, resets that node alone, and runs again', async () => {
      const machines = new FakeMachines();
      machines.failTimes(
        'runKubespray',
        'control host',
        1,
        'cluster.yml failed on cp in play "Install the control plane"',
      );
      machines.on('runKubespray', 'control host', ({ input }) => {
        if (input['playbook'] === 'cluster.yml') expect(machines.machine('cp').kubeadm).toEqual({});
      });
      await lab.with(machines, async (run) => {
        const handle = await run.provision(aCluster('half', { ephemeralStorage: false }));
        const failed = await asked(handle);
        expect(questionOf(failed.questions, 'decision')?.message).toContain('failed on cp');
        machines.machine('cp').kubeadm = half;
        await handle.executeUpdate('retry', { args: [{ by: 'ann', step: 'runKubespray' }] });

        const { plan, hosts, reset } = await askedForReset(handle);
        expect(hosts).toEqual(['cp']);
        expect(reset.evidence.join()).toContain('/var/lib/kubelet/config.yaml');
        expect(reset.effect).toContain('trap T6');
        expect(reset.keeps.join()).toContain("etcd's data");
        const text = await details(handle);
        expect(text).toContain('cp is half-initialised');
        expect(text).toContain(`slipway approve half --plan ${plan}`);
        expect(machines.callsOf('runKubespray')).toHaveLength(1);

        await handle.signal('approve', { plan, by: 'bob' });
        const report = (await handle.result()) as Report;
        expect(report.result).toBe('ready');
        expect(report.approvals).toEqual([{ kind: 'reset', plan, by: 'bob', hosts: ['cp'] }]);
        const [, factsRun, resetRun, again] = machines.callsOf('runKubespray').map(({ input }) => input);
        expect(factsRun).toMatchObject({ playbook: 'playbooks/facts.yml' });
        expect(factsRun?.['limit']).toBeUndefined();
        expect(factsRun?.['approved']).toBeUndefined();
        expect(resetRun).toMatchObject({
          playbook: 'reset.yml',
          limit: ['cp'],
          approved: { digest: plan, by: 'bob' },
          extraVariables: { reset_confirmation: true, etcd_data_dir: '/nonexistent/kept-by-slipway/data' },
        });
        expect(again).toMatchObject({ playbook: 'cluster.yml' });
        expect(again?.['limit']).toBeUndefined();
        const keys = new Set(machines.callsOf('runKubespray').map(({ jobKey }) => jobKey));
        expect(keys.size).toBe(4);
      });
    });

    it('comes to its end after the reset of a first control plane whose name the others still have in etcd', async () => {
      const machines = new FakeMachines();
      const etcd = { hasData: true, health: { healthy: 3, members: 3 } };
      const seen = { ...empty, nodes: ['cp1'] };
      machines.machine('cp1').kubeadm = { ...half, etcd, cluster: seen };
      for (const name of ['cp2', 'cp3']) machines.machine(name).kubeadm = { etcd, cluster: seen };
      const hosts = controlPlanes(['cp1', 'cp2', 'cp3'], '10.201.1');
      await lab.with(machines, async (run) => {
        const handle = await run.provision(aCluster('never-worked', { hosts, ephemeralStorage: false }));
        const { plan, hosts: reset } = await askedForReset(handle);
        expect(reset).toEqual(['cp1']);
        await handle.signal('approve', { plan, by: 'ann' });
        await expect(handle.result()).resolves.toMatchObject({ result: 'ready' });
        expect(machines.callsOf('runKubespray').at(-1)?.input).toMatchObject({ playbook: 'cluster.yml' });
      });
    });

    it('looks at the nodes, and asks about nothing else, after one that was cut off', async () => {
      const machines = new FakeMachines();
      let isFirst = true;
      machines.on('runKubespray', 'control host', () => {
        if (isFirst) machines.machine('cp').kubeadm = half;
        isFirst = false;
      });
      machines.failTimes('runKubespray', 'control host', 1, 'cluster.yml was cut off', 'CutOffError');
      await lab.with(machines, async (run) => {
        const handle = await run.provision(aCluster('cut-off', { ephemeralStorage: false }));
        const { plan, hosts } = await askedForReset(handle);
        expect(hosts).toEqual(['cp']);
        expect(machines.callsOf('runKubespray')).toHaveLength(1);
        await handle.signal('approve', { plan, by: 'ann' });
        await expect(handle.result()).resolves.toMatchObject({ result: 'ready' });
      });
    });

    it('asks what to do with one that is cut off each time', async () => {
      const machines = new FakeMachines();
      machines.failTimes('runKubespray', 'control host', 11, 'cluster.yml was cut off', 'CutOffError');
      await lab.with(machines, async (run) => {
        const handle = await run.provision(aCluster('cut-off-always', { ephemeralStorage: false }));
        const { questions } = await asked(handle);
        expect(questionOf(questions, 'decision')?.message).toBe('cluster.yml was cut off');
        expect(machines.callsOf('runKubespray')).toHaveLength(11);
        await handle.signal('retry', { by: 'ann' });
        await expect(handle.result()).resolves.toMatchObject({ result: 'ready' });
      });
    });

    it('asks anew when the node is another one at the moment of its reset than when that was approved', async () => {
      const machines = new FakeMachines();
      machines.machine('cp').kubeadm = half;
      await lab.with(machines, async (run) => {
        const handle = await run.provision(aCluster('changed-node', { ephemeralStorage: false }));
        const first = await askedForReset(handle);
        machines.machine('cp').kubeadm = { ...half, manifests };
        await handle.signal('approve', { plan: first.plan, by: 'ann' });
        const { questions } = await until(
          handle,
          (now) => (questionOf(now.questions, 'approval')?.plan ?? first.plan) !== first.plan,
        );
        expect(machines.callsOf('runKubespray')).toEqual([]);
        await handle.signal('approve', { plan: questionOf(questions, 'approval')?.plan, by: 'ann' });
        await expect(handle.result()).resolves.toMatchObject({ result: 'ready' });
      });
    });

    it('leaves a node whose reset is denied as it is: mended by hand and retried, run all the same, or given up', async () => {
      const machines = new FakeMachines();
      for (const name of ['w1', 'w2', 'w3'])
        machines.machine(name).kubeadm = { kubeletConf: true, config: true };
      await lab.with(machines, async (run) => {
        const workers = ['w1', 'w2', 'w3'];
        const handle = await run.provision(aCluster('denied-reset', { workers, ephemeralStorage: false }));
        const deny = async (host: string) => {
          const { plan, hosts } = await askedForReset(handle);
          expect(hosts).toEqual([host]);
          await handle.signal('deny', { plan, by: 'bob' });
          const { questions } = await until(
            handle,
            (now) => questionOf(now.questions, 'decision') !== undefined,
          );
          expect(questionOf(questions, 'decision')).toMatchObject({
            host,
            choices: ['retry', 'skip', 'abort'],
          });
        };
        await deny('w1');
        machines.machine('w1').kubeadm = {};
        await handle.executeUpdate('retry', { args: [{ by: 'ann', host: 'w1' }] });
        await deny('w2');
        await handle.executeUpdate('skip', { args: [{ by: 'ann', host: 'w2', reason: 'is being rebuilt' }] });
        await deny('w3');
        await handle.executeUpdate('abort', { args: [{ by: 'ann', host: 'w3' }] });
        const report = (await handle.result()) as Report;
        expect(report.result).toBe('aborted');
        expect(report.hosts[3]?.why).toMatch(/Kubespray was not run, as ann decided\. w3 is not ready/);
        expect(report.hosts[2]?.skipped).toEqual(['probeNode']);
        expect(machines.callsOf('runKubespray')).toEqual([]);
      });
    });

    it('neither runs over a control plane that would be seen as blank, nor offers to reset it', async () => {
      const machines = new FakeMachines();
      machines.machine('cp').kubeadm = {
        ...{ adminConf: true, kubeletConf: true, caCertificate: true, manifests, etcd: running },
        ...{ clientCertificate: 'present', cluster: { ...empty, clusterInfo: true, nodes: ['cp', 'w1'] } },
      };
      await lab.with(machines, async (run) => {
        const handle = await run.provision(aCluster('blank', { ephemeralStorage: false }));
        const { questions, hosts } = await asked(handle);
        expect(questions).toHaveLength(1);
        expect(questionOf(questions, 'decision')).toMatchObject({
          host: 'cp',
          step: 'probeNode',
          choices: ['retry', 'abort'],
          message: expect.stringContaining('trap T2') as string,
          advice: expect.stringContaining('not offered a reset') as string,
        });
        expect(hosts[0]?.steps.at(-1)?.summary).toContain('would be taken for a new node');
        machines.machine('cp').kubeadm = { ...machines.machine('cp').kubeadm, config: true, cluster: null };
        await handle.executeUpdate('retry', { args: [{ by: 'ann' }] });
        await expect(handle.result()).resolves.toMatchObject({ result: 'ready' });
      });
    });

    it('runs over no control plane that is installed anew and that this release would initialise by its name', async () => {
      const machines = new FakeMachines();
      const etcd = { hasData: true, health: { healthy: 3, members: 3 } };
      const seen = { ...empty, ...written, nodes: ['alpha', 'beta', 'zeta'] };
      machines.machine('zeta').kubeadm = { ...whole, etcd, cluster: seen };
      machines.machine('alpha').kubeadm = {};
      machines.machine('beta').kubeadm = { ...whole, etcd };
      const hosts = controlPlanes(['zeta', 'alpha', 'beta'], '10.201.2');
      const kubespray = { release: 'v2.29.1' };
      await lab.with(machines, async (run) => {
        const handle = await run.provision(
          aCluster('by-name', { hosts, kubespray, ephemeralStorage: false }),
        );
        const { questions } = await asked(handle);
        expect(questionOf(questions, 'decision')).toMatchObject({
          host: 'alpha',
          choices: ['retry', 'abort'],
          advice: expect.stringContaining('"kubectl delete node alpha"') as string,
        });
        expect(machines.callsOf('runKubespray')).toEqual([]);
        const left = { ...seen, nodes: ['beta', 'zeta'] };
        machines.machine('zeta').kubeadm = { ...whole, etcd, cluster: left };
        await handle.executeUpdate('retry', { args: [{ by: 'ann' }] });
        await expect(handle.result()).resolves.toMatchObject({ result: 'ready' });
      });
    });

    it('measures etcd where an earlier procedure has come no further, and not under a cluster', async () => {
      for (const [name, kubeadm] of Object.entries({
        unused: { etcd: running, cluster: empty },
        used: { ...whole, etcd: running, cluster: { ...empty, ...written, nodes: ['cp'] } },
      })) {
        const machines = new FakeMachines();
        machines.machine('cp').runsEtcd = true;
        machines.machine('cp').kubeadm = kubeadm;
        await lab.with(machines, async (run) => {
          const handle = await run.provision(aCluster(name, { ephemeralStorage: false }));
          await expect(handle.result()).resolves.toMatchObject({ result: 'ready' });
          expect(machines.callsOf('checkEtcdPerformance')).toHaveLength(name === 'unused' ? 1 : 0);
        });
      }
    });

    it("puts step 7's directories in order after the reset of a worker whose data is on the array", async () => {
      const machines = new FakeMachines();
      machines.machine('w1').kubeadm = { kubeletConf: true, clientCertificate: 'dangling' };
      await lab.with(machines, async (run) => {
        const handle = await run.provision(aCluster('array'));
        const { plan } = await asked(handle);
        await handle.signal('approve', { plan: plan?.digest, by: 'ann' });
        await until(handle, ({ phase }) => phase === 'kubespray');
        const question = await askedForReset(handle);
        expect(question.reset.deletes.join()).toContain('/data/kubelet');
        expect(question.reset.keeps.join()).not.toContain('etcd');
        await handle.signal('approve', { plan: question.plan, by: 'ann' });
        await handle.result();
        const order = machines.calls.map(
          ({ step, input }) => (input['playbook'] as string | undefined) ?? step,
        );
        const [reset, restored, again] = ['reset.yml', 'restoreDataDirectories', 'cluster.yml'].map((name) =>
          order.indexOf(name),
        );
        expect([reset, restored, again]).toEqual([reset, restored, again].sort((a = 0, b = 0) => a - b));
        expect(reset).toBeGreaterThan(0);
        expect(machines.callsOf('restoreDataDirectories', 'w1')).toHaveLength(1);
      });
    });
  },
);
