import { MockActivityEnvironment } from '@temporalio/testing';
import { describe, expect, it } from 'vitest';
import { confirmDns } from '../../../src/activities/step-09-confirm/confirm-dns.js';
import { confirmNodes } from '../../../src/activities/step-09-confirm/confirm-nodes.js';
import { confirmPods } from '../../../src/activities/step-09-confirm/confirm-pods.js';
import type { VerificationResult, VerifyKubernetesInput } from '../../../src/protocol/step-inputs.js';
import { FakeHost } from '../../fakes/fake-host.js';
import { FakeHostPool } from '../../fakes/fake-host-pool.js';

const input: VerifyKubernetesInput = {
  host: { kind: 'local', name: 'node1', cluster: 'akash' },
  nodes: ['node1'],
  release: 'v2.24.1',
  upstreamDns: ['8.8.8.8'],
};
const list = (...items: readonly unknown[]) => JSON.stringify({ items });
const pod = (name: string, labels: Record<string, string>) => ({
  metadata: { name, labels },
  spec: { nodeName: 'node1' },
  status: {
    phase: 'Running',
    containerStatuses: [{ name, ready: true, restartCount: 0, state: { running: {} } }],
  },
});

/** A control plane whose clock stands at 2026-11-22T14:00:30Z. */
function controlPlane(): FakeHost {
  return new FakeHost('node1')
    .when(/v1\/nodes\?/, list({ metadata: { name: 'node1', labels }, status: nodeStatus }))
    .when(
      /leases\?/,
      list({ metadata: { name: 'node1' }, spec: { renewTime: '2026-11-22T14:00:20.000000Z' } }),
    )
    .when(
      /pods\?/,
      list(
        ...['kube-apiserver', 'kube-controller-manager', 'kube-scheduler'].map((component) =>
          pod(component, { component }),
        ),
      ),
    )
    .when(/labelSelector/, list(pod('dns', {})))
    .when(
      /get configmap (coredns|nodelocaldns)/,
      JSON.stringify({ data: { Corefile: '.:53 {\n    forward . 8.8.8.8\n}\n' } }),
    )
    .when(/^date \+%s$/, String(Date.parse('2026-11-22T14:00:30Z') / 1000));
}
const labels = { 'node-role.kubernetes.io/control-plane': '' };
const nodeStatus = {
  conditions: [{ type: 'Ready', status: 'True' }],
  nodeInfo: { kubeletVersion: 'v1.28.6' },
};

const steps = { confirmNodes, confirmPods, confirmDns };
const confirm = (step: keyof typeof steps, host: FakeHost, about = input): Promise<VerificationResult> =>
  new MockActivityEnvironment().run(steps[step]({ hosts: new FakeHostPool([host]) }), about);
const failing = ({ checks }: VerificationResult) =>
  checks.filter(({ passed }) => !passed).map(({ check }) => check);

describe.each(['confirmNodes', 'confirmPods', 'confirmDns'] as const)('%s', (step) => {
  it('passes on a healthy cluster, asked with the operator’s access', async () => {
    const host = controlPlane();
    const result = await confirm(step, host);
    expect(result.checks.length).toBeGreaterThan(1);
    expect(failing(result)).toEqual([]);
    expect(
      host.scripts(/kubectl/).every((text) => text.includes('KUBECONFIG=/etc/kubernetes/admin.conf')),
    ).toBe(true);
  });

  it.each([
    [{ exitCode: 97 }, 'kubectl is not installed'],
    [{ exitCode: 98 }, 'there is no /etc/kubernetes/admin.conf'],
    [
      {
        exitCode: 1,
        stderr: 'E1122 memcache.go:265\nThe connection to the server 10.0.0.1:6443 was refused',
      },
      'The connection to the server 10.0.0.1:6443 was refused',
    ],
  ])('fails the one check kubernetes-api where nobody answers: %o', async (answer, is) => {
    const { checks } = await confirm(step, controlPlane().when(/kubectl/, answer));
    expect(checks).toMatchObject([{ check: 'kubernetes-api', host: 'node1', passed: false, is }]);
  });
});

const coreDns = ['coredns-forward', 'coredns-pods'];
const nodeLocalDns = ['node-local-dns-forward', 'node-local-dns-pods'];

describe('what the steps ask', () => {
  it.each([
    ['1.28.9', []],
    ['1.29.1', ['node-version']],
    [null, []],
  ])(
    'wants kubelets of version %s where it was asked for instead of the release’s',
    async (kubernetes, failed) => {
      expect(failing(await confirm('confirmNodes', controlPlane(), { ...input, kubernetes }))).toEqual(
        failed,
      );
    },
  );

  it.each<[VerifyKubernetesInput['controlPlanes'], readonly string[]]>([
    [['node1'], []],
    [undefined, []],
    [['node1', 'node2'], ['control-plane-pods node2']],
  ])(
    'wants a whole control plane on each of %j, by default on the one that is asked',
    async (controlPlanes, failed) => {
      const { checks } = await confirm('confirmPods', controlPlane(), {
        ...input,
        ...(controlPlanes && { controlPlanes }),
      });
      expect(checks.filter(({ passed }) => !passed).map(({ check, host }) => `${check} ${host}`)).toEqual(
        failed,
      );
    },
  );

  it.each<[VerifyKubernetesInput['controlPlanes'], readonly string[]]>([
    [['node1'], ['control-plane-label']],
    [undefined, ['control-plane-label']],
    [['node2'], []],
  ])('wants the label of a control plane on %j', async (controlPlanes, failed) => {
    const unlabelled = list({ metadata: { name: 'node1' }, status: nodeStatus });
    const asked = { ...input, ...(controlPlanes && { controlPlanes }) };
    const result = await confirm('confirmNodes', controlPlane().when(/v1\/nodes\?/, unlabelled), asked);
    expect(failing(result)).toEqual(failed);
  });

  it.each<[Partial<VerifyKubernetesInput>, readonly string[]]>([
    [{}, [...coreDns, ...nodeLocalDns]],
    [{ upstreamDns: null }, ['coredns-pods', 'node-local-dns-pods']],
    [{ nodeLocalDns: false }, coreDns],
    [{ coreDns: [] }, nodeLocalDns],
    [{ coreDns: ['kube-dns', 'kube-dns-secondary'] }, [...coreDns, 'coredns-pods', ...nodeLocalDns]],
  ])('looks for the DNS that was asked for: %j', async (asked, checks) => {
    const result = await confirm('confirmDns', controlPlane(), { ...input, ...asked });
    expect(result.checks.map(({ check }) => check)).toEqual(checks);
  });

  it('wants the node-local cache to forward to the same servers, because names outside are asked of it', async () => {
    const data = {
      Corefile: 'cluster.local:53 {\n    forward . 10.233.0.3\n}\n.:53 {\n    forward . 9.9.9.9\n}\n',
    };
    const host = controlPlane().when(/configmap nodelocaldns/, JSON.stringify({ data }));
    const { checks } = await confirm('confirmDns', host);
    const failed = checks.filter(({ passed }) => !passed);
    expect(failed).toMatchObject([
      { check: 'node-local-dns-forward', is: 'forward . 9.9.9.9', shouldBe: 'forward . 8.8.8.8' },
    ]);
    expect(failed[0]?.advice).toContain('config map nodelocaldns');
  });

  it('takes a missing config map for a Corefile that forwards nothing', async () => {
    const answer = { exitCode: 1, stderr: 'Error from server (NotFound): configmaps "coredns" not found' };
    const result = await confirm('confirmDns', controlPlane().when(/configmap coredns/, answer));
    expect(failing(result)).toEqual(['coredns-forward']);
  });

  it('looks for the node-local cache by both labels', async () => {
    const host = controlPlane();
    await confirm('confirmDns', host);
    const [query = ''] = /\?\S+(?=')/.exec(host.scripts(/node-local-dns/)[0] ?? '') ?? [];
    expect(new URLSearchParams(query).get('labelSelector')).toBe('k8s-app in (node-local-dns,nodelocaldns)');
  });

  it('reads a list to its end, page by page', async () => {
    const names = ['node1', 'node2', 'node3'];
    const page = (index: number) =>
      JSON.stringify({
        metadata: index < 2 ? { continue: `after/${names[index]}+` } : {},
        items: [{ metadata: { name: names[index], labels }, status: nodeStatus }],
      });
    const lease = (name: string) => ({
      metadata: { name },
      spec: { renewTime: '2026-11-22T14:00:20.000000Z' },
    });
    const host = controlPlane()
      .when(/leases\?/, list(...names.map(lease)))
      .when(/v1\/nodes\?limit=200/, page(0))
      .when(/continue=after%2Fnode1%2B/, page(1))
      .when(/continue=after%2Fnode2%2B/, page(2));
    const { checks } = await confirm('confirmNodes', host, { ...input, nodes: names });
    expect(failing({ checks })).toEqual([]);
    expect(new Set(checks.map((check) => check.host))).toEqual(new Set(names));
  });
});
