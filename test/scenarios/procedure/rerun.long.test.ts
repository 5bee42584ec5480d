import type { WorkflowHandle } from '@temporalio/client';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Report } from '../../../src/cluster/report/report.js';
import type { SpecificationInput } from '../../../src/cluster/specification/specification.js';
import type { LabMachine } from '../../../src/lab/index.js';
import { clusterWorkflowId, progressQuery, taskQueue } from '../../../src/protocol/messages.js';
import type { Question } from '../../../src/protocol/progress.js';
import { read } from './host-truth.js';
import { labSpecification, Stage, until } from './stage.js';

const cluster = 'rerun';
const kubeadmLog = 'cat /var/log/stand-in-kubeadm.log 2>/dev/null || true';
const etcdctl = (words: string) => `set -a; . /etc/etcd.env; set +a; etcdctl ${words}`;

/** `kubeadm init` is cut off on the control plane; a worker loses its certificate. Real machines, the stand-in's playbooks. */
describe('a run of cluster.yml that failed on one host', () => {
  let stage: Stage;
  let controlPlane: LabMachine;
  let worker: LabMachine;
  let specification: SpecificationInput;
  let handle: WorkflowHandle;
  let reset: Extract<Question, { kind: 'approval' }>;
  const before = { containerd: '', member: '' };
  const containerdStart = 'systemctl show -p ExecMainStartTimestampMonotonic --value containerd';

  beforeAll(async () => {
    stage = await Stage.open(cluster);
    [controlPlane, worker] = await Promise.all([
      stage.lab.startMachine({ name: 'rerun-cp' }),
      stage.lab.startMachine({ name: 'rerun-node' }),
    ]);
    const base = labSpecification({
      name: cluster,
      repository: stage.repository,
      controlPlane,
      workers: [worker],
    });
    const reason = "these machines share this machine's kernel";
    specification = {
      ...base,
      ephemeralStorage: false,
      overrides: [
        ...(base.overrides ?? []),
        { check: 'kernel-parameters', reason },
        { check: 'kernel-parameters-at-boot', reason },
      ],
    };
    await read(controlPlane, 'echo kubelet-start > /etc/stand-in-kubeadm-fails-after');
    await stage.startWorker();
    handle = await up();
  });

  afterAll(async () => {
    await stage.close();
  });

  it('says which host, which task and why', async () => {
    const question = await decision('runKubespray');
    expect(question.message).toContain('cluster.yml failed on rerun-cp');
    expect(question.message).toContain('Initialise the first control plane');
    expect(question.output).toContain('error execution phase kubelet-start');
    expect(await read(worker, kubeadmLog)).toBe('');
  });

  it('is not simply run again over the half-initialised node, which would be skipped for ever', async () => {
    await read(controlPlane, 'rm /etc/stand-in-kubeadm-fails-after');
    before.containerd = await read(worker, containerdStart);
    before.member = await read(controlPlane, etcdctl('member list'));
    await read(controlPlane, etcdctl('put /of-somebody kept'));
    await handle.executeUpdate('retry', { args: [{ by: 'ann', step: 'runKubespray' }] });
    reset = await approval();
    expect(reset.hosts).toEqual(['rerun-cp']);
    expect(reset.reset?.effect).toContain('skips "kubeadm init"');
    expect(reset.reset?.evidence.join('; ')).toMatch(
      /there: \/var\/lib\/kubelet\/config\.yaml.*missing: .*kube-apiserver\.yaml/,
    );
    expect(await read(controlPlane, kubeadmLog)).toBe('init rerun-cp');
  });

  it('goes on to the end when the reset of that node is approved, though nothing is known of the others by then', async () => {
    const cache = join(stage.home, 'clusters', cluster, 'facts');
    for (const host of await readdir(cache)) await rm(join(cache, host));
    const { exitCode, output } = await stage.slipway('approve', cluster, '--plan', reset.plan);
    expect(exitCode, output).toBe(0);
    const report = await ended();
    expect(report.checks.filter(({ state }) => state === 'failed')).toEqual([]);
    expect(report.result).toBe('ready');
    expect(await read(controlPlane, kubeadmLog)).toBe('init rerun-cp\ninit rerun-cp');
    expect(await read(controlPlane, 'ls /etc/kubernetes/manifests')).toContain('kube-apiserver.yaml');
    const keys = await read(controlPlane, etcdctl('get --prefix /registry --keys-only'));
    expect(keys).toContain('/registry/configmaps/kube-public/cluster-info');
    expect(keys).toContain('/registry/minions/rerun-node');
  });

  it('has reset that node alone, and left etcd its data', async () => {
    expect(await read(worker, containerdStart)).toBe(before.containerd);
    expect(await read(controlPlane, etcdctl('member list'))).toBe(before.member);
    expect(await read(controlPlane, etcdctl('get /of-somebody --print-value-only'))).toBe('kept');
  });

  it('asks nothing and changes nothing when all nodes are complete', async () => {
    handle = await up();
    const report = await ended();
    expect(report.result).toBe('ready');
    expect(report.hosts.flatMap(({ changed }) => changed)).toEqual([]);
    expect(await read(controlPlane, kubeadmLog)).toBe('init rerun-cp\ninit rerun-cp');
  });

  it('finds a worker that cannot get in any more, and joins it again after its reset', async () => {
    await read(worker, 'rm /var/lib/kubelet/pki/*');
    handle = await up();
    const question = await approval();
    expect(question.hosts).toEqual(['rerun-node']);
    expect(question.reset?.effect).toContain('never joins it again');
    await handle.signal('approve', { plan: question.plan, by: 'ann' });
    expect((await ended()).result).toBe('ready');
    expect(await read(worker, kubeadmLog)).toBe('join rerun-node\njoin rerun-node');
    expect(await read(controlPlane, kubeadmLog)).toBe('init rerun-cp\ninit rerun-cp');
  });

  it('neither runs over a control plane that it would take for a new one, nor offers to reset it', async () => {
    await read(controlPlane, 'mv /var/lib/kubelet/config.yaml /root/');
    handle = await up();
    const question = await decision('probeNode');
    expect(question.message).toContain('trap T2');
    expect(question.choices).toEqual(['retry', 'abort']);
    await read(controlPlane, 'mv /root/config.yaml /var/lib/kubelet/');
    await handle.executeUpdate('retry', { args: [{ by: 'ann' }] });
    expect((await ended()).result).toBe('ready');
    expect(await read(controlPlane, kubeadmLog)).toBe('init rerun-cp\ninit rerun-cp');
  });

  function up(): Promise<WorkflowHandle> {
    const workflowId = clusterWorkflowId(cluster);
    return stage.client.workflow.start('provisionCluster', { taskQueue, workflowId, args: [specification] });
  }

  async function questions(): Promise<readonly Question[]> {
    return (await handle.query(progressQuery)).questions;
  }

  function decision(step: string) {
    return until(`a question about ${step}`, 300, async () =>
      (await questions()).find(
        (question): question is Extract<Question, { kind: 'decision' }> =>
          question.kind === 'decision' && question.step === step,
      ),
    );
  }

  function approval() {
    return until('a question for a reset', 300, async () =>
      (await questions()).find(
        (question): question is Extract<Question, { kind: 'approval' }> =>
          question.kind === 'approval' && question.reset !== undefined,
      ),
    );
  }

  /** The report; a question on the way is one too many. */
  async function ended(): Promise<Report> {
    return await until('the report', 600, async () => {
      const open = (await questions()).find(({ kind }) => kind === 'decision');
      if (open?.kind === 'decision' && open.step === 'applyKernelParameters') {
        // These machines share this machine's kernel.
        await handle.signal('skip', { by: 'the test', step: open.step });
      } else if (open !== undefined) throw new Error(`It asks: ${JSON.stringify(open)}`);
      const { status } = await handle.describe();
      return status.name === 'RUNNING' ? undefined : ((await handle.result()) as Report);
    });
  }
});
