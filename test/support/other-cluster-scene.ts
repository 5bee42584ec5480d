import type { KubeletIdentity } from '../../src/cluster/facts/kubelet-identity.js';
import type { NodeProbe } from '../../src/cluster/rerun/node-probe.js';
import { preflight } from '../../src/cluster/preflight/preflight.js';
import { judgeBeforeRerun } from '../../src/cluster/rerun/judge-rerun.js';
import { roleOf } from '../../src/cluster/rerun/node-role.js';
import { membersOf } from '../../src/cluster/specification/members.js';
import type { SpecificationInput } from '../../src/cluster/specification/specification.js';
import { aProbe, aSpecification, someFacts, someSystem } from './builders.js';

/** The certificate authorities of the cluster that is asked for, and of another one. */
export const [ours, theirs] = ['a'.repeat(64), 'b'.repeat(64)] as const;

/**
 * One host: what its kubelet is, whether it runs, and whether it was read by a version that looked at less; null where
 * nothing of Kubernetes is on it. A control plane has all of one, unless something else is said.
 */
type Host =
  | (Partial<KubeletIdentity> & { readonly stopped?: boolean; readonly isEarlier?: boolean })
  | null
  | undefined;

export interface Scene {
  /** Control planes by name, in the inventory's order; undefined where the host was not looked at. */
  readonly controlPlanes: Readonly<Record<string, Host>>;
  readonly workers?: Readonly<Record<string, Host>>;
  readonly variables?: NonNullable<SpecificationInput['kubespray']>['variables'];
  readonly overrides?: SpecificationInput['overrides'];
}

const hostsOf = ({ controlPlanes, workers = {} }: Scene) => ({ ...controlPlanes, ...workers });

/** The specification of a scene’s hosts. */
export function specificationOf(scene: Scene) {
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

const nothing: KubeletIdentity = {
  ...{ nodeName: null, certificate: 'none', authorities: [], apiServer: null },
  ...{ service: 'stopped', kubeconfig: 'none', hasConfig: false, isControlPlane: false },
};

function identityOf(name: string, host: Host, scene: Scene): KubeletIdentity {
  if (host == null) return nothing;
  const { stopped = false, isEarlier = false, ...said } = host;
  const known: KubeletIdentity = {
    ...{ nodeName: name, certificate: 'valid', authorities: [ours], apiServer: 'localhost' },
    ...(!isEarlier && {
      ...{ service: stopped ? 'stopped' : 'running', kubeconfig: 'usual', hasConfig: true },
      isControlPlane: name in scene.controlPlanes,
    }),
  };
  return { ...known, ...said };
}

const isRunning = (host: Host) =>
  host != null && host.stopped !== true && (host.service ?? 'running') === 'running';
const hasKubeletConf = ({ kubeconfig = 'usual' }: KubeletIdentity) => kubeconfig === 'usual';

/** What was seen on the hosts, by an earlier version where that is said. */
export function factsOf(scene: Scene, { isOld = false } = {}) {
  return Object.fromEntries(
    Object.entries(hostsOf(scene)).flatMap(([name, host], index) => {
      if (host === undefined) return [];
      const identity = identityOf(name, host, scene);
      const kubelet = { name: 'kubelet', load: 'loaded', active: 'active', enabled: 'enabled' };
      const addresses = [`10.0.0.${index + 1}`, `192.168.0.${index + 1}`];
      const facts = someFacts({
        ...{ machineId: name, hostname: name, bootId: name, addresses },
        system: someSystem({ interfaces: [{ name: 'eth0', mtu: 1500, addresses }] }),
        units: isRunning(host) ? [kubelet] : [],
        kubernetes: host !== null && hasKubeletConf(identity) ? { kubelet: '1.28.6', apiServer: null } : null,
        ...(!isOld && { kubeletIdentity: identity }),
      });
      return [[name, facts]];
    }),
  );
}

/** What the plan says of nodes of other clusters, each "HOST: what is". */
export function planned(scene: Scene, options: { readonly isOld?: boolean } = {}) {
  const specification = specificationOf(scene);
  return preflight({ specification, facts: factsOf(scene, options), release: 'v2.24.1' }).filter(
    ({ check }) => check === 'other-cluster',
  );
}

export const told = (scene: Scene) => planned(scene).map(({ host }) => host);

/** How the nodes are judged before cluster.yml; files are whole, nobody has reset anything. */
export function judged(scene: Scene, probes: Readonly<Record<string, Partial<NodeProbe>>> | 'old' = {}) {
  const specification = specificationOf(scene);
  const { controlPlanes } = membersOf(specification);
  const nodes = specification.hosts.map((host, index) => {
    const seen = hostsOf(scene)[host.name];
    const identity = identityOf(host.name, seen, scene);
    const { isControlPlane = host.roles.includes('control-plane'), hasConfig = true, certificate } = identity;
    const files = seen !== null && {
      ...{ config: hasConfig, kubeletConf: hasKubeletConf(identity), caCertificate: true },
      bootstrapKubeletConf: identity.kubeconfig === 'bootstrap',
      clientCertificate: certificate === 'missing' ? ('dangling' as const) : ('present' as const),
      ...(isControlPlane && {
        adminConf: true,
        manifests: ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler'],
      }),
    };
    const probe = aProbe({
      ...{ host: host.name, nodeName: identity.nodeName ?? host.name },
      ...files,
      kubeletIsActive: isRunning(seen),
      ...(probes !== 'old' && { kubeletIdentity: identity, ...probes[host.name] }),
    });
    const addresses = [`10.0.0.${index + 1}`, `192.168.0.${index + 1}`];
    return { probe, role: roleOf(host, controlPlanes), isEtcd: false, addresses };
  });
  const rerun = { nodes, specification, rerun: 'strict' as const, firstControlPlaneByName: true };
  return Object.fromEntries(judgeBeforeRerun(rerun).judged.map(({ host, ...rest }) => [host, rest]));
}

/** A worker of another cluster under another name beside a host on which nothing is: the first `up` of a new cluster. */
export const stolen: Scene = {
  controlPlanes: { a2: null },
  workers: { b2: { nodeName: 'b', authorities: [theirs] } },
};
