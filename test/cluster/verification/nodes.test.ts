import { describe, expect, it } from 'vitest';
import {
  forwardedTo,
  judgeCoreDnsPods,
  judgeForward as judgeForwardOf,
  judgeNodeLocalPods,
  nodeLocalDnsLabels,
  parseCorefile,
} from '../../../src/cluster/verification/dns.js';
import { judgeNodes } from '../../../src/cluster/verification/nodes.js';
import { parseLeases, parseNodes } from '../../../src/cluster/kubernetes/nodes.js';
import { judgePods } from '../../../src/cluster/verification/pods.js';
import { podTrouble } from '../../../src/cluster/kubernetes/pod-trouble.js';
import { parsePods } from '../../../src/cluster/kubernetes/pods.js';

// Shapes as `kubectl get -o json` prints them, shortened to what kubelet and kubeadm always set.
const now = Date.parse('2026-11-22T14:00:30Z');

const condition = (type: string, status: string, message = '') => ({
  type,
  status,
  message,
  reason: 'Kubelet',
  lastHeartbeatTime: '2026-11-22T14:00:00Z',
  lastTransitionTime: '2026-11-22T13:00:00Z',
});
const node = (
  name: string,
  {
    ready = 'True',
    disk = 'False',
    version = 'v1.28.6',
    unschedulable = false,
    labels = {},
  }: { ready?: string; disk?: string; version?: string; unschedulable?: boolean; labels?: object } = {},
) => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name, labels: { 'kubernetes.io/hostname': name, ...labels }, uid: 'u' },
  spec: { podCIDR: '10.233.64.0/24', ...(unschedulable && { unschedulable }) },
  status: {
    addresses: [{ type: 'InternalIP', address: '10.0.10.136' }],
    conditions: [
      condition('NetworkUnavailable', 'False', 'Calico is running on this node'),
      condition('MemoryPressure', 'False', 'kubelet has sufficient memory available'),
      condition('DiskPressure', disk, disk === 'True' ? 'kubelet has disk pressure' : ''),
      condition('PIDPressure', 'False'),
      condition('Ready', ready, ready === 'True' ? 'kubelet is posting ready status' : 'PLEG is not healthy'),
    ],
    nodeInfo: { kubeletVersion: version, containerRuntimeVersion: 'containerd://1.7.11' },
  },
});
const lease = (name: string, renewTime?: string) => ({
  apiVersion: 'coordination.k8s.io/v1',
  kind: 'Lease',
  metadata: { name, namespace: 'kube-node-lease' },
  spec: { holderIdentity: name, leaseDurationSeconds: 40, ...(renewTime && { renewTime }) },
});
const list = (items: readonly unknown[]) => JSON.stringify({ apiVersion: 'v1', kind: 'List', items });
const failing = (checks: readonly { check: string; host: string; passed: boolean }[]) =>
  checks.filter(({ passed }) => !passed).map(({ check, host }) => `${check} ${host}`);

describe('nodes', () => {
  const judge = (
    nodes: readonly unknown[],
    leases = [lease('node1', '2026-11-22T14:00:25.123456Z')],
    kubernetes: string | null = '1.28.6',
  ) =>
    judgeNodes(
      { names: ['node1'], controlPlanes: [], kubernetes },
      { nodes: parseNodes(list(nodes)), leases: parseLeases(list(leases)), now },
    );

  it('are confirmed when ready, with a fresh lease, room, and the release’s version', () => {
    const checks = judge([node('node1'), node('stranger', { ready: 'False' })]);
    expect(failing(checks)).toEqual([]);
    expect(checks.map(({ check }) => check)).toEqual([
      'node-ready',
      'node-pressure',
      'node-lease',
      'node-version',
    ]);
  });

  it('fail when missing', () => {
    expect(failing(judge([node('other')]))).toEqual(['node-ready node1']);
  });

  it.each(['False', 'Unknown'])('fail when Ready is %s', (ready) => {
    expect(judge([node('node1', { ready })])[0]).toMatchObject({
      check: 'node-ready',
      passed: false,
      is: 'not Ready: PLEG is not healthy',
    });
  });

  it('fail when cordoned', () => {
    const [check] = judge([node('node1', { unschedulable: true })]);
    expect(check).toMatchObject({ passed: false, is: 'Ready, but cordoned' });
    expect(check?.advice).toContain('kubectl uncordon node1');
  });

  it('fail under pressure', () => {
    expect(failing(judge([node('node1', { disk: 'True' })]))).toEqual(['node-pressure node1']);
  });

  it('fail when Ready is stale: the lease is old, missing, or was never renewed', () => {
    const old = [lease('node1', '2026-11-22T13:59:00.000000Z')];
    expect(judge([node('node1')], old).find(({ check }) => check === 'node-lease')).toMatchObject({
      passed: false,
      is: 'renewed 90 s ago',
    });
    expect(failing(judge([node('node1')], []))).toEqual(['node-lease node1']);
    expect(failing(judge([node('node1')], [lease('node1')]))).toEqual(['node-lease node1']);
  });

  it('may settle when they are not ready yet, and not when they are cordoned or of another version', () => {
    const settles = (...nodes: readonly unknown[]) =>
      judge(nodes).flatMap(({ check, settles: may }) => (may === true ? [check] : []));
    expect(settles(node('node1', { ready: 'False' }))).toEqual(['node-ready']);
    expect(settles(node('other'))).toEqual(['node-ready']);
    expect(settles(node('node1', { unschedulable: true, version: 'v1.27.6' }))).toEqual([]);
  });

  it('may have another patch release, not another minor one', () => {
    expect(failing(judge([node('node1', { version: 'v1.28.15' })]))).toEqual([]);
    expect(failing(judge([node('node1', { version: 'v1.27.6' })]))).toEqual(['node-version node1']);
  });

  it('must all have the same minor release where it is not known which', () => {
    const versions = (...others: string[]) =>
      judge(
        [node('node1', { version: 'v1.36.2' }), ...others.map((version) => node('b', { version }))],
        undefined,
        null,
      );
    expect(failing(versions('v1.36.0'))).toEqual([]);
    expect(versions('v1.9.0', 'v1.37.0').at(-1)).toMatchObject({ passed: false, shouldBe: 'v1.37' });
  });
});

describe('the label of control planes', () => {
  const label = { 'node-role.kubernetes.io/control-plane': '' };
  const judge = (nodes: readonly unknown[]) =>
    judgeNodes(
      { names: ['node1', 'node2', 'node3'], controlPlanes: ['node1', 'node2'], kubernetes: null },
      { nodes: parseNodes(list(nodes)), leases: [], now },
    ).filter(({ check }) => check === 'control-plane-label');

  it('is asked of control planes that are nodes, and of no worker', () => {
    const checks = judge([node('node1', { labels: label }), node('node2', { labels: label }), node('node3')]);
    expect(checks.map(({ host, passed }) => [host, passed])).toEqual([
      ['node1', true],
      ['node2', true],
    ]);
    expect(judge([node('node1', { labels: label })])).toHaveLength(1);
  });

  it('fails where kubeadm was cut off before it, with the words that set it', () => {
    const [first, second] = judge([node('node1', { labels: label }), node('node2')]);
    expect(first?.passed).toBe(true);
    expect(second).toMatchObject({
      host: 'node2',
      passed: false,
      is: 'no label node-role.kubernetes.io/control-plane',
    });
    expect(second?.advice).toContain('kubectl label node node2 node-role.kubernetes.io/control-plane=');
    expect(second?.advice).toContain(
      'kubectl taint node node2 node-role.kubernetes.io/control-plane:NoSchedule',
    );
  });
});

interface PodOptions {
  readonly phase?: string;
  readonly reason?: string;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly ready?: boolean;
  readonly restarts?: number;
  readonly state?: object;
  readonly labels?: Readonly<Record<string, string>>;
  readonly nodeName?: string;
  readonly deletionTimestamp?: string;
  readonly conditions?: readonly object[];
  readonly lastState?: object;
  readonly initContainers?: readonly object[];
}
const pod = (
  name: string,
  {
    phase = 'Running',
    reason,
    annotations = {},
    ready = true,
    restarts = 0,
    state = { running: { startedAt: '2026-11-22T13:00:00Z' } },
    labels = {},
    nodeName = 'node1',
    deletionTimestamp,
    conditions,
    lastState = {},
    initContainers,
  }: PodOptions = {},
) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    ...{ name, namespace: 'kube-system', labels, annotations },
    ...(deletionTimestamp && { deletionTimestamp }),
  },
  spec: { nodeName, containers: [{ name: 'main' }] },
  status: {
    phase,
    ...(reason && { reason }),
    ...(conditions && { conditions }),
    ...(initContainers && { initContainerStatuses: initContainers }),
    containerStatuses: [
      { name: 'main', ready, restartCount: restarts, state, lastState, containerID: 'containerd://1' },
    ],
  },
});
const one = (...input: Parameters<typeof pod>) => parsePods(list([pod(...input)]))[0];
const trouble = (...input: Parameters<typeof pod>) => {
  const parsed = one(...input);
  return parsed && podTrouble(parsed, now);
};

describe('a pod', () => {
  it('is well when running and ready, also long after a restart, or when completed', () => {
    expect(trouble('a')).toBeNull();
    expect(trouble('a', { restarts: 1 })).toBeNull();
    expect(
      trouble('a', { phase: 'Succeeded', ready: false, state: { terminated: { reason: 'Completed' } } }),
    ).toBeNull();
  });

  const kubeletEnds = ['Terminated', 'NodeShutdown', 'Evicted', 'Preempting'];

  it.each(kubeletEnds)(
    'is no trouble when kubelet has ended it for its node (%s): others follow it',
    (reason) => {
      const ended = { phase: 'Failed', ready: false, state: { terminated: { exitCode: 137 } }, reason };
      expect(trouble('coredns-a', ended)).toBeNull();
      expect(trouble('coredns-a', { ...ended, deletionTimestamp: '2026-11-22T14:00:00Z' })).toBeNull();
    },
  );

  it('is in trouble when kubelet has ended a static pod, which comes back under the same name', () => {
    const annotations = { 'kubernetes.io/config.mirror': '5d3f' };
    expect(trouble('kube-apiserver-node1', { phase: 'Failed', reason: 'Terminated', annotations })).toBe(
      'Terminated',
    );
  });

  it('is in trouble when kubelet does not take it', () => {
    expect(trouble('a', { phase: 'Failed', reason: 'UnexpectedAdmissionError' })).toBe(
      'UnexpectedAdmissionError',
    );
  });

  it('is in trouble otherwise', () => {
    expect(trouble('a', { ready: false, state: { waiting: { reason: 'CrashLoopBackOff' } } })).toBe(
      'main: CrashLoopBackOff',
    );
    expect(trouble('a', { ready: false })).toBe('main is not ready');
    expect(trouble('a', { phase: 'Failed', state: { terminated: { exitCode: 1 } } })).toBe('Failed');
    expect(trouble('a', { deletionTimestamp: '2026-11-22T14:00:00Z' })).toBe('being deleted');
    expect(trouble('a', { restarts: 7, state: { running: { startedAt: '2026-11-22T14:00:10Z' } } })).toBe(
      'main was restarted a moment ago, 7 times so far',
    );
  });

  describe('with init containers', () => {
    const initializing = { ready: false, state: { waiting: { reason: 'PodInitializing' } } };
    const init = (name: string, state: object, over: object = {}) => ({
      ...{ name, ready: false, restartCount: 0, state, lastState: {}, ...over },
    });
    const done = init('upgrade-ipam', { terminated: { exitCode: 0, reason: 'Completed' } }, { ready: true });
    const crashed = { exitCode: 1, reason: 'Error', message: 'FATAL\nno such file: /host/opt/cni/bin\n' };
    const withInit = (...initContainers: object[]) =>
      trouble('calico-node-x', { phase: 'Pending', ...initializing, initContainers });

    it('is in trouble by the one that crashes, with its last words', () => {
      const waiting = { reason: 'CrashLoopBackOff', message: 'back-off 5m0s restarting failed container' };
      const lastState = { terminated: crashed };
      const waits = init('mount-bpffs', { waiting: { reason: 'PodInitializing' } });
      expect(withInit(done, init('install-cni', { waiting }, { restartCount: 6, lastState }), waits)).toBe(
        'init container install-cni: CrashLoopBackOff, last exit code 1 (Error): FATAL no such file: /host/opt/cni/bin',
      );
      expect(withInit(init('install-cni', { terminated: crashed }))).toBe(
        'init container install-cni, last exit code 1 (Error): FATAL no such file: /host/opt/cni/bin',
      );
    });

    it('is in trouble while one does its work', () => {
      expect(withInit(done, init('install-cni', { running: {} }))).toBe(
        'init container install-cni is still running',
      );
      expect(withInit(done)).toBe('main: PodInitializing');
    });

    it('is well when they are done, or run beside the others for good', () => {
      const sidecar = init('log', { running: {} }, { ready: true });
      expect(trouble('a', { initContainers: [done, sidecar] })).toBeNull();
    });
  });

  it('tells how a container has ended, and what a waiting one waits for', () => {
    const killed = { terminated: { exitCode: 137, reason: 'OOMKilled' } };
    const looping = { ready: false, state: { waiting: { reason: 'CrashLoopBackOff', message: 'back-off' } } };
    expect(trouble('a', { ...looping, lastState: killed })).toBe(
      'main: CrashLoopBackOff, last exit code 137 (OOMKilled)',
    );
    expect(trouble('a', { ready: false, state: killed })).toBe(
      'main is not ready, last exit code 137 (OOMKilled)',
    );
    const startedAt = '2026-11-22T14:00:10Z';
    expect(trouble('a', { restarts: 7, state: { running: { startedAt } }, lastState: killed })).toBe(
      'main was restarted a moment ago, 7 times so far, last exit code 137 (OOMKilled)',
    );
    const message = 'secret "token" not found';
    const waiting = { reason: 'CreateContainerConfigError', message };
    expect(trouble('a', { ready: false, state: { waiting } })).toBe(
      'main: CreateContainerConfigError: secret "token" not found',
    );
    const long = { waiting: { reason: 'ErrImagePull', message: `${'x'.repeat(500)} denied` } };
    expect(trouble('a', { ready: false, state: long })).toMatch(/^main: ErrImagePull: …x{153} denied$/);
  });

  it('is in trouble when its node no longer answers, whatever its containers are shown as', () => {
    const conditions = [
      { type: 'PodScheduled', status: 'True' },
      { type: 'Ready', status: 'False' },
    ];
    expect(trouble('a', { conditions })).toBe('not ready, though its containers were last seen running');
    expect(trouble('a', { conditions: [{ type: 'Ready', status: 'True' }] })).toBeNull();
  });

  it('is in trouble while no node has been found for it', () => {
    const pending = parsePods(list([{ metadata: { name: 'a' }, spec: {}, status: { phase: 'Pending' } }]))[0];
    expect(pending && podTrouble(pending, now)).toBe('Pending');
  });

  describe('for which the scheduler finds no node', () => {
    const operator = { 'io.cilium/app': 'operator', name: 'cilium-operator' };
    const taken = "1 node(s) didn't match pod anti-affinity rules";
    const unscheduled = (message: string, labels: Readonly<Record<string, string>> = operator) => {
      const conditions = [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message }];
      const metadata = { name: 'a', labels };
      return parsePods(list([{ metadata, spec: {}, status: { phase: 'Pending', conditions } }]));
    };
    const troubleOf = (...given: Parameters<typeof unscheduled>) =>
      unscheduled(...given).map((pending) => podTrouble(pending, now))[0];

    it('is in trouble, with the scheduler’s words from their beginning', () => {
      const full = '0/1 nodes are available: 1 Insufficient cpu. preemption: 0/1 nodes are available: ';
      expect(troubleOf(`${full}${'x'.repeat(500)}`)).toMatch(
        /^Pending: 0\/1 nodes are available: 1 Insufficient cpu\. preemption: .{90,130}x…$/,
      );
      expect(troubleOf(`0/2 nodes are available: ${taken}, 1 Insufficient memory.`)).toContain(
        'Insufficient memory',
      );
    });

    it.each([
      `0/1 nodes are available: ${taken}. preemption: 0/1 nodes are available: 1 No preemption victims found for incoming pod.`,
      `0/1 nodes are available: ${taken}. no new claims to deallocate, preemption: 0/1 nodes are available.`,
      `0/3 nodes are available: ${taken}, 1 node(s) were unschedulable, 1 node(s) had untolerated taint {nvidia.com/gpu: }. preemption: x.`,
    ])('is no trouble when every node that takes such a pod has one of them: %s', (message) => {
      expect(troubleOf(message)).toBeNull();
      expect(troubleOf(message, { 'k8s-app': 'kube-dns' })).toBeNull();
      // Of others it is not known that it is their own kind that they keep away from.
      expect(troubleOf(message, { app: 'other' })).toContain('anti-affinity');
    });

    it('is in trouble when no node has one of them', () => {
      const tainted = '0/1 nodes are available: 1 node(s) had untolerated taint {a: b}.';
      expect(troubleOf(tainted, { 'k8s-app': 'kube-dns' })).toContain('untolerated taint');
    });

    it('is no reason to call CoreDNS broken that runs elsewhere', () => {
      const [surplus] = unscheduled(`0/1 nodes are available: ${taken}.`, { 'k8s-app': 'kube-dns' });
      const running = parsePods(list([pod('coredns-a')]));
      const judge = (pods: typeof running) => judgeCoreDnsPods('kube-dns', { host: 'node1', pods, now });
      expect(judge([...running, ...(surplus ? [surplus] : [])])).toMatchObject({
        ...{ passed: true, is: '1 running' },
      });
      expect(judge(surplus ? [surplus] : [])).toMatchObject({ passed: false, is: '0 running' });
    });
  });
});

describe('the pods of kube-system', () => {
  const components = ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler'];
  const partsOn = (nodeName: string, names = components) =>
    names.map((component) =>
      pod(`${component}-${nodeName}`, { labels: { component, tier: 'control-plane' }, nodeName }),
    );
  const judge = (pods: readonly unknown[], controlPlanes = ['node1']) =>
    judgePods({ host: 'node1', controlPlanes, pods: parsePods(list(pods)), now });

  it('are confirmed when all are well and the control plane is there', () => {
    expect(failing(judge([...partsOn('node1'), pod('calico-node-x')]))).toEqual([]);
  });

  it('fail with the names of those in trouble', () => {
    expect(judge([...partsOn('node1'), pod('calico-node-x', { ready: false })])[0]).toMatchObject({
      check: 'kube-system-pods',
      passed: false,
      is: 'calico-node-x (main is not ready)',
    });
  });

  it('may settle while pods start, not for the sake of those that have failed for good', () => {
    const settles = (options: PodOptions) => judge([...partsOn('node1'), pod('a', options)])[0]?.settles;
    expect(settles({ ready: false })).toBe(true);
    expect(settles({ phase: 'Failed' })).toBe(false);
    const annotations = { 'kubernetes.io/config.mirror': '5d3f' };
    expect(settles({ phase: 'Failed', reason: 'Terminated', annotations })).toBe(true);
  });

  it('are confirmed beside what a restart of a node has left', () => {
    const left = pod('coredns-a', { phase: 'Failed', reason: 'Terminated', ready: false });
    const checks = judge([...partsOn('node1'), pod('coredns-b'), left]);
    expect(failing(checks)).toEqual([]);
    expect(checks[0]?.is).toBe('5 pods, none in trouble');
  });

  it('fail when a part of the control plane is missing, or everything', () => {
    expect(failing(judge(partsOn('node1').slice(1)))).toEqual(['control-plane-pods node1']);
    expect(failing(judge([]))).toEqual(['kube-system-pods node1', 'control-plane-pods node1']);
  });

  it('fail when one of three control planes lacks a part that the others have', () => {
    const three = ['node1', 'node2', 'node3'];
    const without = (node: string, part: string) =>
      partsOn(node, node === 'node3' ? components.filter((name) => name !== part) : components);
    const pods = (part: string) => three.flatMap((node) => without(node, part));
    expect(failing(judge(pods('none'), three))).toEqual([]);
    const [failed] = judge(pods('kube-apiserver'), three).filter(({ passed }) => !passed);
    expect(failed).toMatchObject({
      check: 'control-plane-pods',
      host: 'node3',
      is: 'missing on node3: kube-apiserver',
    });
    expect(failed?.advice).toContain('on node3');
    expect(failing(judge(partsOn('node1'), three))).toEqual([
      'control-plane-pods node2',
      'control-plane-pods node3',
    ]);
  });
});

/** As Kubespray writes it. */
const corefile = `.:53 {
    errors {
    }
    health {
        lameduck 5s
    }
    ready
    kubernetes cluster.local in-addr.arpa ip6.arpa {
      pods insecure
      fallthrough in-addr.arpa ip6.arpa
    }
    prometheus :9153
    forward . 8.8.8.8 1.1.1.1 {
      prefer_udp
      max_concurrent 1000
    }
    cache 30
    loop
    reload
    loadbalance
}
`;

describe('DNS', () => {
  const judgeForward = (host: string, corefile: string, upstream: readonly string[]) => [
    judgeForwardOf('coredns', { host, corefile, upstream }),
  ];
  const configMap = JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', data: { Corefile: corefile } });

  it('forwards to the upstream servers of the specification', () => {
    expect(parseCorefile(configMap)).toBe(corefile);
    expect(forwardedTo(corefile)).toEqual(['8.8.8.8', '1.1.1.1']);
    expect(failing(judgeForward('node1', corefile, ['1.1.1.1', '8.8.8.8']))).toEqual([]);
  });

  it('fails when one of them is missing, or resolv.conf stands instead', () => {
    expect(failing(judgeForward('node1', corefile, ['8.8.8.8', '9.9.9.9']))).toEqual([
      'coredns-forward node1',
    ]);
    const standard = corefile.replace('8.8.8.8 1.1.1.1', '/etc/resolv.conf');
    expect(judgeForward('node1', standard, ['8.8.8.8'])[0]).toMatchObject({
      passed: false,
      is: 'forward . /etc/resolv.conf',
    });
    expect(failing(judgeForward('node1', '', ['8.8.8.8']))).toEqual(['coredns-forward node1']);
  });

  it('does not take a longer address for the one that is meant', () => {
    expect(failing(judgeForward('node1', corefile.replace('8.8.8.8', '8.8.8.88'), ['8.8.8.8']))).toEqual([
      'coredns-forward node1',
    ]);
  });

  it('accepts ports and IPv6', () => {
    const other = '.:53 {\n  forward . 8.8.8.8:53 [2001:4860:4860::8888]:53\n}\n';
    expect(failing(judgeForward('node1', other, ['8.8.8.8', '2001:4860:4860::8888']))).toEqual([]);
  });

  it('fails for a server too many', () => {
    expect(failing(judgeForward('node1', corefile, ['8.8.8.8']))).toEqual(['coredns-forward node1']);
    const other = corefile.replace('1.1.1.1', '1.1.1.1:5353');
    expect(failing(judgeForward('node1', other, ['8.8.8.8', '1.1.1.1']))).toEqual(['coredns-forward node1']);
  });

  it('leaves the servers of other zones out, as Kubespray’s coredns_external_zones', () => {
    const zones = `example.com example.io:1053 {
        log
        errors {
        }
        rewrite name regex (.*)\\.old "{1} }"
        forward . 9.9.9.9
    }
`;
    const rest = 'in-addr.arpa:53 {\n  forward . 10.0.0.1\n}\n';
    const commented = corefile.replace('ready', 'ready # }\n    # forward . 4.4.4.4');
    expect(forwardedTo(zones + commented + rest)).toEqual(['8.8.8.8', '1.1.1.1']);
    expect(failing(judgeForward('node1', zones, ['9.9.9.9']))).toEqual(['coredns-forward node1']);
    expect(forwardedTo(corefile.replace('.:53 {', '.:1053 {'))).toEqual(['8.8.8.8', '1.1.1.1']);
  });

  it('is forwarded by the node-local cache to the same servers, beside what it asks CoreDNS', () => {
    const zone = (name: string, servers: string) => `${name} {
    errors
    cache 30
    reload
    loop
    bind 169.254.25.10
    forward . ${servers}
    prometheus {$MY_HOST_IP}:9253
}
`;
    const ofCluster = zone('cluster.local:53', '10.233.0.3 {\n        force_tcp\n    }');
    const judge = (servers: string) =>
      judgeForwardOf('nodelocaldns', {
        ...{ host: 'node1', upstream: ['8.8.8.8', '1.1.1.1'] },
        corefile: ofCluster + zone('in-addr.arpa:53', '10.233.0.3') + zone('.:53', servers),
      });
    expect(judge('8.8.8.8 1.1.1.1').passed).toBe(true);
    expect(judge('8.8.8.8 1.1.1.1 {\n          max_concurrent 1000\n        }').passed).toBe(true);
    expect(judge('/etc/resolv.conf')).toMatchObject({
      ...{ check: 'node-local-dns-forward', passed: false, is: 'forward . /etc/resolv.conf' },
    });
  });

  it('runs its pods', () => {
    const judge = (pods: readonly unknown[]) =>
      judgeCoreDnsPods('kube-dns', { host: 'node1', pods: parsePods(list(pods)), now });
    expect(judge([pod('coredns-a')]).passed).toBe(true);
    expect(judge([])).toMatchObject({ check: 'coredns-pods', passed: false, is: 'no pod' });
    expect(judge([pod('a'), pod('b', { ready: false })])).toMatchObject({
      passed: false,
      is: 'b (main is not ready), 1 running',
    });
  });

  it('runs its pods beside those that a restart of a node has ended, but not without others', () => {
    const left = pod('coredns-a', { phase: 'Failed', reason: 'Terminated', ready: false });
    const completed = pod('coredns-b', { phase: 'Succeeded', ready: false });
    const judge = (pods: readonly unknown[]) =>
      judgeCoreDnsPods('kube-dns', { host: 'node1', pods: parsePods(list(pods)), now });
    expect(judge([left, completed, pod('coredns-c')])).toMatchObject({ passed: true, is: '1 running' });
    expect(judge([left, completed])).toMatchObject({ passed: false, is: '0 running', settles: true });
    const rejected = pod('coredns-d', { phase: 'Failed', reason: 'NodeAffinity', ready: false });
    expect(judge([rejected, pod('coredns-c')])).toMatchObject({ passed: false, settles: false });
  });

  it('runs the node-local cache on every node', () => {
    const pods = parsePods(list([pod('n-a', { nodeName: 'node1' }), pod('n-b', { nodeName: 'node2' })]));
    const judge = (seen: typeof pods) =>
      judgeNodeLocalPods(['node1', 'node2'], { host: 'node1', pods: seen, now });
    expect(judge(pods).passed).toBe(true);
    expect(judge(pods.slice(0, 1))).toMatchObject({
      check: 'node-local-dns-pods',
      passed: false,
      is: 'not running on node2; none in trouble',
    });
  });

  it('knows both labels of the node-local cache (trap T17)', () => {
    expect(nodeLocalDnsLabels('node-local-dns')).toEqual(['node-local-dns', 'nodelocaldns']);
    expect(nodeLocalDnsLabels('nodelocaldns')).toEqual(['nodelocaldns']);
  });
});
