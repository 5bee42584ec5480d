import { describe, expect, it } from 'vitest';
import { pauseProvider } from '../../../src/activities/cluster-in-use/pause-provider.js';
import { probeNode } from '../../../src/activities/step-08-kubespray-run/probe-node.js';
import { resumeProvider } from '../../../src/activities/cluster-in-use/resume-provider.js';
import { verifyEtcd } from '../../../src/activities/step-09-confirm/verify-etcd.js';
import { verifyHost } from '../../../src/activities/step-09-confirm/verify-host.js';
import { shortenAdminCertificate } from '../../../src/lab/kubernetes/control-plane.js';
import {
  corednsConfig,
  dnsObjects,
  nodeLocalDnsConfig,
  workload,
} from '../../../src/lab/kubernetes/objects.js';
import { podCount } from '../../../src/lab/kubernetes/start.js';
import { podImage } from '../../../src/lab/kubernetes/binaries.js';
import type { LabMachine } from '../../../src/lab/index.js';
import { runStep } from '../../support/control-host.js';
import { onMachine, labAddressOf } from '../../support/lab-host.js';
import { allPass, confirm, failing, podsOf, until, upstreamDns, useKubernetes } from './kubernetes-stage.js';
import { checksOfWorker } from './migration-run.js';

const names = ['node1', 'node2', 'node3'] as const;
const stage = useKubernetes('kube-verify', names);

const nodes = () => confirm(stage(), 'confirmNodes');
/** The parts of the control plane are pods of the only node there is. */
const pods = () => confirm(stage(), 'confirmPods', { controlPlanes: ['worker1'] });
const dns = () => confirm(stage(), 'confirmDns');
const host = () => checksOfWorker(stage());
const something = (checks: readonly { passed: boolean }[]) => checks.some(({ passed }) => !passed);

const unreachable = ['not-ready', 'unreachable'].map((name) => ({
  ...{ key: `node.kubernetes.io/${name}`, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 1 },
}));
const impatient = workload('Deployment', 'impatient', 'default', {
  labels: { app: 'impatient' },
  spec: {
    tolerations: unreachable,
    terminationGracePeriodSeconds: 1,
    containers: [
      {
        ...{ name: 'impatient', image: podImage, imagePullPolicy: 'Never', args: ['keep', '/data'] },
        volumeMounts: [{ name: 'only-here', mountPath: '/data' }],
      },
    ],
    volumes: [{ name: 'only-here', emptyDir: {} }],
  },
});
const digestOfImpatient =
  "sha256sum /var/lib/kubelet/pods/*/volumes/kubernetes.io~empty-dir/only-here/blob | cut -d ' ' -f 1";
const isDigest = (text: string) => /^[0-9a-f]{64}$/.test(text);

const provider = workload('StatefulSet', 'akash-provider', 'akash-services', {
  labels: { app: 'akash-provider' },
  spec: {
    terminationGracePeriodSeconds: 3,
    containers: [{ name: 'provider', image: podImage, imagePullPolicy: 'Never' }],
  },
});

/** At once: asked kindly, it waits a minute for those that watch. */
const stopApiServer = `systemctl stop --no-block kube-apiserver
systemctl kill --signal=KILL kube-apiserver
systemctl stop kube-apiserver`;

describe('the probe of how far kubeadm has come, on a real Kubernetes', () => {
  const probe = (machine: LabMachine) =>
    runStep(probeNode(stage().dependencies), { host: labAddressOf(machine) });
  const configMap = (name: string, namespace: string) => ({
    ...{ apiVersion: 'v1', kind: 'ConfigMap', data: { what: name } },
    metadata: { name, namespace },
  });
  const health = { healthy: 3, members: 3 };
  const seen = { kubeadmConfig: true, clusterInfo: true, workloads: true, nodes: ['worker1'] };

  it('sees on a control plane what kubeadm init writes last, by its API server, and by etcd without one', async () => {
    const { cluster } = stage();
    const { controlPlane } = cluster;
    // The lab's control plane was not made by kubeadm.
    const without = { ...seen, kubeadmConfig: false, clusterInfo: false };
    expect(await probe(controlPlane)).toMatchObject({ cluster: { source: 'API server', ...without } });
    await cluster.apply([
      configMap('kubeadm-config', 'kube-system'),
      configMap('cluster-info', 'kube-public'),
    ]);
    expect(await probe(controlPlane)).toMatchObject({
      ...{ adminConf: true, caCertificate: true, etcd: { hasData: true, health } },
      cluster: { source: 'API server', ...seen },
    });

    await onMachine(controlPlane, stopApiServer);
    const byEtcd = await probe(controlPlane);
    await onMachine(controlPlane, 'systemctl start kube-apiserver');
    expect(byEtcd).toMatchObject({ etcd: { hasData: true, health }, cluster: { source: 'etcd', ...seen } });
    await allPass(nodes);

    await cluster.kubectl(['--namespace', 'kube-system', 'delete', 'configmap', 'kubeadm-config']);
    await cluster.kubectl(['--namespace', 'kube-public', 'delete', 'configmap', 'cluster-info']);
    await onMachine(controlPlane, stopApiServer);
    const emptied = await probe(controlPlane);
    await onMachine(controlPlane, 'systemctl start kube-apiserver');
    expect(emptied).toMatchObject({ cluster: { source: 'etcd', ...without } });
    await allPass(nodes);
    // The API server's own pod becomes ready again later than it answers.
    await allPass(pods);
  });

  it('sees on a worker that it has joined', async () => {
    expect(await probe(stage().cluster.worker)).toMatchObject({
      ...{ nodeName: 'worker1', config: true, kubeletConf: true, bootstrapKubeletConf: false },
      ...{ adminConf: false, caCertificate: true, clientCertificate: 'present', kubeletIsActive: true },
      ...{ etcd: { hasData: false, health: null }, cluster: null },
    });
  });
});

describe('step 9 on a real Kubernetes', () => {
  it('passes every check', async () => {
    const { cluster, dependencies } = stage();
    const checks = [...(await nodes()), ...(await pods()), ...(await dns())];
    expect(failing(checks)).toEqual([]);
    expect(checks.map(({ check }) => check)).toEqual([
      ...['node-ready', 'node-pressure', 'node-lease', 'node-version'],
      ...['kube-system-pods', 'control-plane-pods', 'coredns-forward', 'coredns-pods'],
      ...['node-local-dns-forward', 'node-local-dns-pods'],
    ]);
    for (const member of cluster.members) {
      const { checks } = await runStep(verifyEtcd(dependencies), {
        host: labAddressOf(member),
        members: names,
      });
      expect(failing(checks)).toEqual([]);
    }
    const ofWorker = await host();
    expect(failing(ofWorker)).toEqual([]);
    // The authority's, and the client's that kubelet got for its bootstrap token.
    expect(ofWorker.find(({ check }) => check === 'certificates')?.is).toMatch(/^2, of which the first/);
  });

  it('reads lists to their end, however many nodes come first', async () => {
    const { cluster } = stage();
    const others = Array.from({ length: 450 }, (_, index) => ({
      ...{ apiVersion: 'coordination.k8s.io/v1', kind: 'Lease' },
      metadata: { name: `another-${index}`, namespace: 'kube-node-lease', labels: { another: 'yes' } },
    }));
    await cluster.apply(others);
    expect(failing(await nodes())).toEqual([]);
    await cluster.kubectl([
      '--namespace',
      'kube-node-lease',
      'delete',
      'leases',
      '--selector',
      'another=yes',
    ]);
  });

  it('fails when CoreDNS forwards elsewhere', async () => {
    const { cluster } = stage();
    await cluster.apply([corednsConfig(['9.9.9.9'])]);
    const checks = await dns();
    await cluster.apply([corednsConfig(upstreamDns)]);
    expect(failing(checks)).toEqual(['coredns-forward: forward . 9.9.9.9']);
    expect(checks[0]).toMatchObject({
      shouldBe: 'forward . 8.8.8.8 1.1.1.1',
      advice: expect.stringContaining('upstream_dns_servers') as string,
    });
    expect(failing(await dns())).toEqual([]);
  });

  it('fails when the node-local cache forwards elsewhere', async () => {
    const { cluster } = stage();
    await cluster.apply([nodeLocalDnsConfig(['9.9.9.9'])]);
    const checks = await dns();
    await cluster.apply([nodeLocalDnsConfig(upstreamDns)]);
    expect(failing(checks)).toEqual(['node-local-dns-forward: forward . 9.9.9.9']);
    expect(failing(await dns())).toEqual([]);
  });

  it('fails when pods of DNS are missing', async () => {
    const { cluster } = stage();
    const inSystem = (...words: string[]) => cluster.kubectl(['--namespace', 'kube-system', ...words]);
    await inSystem('delete', 'daemonset', 'nodelocaldns', '--wait');
    await inSystem('scale', 'deployment', 'coredns', '--replicas=0');
    const wanted = ['coredns-pods: no pod', 'node-local-dns-pods: not running on worker1; none in trouble'];
    const checks = await until(dns, (seen) => failing(seen).join() === wanted.join());
    await cluster.apply(dnsObjects(upstreamDns));
    expect(failing(checks)).toEqual(wanted);
    await allPass(dns);
  });

  it('fails when a pod of kube-system crashes again and again', async () => {
    const { cluster } = stage();
    const container = { name: 'main', image: podImage, imagePullPolicy: 'Never', args: ['fail'] };
    const spec = { containers: [container] };
    await cluster.apply([
      workload('Deployment', 'crashing', 'kube-system', { labels: { app: 'crashing' }, spec }),
    ]);
    const checks = await until(pods, (seen) => failing(seen).join().includes('CrashLoopBackOff'));
    await cluster.kubectl(['--namespace', 'kube-system', 'delete', 'deployment', 'crashing', '--wait']);
    expect(failing(checks).join()).toMatch(
      /^kube-system-pods: crashing-[a-z0-9-]+ \(main: CrashLoopBackOff, last exit code [1-9][0-9]*( \([A-Za-z]+\))?\)$/,
    );
    expect(checks[0]?.advice).toContain('logs <name> --previous');
    await allPass(pods);
  });

  it('fails when a part of the control plane has stopped', async () => {
    const { cluster } = stage();
    await onMachine(cluster.controlPlane, 'systemctl stop kube-scheduler');
    const checks = await until(pods, something);
    await onMachine(cluster.controlPlane, 'systemctl start kube-scheduler');
    expect(failing(checks)).toEqual([
      'kube-system-pods: kube-scheduler-worker1 (kube-scheduler is not ready)',
    ]);
    await allPass(pods);
  });

  it('fails when a part of the control plane is no pod any more, also of one control plane only', async () => {
    const { cluster } = stage();
    const both = await confirm(stage(), 'confirmPods', { controlPlanes: ['worker1', 'node2'] });
    expect(failing(both)).toEqual([
      'control-plane-pods: missing on node2: kube-apiserver, kube-controller-manager, kube-scheduler',
    ]);
    const manifests = '/etc/kubernetes/manifests';
    await onMachine(cluster.worker, `mv ${manifests}/kube-scheduler.yaml /root/`);
    const wanted = ['control-plane-pods: missing on worker1: kube-scheduler'];
    const checks = await until(pods, (seen) => failing(seen).join() === wanted.join());
    await onMachine(cluster.worker, `mv /root/kube-scheduler.yaml ${manifests}/`);
    expect(failing(checks)).toEqual(wanted);
    expect(checks.find(({ passed }) => !passed)?.advice).toContain('/etc/kubernetes/manifests');
    await allPass(pods);
  });

  it('fails when a control plane lacks the label that kubeadm sets last', async () => {
    const { cluster } = stage();
    const label = 'node-role.kubernetes.io/control-plane';
    const asControlPlane = () => confirm(stage(), 'confirmNodes', { controlPlanes: ['worker1'] });
    const [failed, ...others] = (await asControlPlane()).filter(({ passed }) => !passed);
    expect(others).toEqual([]);
    expect(failed).toMatchObject({ check: 'control-plane-label', host: 'worker1', is: `no label ${label}` });
    const [, advised = ''] = /"kubectl (label [^"]+)"/.exec(failed?.advice ?? '') ?? [];
    await cluster.kubectl(advised.split(' '));
    expect(failing(await asControlPlane())).toEqual([]);
    await cluster.kubectl(['label', 'node', 'worker1', `${label}-`]);
  });

  it('fails when a node is cordoned', async () => {
    const { cluster } = stage();
    await cluster.kubectl(['cordon', 'worker1']);
    const checks = await nodes();
    await cluster.kubectl(['uncordon', 'worker1']);
    expect(failing(checks)).toEqual(['node-ready: Ready, but cordoned']);
    expect(checks[0]?.advice).toContain('kubectl uncordon worker1');
  });

  it('fails when kubelet is of another minor release than was asked for', async () => {
    const checks = await confirm(stage(), 'confirmNodes', { kubernetes: '1.99.1' });
    expect(failing(checks)).toEqual([expect.stringMatching(/^node-version: v1\.\d+\.\d+/)]);
    expect(checks.at(-1)).toMatchObject({ check: 'node-version', shouldBe: 'v1.99' });
  });

  it('fails when a node is short of something', async () => {
    const { cluster } = stage();
    // Kubelet puts it right when it next tells of itself, so it may have to be said again.
    const condition = { type: 'DiskPressure', status: 'True', message: 'kubelet has disk pressure' };
    const patch = JSON.stringify({ status: { conditions: [condition] } });
    const checks = await until(async () => {
      await cluster.kubectl(['patch', 'node', 'worker1', '--subresource=status', '--patch', patch]);
      return nodes();
    }, something);
    expect(failing(checks)).toEqual(['node-pressure: DiskPressure: kubelet has disk pressure']);
    await allPass(nodes);
  });

  it('fails when the operator’s certificate is about to expire, while it still opens', async () => {
    const { cluster, dependencies } = stage();
    await shortenAdminCertificate(cluster.controlPlane, 7);
    const { checks } = await runStep(verifyHost(dependencies), {
      host: labAddressOf(cluster.controlPlane),
      ...{ units: ['etcd' as const], kernelParameters: false, certificates: true },
    });
    expect(failing(await nodes())).toEqual([]);
    await onMachine(cluster.controlPlane, 'mv /root/admin.conf.kept /etc/kubernetes/admin.conf');
    expect(failing(checks).join()).toMatch(
      /^certificates: \/etc\/kubernetes\/admin\.conf expires in [67] days/,
    );
    expect(checks.at(-1)?.advice).toContain('kubeadm certs renew all');
  });

  it('has akash-provider scaled to 0, waited for, and scaled back (trap T14)', async () => {
    const { cluster, dependencies } = stage();
    const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'akash-services' } };
    await cluster.apply([namespace, provider]);
    await cluster.waitForPods(podCount + 1);
    const host = labAddressOf(cluster.controlPlane);
    const providerPods = async () =>
      (await podsOf(cluster)).filter(({ name }) => name === 'akash-provider-0');

    const paused = ['akash-services/akash-provider (1 replica)'];
    expect(await runStep(pauseProvider(dependencies), { host })).toMatchObject({
      outcome: 'changed',
      paused,
    });
    expect(await providerPods()).toEqual([]);
    expect(await runStep(pauseProvider(dependencies), { host })).toMatchObject({
      outcome: 'unchanged',
      paused,
    });
    expect(await runStep(resumeProvider(dependencies), { host })).toMatchObject({ outcome: 'changed' });
    await cluster.waitForPods(podCount + 1);
    expect(await providerPods()).toMatchObject([{ ready: true }]);
    expect(await runStep(resumeProvider(dependencies), { host })).toMatchObject({ outcome: 'unchanged' });
    await cluster.kubectl(['delete', 'namespace', 'akash-services', '--wait']);
  });

  it('fails when a node is gone: its lease at once, the node and its pods when the control plane gives it up', async () => {
    const { cluster } = stage();
    await cluster.apply([impatient]);
    await cluster.waitForPods(podCount + 1);
    const before = await podsOf(cluster);
    await onMachine(cluster.worker, 'systemctl stop kubelet');
    const stopped = await host();
    expect(failing(stopped)).toEqual(['unit-kubelet: inactive (dead), enabled']);
    expect(stopped.find(({ passed }) => !passed)?.advice).toContain('systemctl enable --now kubelet');
    // What kubelet last said stands for 40 seconds and more: a Ready node, and pods that are shown as running.
    expect(failing([...(await nodes()), ...(await pods())])).toEqual([]);
    const early = await until(nodes, something);
    expect(failing(early).join()).toMatch(/node-lease: renewed [4-9][0-9] s ago/);
    expect(early.find(({ check }) => check === 'node-lease')?.advice).toContain('journalctl -u kubelet');

    const late = await until(nodes, (seen) => failing(seen).some((one) => one.startsWith('node-ready')));
    expect(failing(late)).toContainEqual(
      expect.stringMatching(/^node-ready: not Ready: Kubelet stopped posting node status/),
    );
    expect(failing(await until(pods, something)).join()).toContain('not ready, though its containers');
    const idsOf = (seen: Awaited<ReturnType<typeof podsOf>>) => seen.map(({ containerId }) => containerId);
    expect(idsOf(await podsOf(cluster))).toEqual(expect.arrayContaining(idsOf(before)));

    // A pod that may be away for a second only, instead of the five minutes that others have, is evicted, and its data with
    // it. Of the only node there is, the control plane thinks the network gone and evicts nothing; with others beside it
    // this would be its own taint.
    await cluster.kubectl([
      'taint',
      'node',
      'worker1',
      'node.kubernetes.io/unreachable:NoExecute',
      '--overwrite',
    ]);
    const look = async () => (await onMachine(cluster.worker, digestOfImpatient)).trim();
    const digest = await look();
    expect(digest).toSatisfy(isDigest);
    const evicted = ['get', 'pods', '-o', 'jsonpath={.items[?(@.metadata.deletionTimestamp)].metadata.name}'];
    expect(
      await until(
        () => cluster.kubectl(evicted),
        (seen) => seen !== '',
      ),
    ).toMatch(/impatient-/);
    await onMachine(cluster.worker, 'systemctl start kubelet');
    const another = await until(look, (seen) => isDigest(seen) && seen !== digest);
    expect(another).toSatisfy(isDigest);
    expect(another).not.toBe(digest);
    await cluster.kubectl(['delete', 'deployment', 'impatient', '--wait']);
    await allPass(nodes);
    await allPass(pods);
  });

  it('says who does not answer when etcd has lost its majority', async () => {
    const { cluster, dependencies } = stage();
    const [first, ...others] = cluster.members;
    for (const member of others) await onMachine(member, 'systemctl stop etcd');
    const checks = await until(nodes, something);
    const ofEtcd = await runStep(verifyEtcd(dependencies), { host: labAddressOf(first), members: names });
    for (const member of others) await onMachine(member, 'systemctl start etcd');
    expect(checks).toMatchObject([{ check: 'kubernetes-api', passed: false }]);
    expect(checks[0]?.is).toMatch(/timed? ?out|timeout|unable|etcdserver/i);
    expect(failing(ofEtcd.checks).join()).toMatch(/etcd-health/);
    await allPass(nodes);
  });

  // The last one, because some pods are started again after it.
  it('fails when containerd is stopped on a node', async () => {
    const { cluster } = stage();
    await onMachine(cluster.worker, 'systemctl stop containerd');
    const checks = await host();
    await onMachine(cluster.worker, 'systemctl start containerd');
    expect(failing(checks)).toEqual(['unit-containerd: inactive (dead), enabled']);
    expect(checks.find(({ passed }) => !passed)?.advice).toContain('journalctl -u containerd');
    await allPass(host);
    await allPass(nodes);
  });
});
