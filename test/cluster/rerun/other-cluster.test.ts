import { describe, expect, it } from 'vitest';
import type { KubeletIdentity } from '../../../src/cluster/facts/kubelet-identity.js';
import type { NodeProbe } from '../../../src/cluster/rerun/kubeadm-probe.js';
import { makePlan } from '../../../src/cluster/plan/make-plan.js';
import { preflight } from '../../../src/cluster/preflight/preflight.js';
import { judgeBeforeRerun } from '../../../src/cluster/rerun/rerun.js';
import { roleOf } from '../../../src/cluster/rerun/whole-cluster.js';
import { membersOf } from '../../../src/cluster/specification/members.js';
import type { SpecificationInput } from '../../../src/cluster/specification/specification.js';
import { aProbe, aSpecification, someFacts, someSystem } from '../../support/builders.js';

const [ours, theirs] = ['a'.repeat(64), 'b'.repeat(64)] as const;

/** One host: what its kubelet is, whether it runs; null where nothing of Kubernetes is on it. */
type Host = (Partial<KubeletIdentity> & { readonly stopped?: boolean }) | null | undefined;

interface Scene {
  /** Control planes by name, in the inventory's order; undefined where the host was not looked at. */
  readonly controlPlanes: Readonly<Record<string, Host>>;
  readonly workers?: Readonly<Record<string, Host>>;
  readonly variables?: NonNullable<SpecificationInput['kubespray']>['variables'];
  readonly overrides?: SpecificationInput['overrides'];
}

const hostsOf = ({ controlPlanes, workers = {} }: Scene) => ({ ...controlPlanes, ...workers });

function specificationOf(scene: Scene) {
  const { controlPlanes, variables = {}, overrides = [] } = scene;
  return aSpecification({
    hosts: Object.keys(hostsOf(scene)).map((name, index) => ({
      name,
      address: `10.0.0.${index + 1}`,
      roles: name in controlPlanes ? ['control-plane' as const] : ['worker' as const],
    })),
    kubespray: { variables },
    overrides,
  });
}

const identityOf = (name: string, host: Host): KubeletIdentity => {
  if (host == null) return { nodeName: null, certificate: 'none', authorities: [], apiServer: null };
  const { nodeName, certificate, authorities, apiServer } = host;
  return {
    nodeName: nodeName === undefined ? name : nodeName,
    certificate: certificate ?? 'valid',
    authorities: authorities ?? [ours],
    apiServer: apiServer ?? 'localhost',
  };
};
const isRunning = (host: Host) => host != null && host.stopped !== true;

function factsOf(scene: Scene, { isOld = false } = {}) {
  return Object.fromEntries(
    Object.entries(hostsOf(scene)).flatMap(([name, host], index) => {
      if (host === undefined) return [];
      const kubelet = { name: 'kubelet', load: 'loaded', active: 'active', enabled: 'enabled' };
      const addresses = [`10.0.0.${index + 1}`, `192.168.0.${index + 1}`];
      const facts = someFacts({
        ...{ machineId: name, hostname: name, bootId: name, addresses },
        system: someSystem({ interfaces: [{ name: 'eth0', mtu: 1500, addresses }] }),
        units: isRunning(host) ? [kubelet] : [],
        kubernetes: host === null ? null : { kubelet: '1.28.6', apiServer: null },
        ...(!isOld && { kubeletIdentity: identityOf(name, host) }),
      });
      return [[name, facts]];
    }),
  );
}

/** What the plan says of nodes of other clusters, each "HOST: what is". */
function planned(scene: Scene, options: { readonly isOld?: boolean } = {}) {
  const specification = specificationOf(scene);
  return preflight({ specification, facts: factsOf(scene, options), release: 'v2.24.1' }).filter(
    ({ check }) => check === 'other-cluster',
  );
}
const told = (scene: Scene) => planned(scene).map(({ host }) => host);

/** How the nodes are judged before cluster.yml; files are whole, nobody has reset anything. */
function judged(scene: Scene, probes: Readonly<Record<string, Partial<NodeProbe>>> | 'old' = {}) {
  const specification = specificationOf(scene);
  const { controlPlanes } = membersOf(specification);
  const nodes = specification.hosts.map((host) => {
    const seen = hostsOf(scene)[host.name];
    const files = seen !== null && {
      ...{ config: true, kubeletConf: true, caCertificate: true, clientCertificate: 'present' as const },
      ...(host.roles.includes('control-plane') && {
        adminConf: true,
        manifests: ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler'],
      }),
    };
    const probe = aProbe({
      ...{ host: host.name, nodeName: identityOf(host.name, seen).nodeName ?? host.name },
      ...files,
      kubeletIsActive: isRunning(seen),
      ...(probes !== 'old' && { kubeletIdentity: identityOf(host.name, seen), ...probes[host.name] }),
    });
    return { probe, role: roleOf(host, controlPlanes), isEtcd: false };
  });
  const rerun = { nodes, specification, rerun: 'strict' as const, firstControlPlaneByName: true };
  return Object.fromEntries(judgeBeforeRerun(rerun).judged.map(({ host, ...rest }) => [host, rest]));
}

/** A worker of another cluster under another name beside a host on which nothing is: the first `up` of a new cluster. */
const stolen: Scene = {
  controlPlanes: { a2: null },
  workers: { b2: { nodeName: 'b', authorities: [theirs] } },
};

describe('a node of another cluster', () => {
  it('is an error of the plan, which says which node it is and what to do', () => {
    expect(planned(stolen)).toEqual([
      {
        check: 'other-cluster',
        host: 'b2',
        severity: 'error',
        is:
          'the node b of a cluster already: its kubelet runs and has a valid certificate, and nothing of Kubernetes is on ' +
          'the control plane that is named here (a2)',
        shouldBe: 'a node of no other cluster; Slipway does not take nodes from one',
        mend:
          'Leave b2 (10.0.0.2) out, or drain and reset it there first. If that cluster is gone for good, stop its kubelet: ' +
          'systemctl disable --now kubelet.',
      },
    ]);
  });

  it('is offered no reset, and cluster.yml does not run over it unasked', () => {
    const { b2 } = judged(stolen);
    expect(b2?.trouble).toMatchObject({
      mayRun: true,
      whyNoReset: expect.stringMatching(
        /^Slipway does not take nodes from another cluster\. .*drain and reset it there first/,
      ) as string,
    });
    expect(b2?.trouble?.evidence[0]).toMatch(/^it is the node b of a cluster already: its kubelet runs/);
    expect(b2?.summary).toContain('the node b of a cluster already');
  });

  it('does not decide which release of Kubespray the new cluster gets', () => {
    const scene = { ...stolen, workers: { ...stolen.workers, c2: null } };
    const plan = (one: Scene) =>
      makePlan(specificationOf(one), {
        facts: factsOf(one),
        controlHost: undefined,
        reachability: undefined,
      });
    expect(plan(scene).release.name).not.toBe('v2.24.1');
    expect(plan(scene).findings.map(({ check }) => check)).not.toContain('kubernetes-version');
    const overrides = [{ check: 'other-cluster' as const, hosts: ['b2'], reason: 'It is ours.' }];
    const accepted = plan({ ...scene, overrides });
    expect(accepted.findings.find(({ check }) => check === 'other-cluster')?.overridden).toBe('It is ours.');
    expect(accepted.release.why).toContain('1.28.6');
  });

  it.each<[string, Scene]>([
    [
      'by its CA, though it has the name that is asked for',
      { controlPlanes: { a: {} }, workers: { b: { authorities: [theirs] } } },
    ],
    [
      'by its CA, as a control plane that is to be a worker',
      { controlPlanes: { a: {} }, workers: { b: { authorities: [theirs], apiServer: '10.0.0.2' } } },
    ],
    [
      'by its CA, as another control plane',
      { controlPlanes: { a: {}, b: { authorities: [theirs] }, c: {} } },
    ],
    [
      'by the CA of the other control planes, while the first is installed anew',
      { controlPlanes: { a: null, c: {}, d: {} }, workers: { b: { authorities: [theirs] } } },
    ],
    [
      'by a first control plane that has lost its kubelet.conf and still has its CA',
      {
        controlPlanes: { a: { nodeName: null, certificate: 'none', stopped: true } },
        workers: { b: { authorities: [theirs] } },
      },
    ],
    [
      'where openssl is missing, so that its name is not known, nor when its certificate ends',
      { controlPlanes: { a: {} }, workers: { b: { nodeName: null, certificate: 'unknown', authorities: [theirs] } } },
    ],
    ['by a first control plane with nothing on it', { controlPlanes: { a: null }, workers: { b: {} } }],
    [
      'by its name, where the control plane could not be read',
      { controlPlanes: { a: undefined }, workers: { b: { nodeName: 'worker-7' } } },
    ],
    [
      'by its API server, where the control plane could not be read',
      { controlPlanes: { a: undefined }, workers: { b: { apiServer: '10.9.9.9' } } },
    ],
    ['by its name, as the first control plane itself', { controlPlanes: { b: { nodeName: 'cp-7' } } }],
  ])('is known %s', (_, scene) => {
    expect(told(scene)).toEqual(['b']);
    if (scene.controlPlanes['a'] === undefined && 'a' in scene.controlPlanes) return;
    expect(judged(scene)['b']?.trouble?.whyNoReset).toContain('Slipway does not take nodes from another cluster');
  }); // prettier-ignore

  it('is not counted among its own kind: the first control plane says whose cluster it is', () => {
    const foreign = { authorities: [theirs] };
    expect(told({ controlPlanes: { a: {}, c: foreign, d: {} }, workers: { b: foreign } })).toEqual([
      'c',
      'b',
    ]);
  });

  it('is never run over where Kubespray would take it for a new control plane', () => {
    const scene: Scene = { controlPlanes: { a: {}, b: { authorities: [theirs] }, c: {} } };
    const cluster = { source: 'etcd', kubeadmConfig: true, clusterInfo: true, workloads: true } as const;
    const { b } = judged(scene, { b: { config: false }, a: { cluster: { ...cluster, nodes: ['a', 'b', 'c'] } } });
    expect(b?.trouble).toMatchObject({ mayRun: false });
    expect(b?.trouble?.whyNoReset).toContain('Slipway does not take nodes from another cluster');
  }); // prettier-ignore
});

describe('no node of another cluster', () => {
  it.each<[string, Scene]>([
    ['are those of the cluster itself', { controlPlanes: { a: {}, c: {}, d: {} }, workers: { b: {} } }],
    [
      'are they under the names that kube_override_hostname gives them',
      {
        controlPlanes: { a: { nodeName: 'a.example.org' } },
        workers: { b: { nodeName: 'b.example.org' } },
        variables: { kube_override_hostname: '{{ inventory_hostname }}.example.org' },
      },
    ],
    [
      'are they under other names where the CA is the same',
      {
        controlPlanes: { a: { nodeName: 'x' }, c: {}, d: {} },
        workers: { b: { nodeName: 'y' } },
      },
    ],
    [
      'are they while a CA is being replaced',
      { controlPlanes: { a: { authorities: [ours, theirs] } }, workers: { b: { authorities: [theirs] } } },
    ],
    [
      'are the others while the first control plane is installed anew',
      { controlPlanes: { a: null, c: {}, d: {} }, workers: { b: {} } },
    ],
    ['are new hosts', { controlPlanes: { a: null }, workers: { b: null } }],
    [
      'is one that knows the API server by another of its addresses',
      { controlPlanes: { a: { authorities: [] } }, workers: { b: { apiServer: '192.168.0.1' } } },
    ],
    [
      'is one that asks a load balancer',
      {
        controlPlanes: { a: undefined },
        workers: { b: { apiServer: '10.9.9.9' } },
        variables: { loadbalancer_apiserver: { address: '10.9.9.9', port: 6443 } },
      },
    ],
    ['is one that asks a name', { controlPlanes: { a: undefined }, workers: { b: { apiServer: 'lb.example.org' } } }],
  ])('%s', (_, scene) => {
    expect(told(scene)).toEqual([]);
  }); // prettier-ignore

  it('is looked for by facts of earlier versions, which nothing is concluded from', () => {
    expect(planned(stolen, { isOld: true })).toEqual([]);
    const { b2 } = judged(stolen, 'old');
    expect(b2?.trouble?.whyNoReset).toBeNull();
  });
});

describe('a node that works for no cluster any more', () => {
  const gone: Scene[] = [
    { ...stolen, workers: { b2: { nodeName: 'b', authorities: [theirs], stopped: true } } },
    { ...stolen, workers: { b2: { nodeName: 'b', authorities: [theirs], certificate: 'expired' } } },
  ];

  it('is no error, because its kubelet does not run or may not speak to its API server', () => {
    for (const scene of gone) expect(told(scene)).toEqual([]);
  });

  it('is offered its reset, and whoever approves it reads whose node it was', () => {
    const [stopped, expired] = gone.map((scene) => judged(scene)['b2']?.trouble);
    for (const trouble of [stopped, expired]) expect(trouble?.whyNoReset).toBeNull();
    expect(stopped?.evidence.join()).toContain('it was the node b of another cluster; its kubelet does not run');
    expect(expired?.evidence.join()).toContain('it was the node b of another cluster; its certificate has expired');
  }); // prettier-ignore

  it('is still offered it in its own cluster, also with a kubelet that runs', () => {
    const own: Scene = { controlPlanes: { a: {} }, workers: { b: {} } };
    const cluster = { source: 'etcd', kubeadmConfig: true, clusterInfo: true, workloads: true } as const;
    const { b } = judged(own, { a: { cluster: { ...cluster, nodes: ['a'] } } });
    expect(b?.trouble).toMatchObject({ mayRun: true, whyNoReset: null });
    expect(b?.trouble?.evidence.join()).not.toContain('another cluster');
    const init: Scene = { controlPlanes: { a: {} } };
    const { a } = judged(init, { a: { manifests: ['kube-apiserver'] } });
    expect(a?.trouble).toMatchObject({ mayRun: true, whyNoReset: null });
  });
});
