import type { HostSpecification } from '../specification/specification.js';
import { nodeNameOf, type ClusterSeen, type NodeProbe } from './kubeadm-probe.js';

/** What Kubespray does with a node depends on which of these it is; the first is the inventory's first control plane. */
export type NodeRole = 'first-control-plane' | 'control-plane' | 'worker';

/** What a host is to Kubespray; `controlPlanes` are in the inventory's order. */
export function roleOf(
  { name, roles }: HostSpecification,
  controlPlanes: readonly HostSpecification[],
): NodeRole {
  if (controlPlanes[0]?.name === name) return 'first-control-plane';
  return roles.includes('control-plane') ? 'control-plane' : 'worker';
}

/** What all nodes together show of the cluster. */
export interface WholeCluster {
  /** What an API server or etcd has told of it; null when nobody answers. */
  readonly cluster: ClusterSeen | null;
  /** Where nobody answers: the hosts with etcd's data, of which nobody can tell whether a cluster is in it. */
  readonly silentEtcd: readonly string[];
  /** The first control plane, if nothing of Kubernetes is on it. */
  readonly blankFirst: string | null;
  /** Control planes that have something of Kubernetes on them. */
  readonly begun: readonly string[];
  /** Control planes that Kubespray would take for the first one if it saw them as blank, though the inventory's is another. */
  readonly takenForFirst: readonly string[];
}

interface Node {
  readonly probe: NodeProbe;
  readonly role: NodeRole;
}

/** Puts the probes of all nodes together. The flag is the release's. */
export function wholeClusterOf({
  nodes,
  firstControlPlaneByName,
}: {
  readonly nodes: readonly Node[];
  readonly firstControlPlaneByName: boolean;
}): WholeCluster {
  const cluster = clusterSeenBy(nodes.map(({ probe }) => probe));
  const controlPlanes = nodes.filter(({ role }) => role !== 'worker');
  const blank = controlPlanes.find(({ probe, role }) => role === 'first-control-plane' && !hasTraces(probe));
  const hostsOf = (some: readonly Node[]) => some.map(({ probe }) => probe.host);
  return {
    cluster,
    silentEtcd: cluster === null ? hostsOf(nodes.filter(({ probe }) => probe.etcd.hasData)) : [],
    blankFirst: blank?.probe.host ?? null,
    begun: hostsOf(controlPlanes.filter(({ probe }) => hasTraces(probe))),
    takenForFirst: firstControlPlaneByName ? hostsOf(takenForFirst(controlPlanes, cluster)) : [],
  };
}

/** Whether Kubespray runs `kubeadm init` on the node rather than `kubeadm join`, where it sees it as blank. */
export function isFirstToKubespray({ probe, role }: Node, { takenForFirst }: WholeCluster): boolean {
  return role === 'first-control-plane' || takenForFirst.includes(probe.host);
}

/**
 * Kubespray asks for the nodes with the label of control planes, which come in the order of their names, and compares the
 * first name with the inventory's. Labels are not known here, and a join that was cut off leaves a node without. So each
 * that is registered counts, unless the inventory's first or one that kubeadm has been on comes before it.
 */
function takenForFirst(controlPlanes: readonly Node[], cluster: ClusterSeen | null): Node[] {
  const isRegistered = (name: string) => cluster === null || cluster.nodes.includes(name);
  const certain = controlPlanes
    .filter(({ probe, role }) => probe.config || role === 'first-control-plane')
    .map(({ probe }) => nodeNameOf(probe))
    .filter(isRegistered);
  return controlPlanes.filter(
    ({ role, probe: { host } }) =>
      role !== 'first-control-plane' && isRegistered(host) && !certain.some((name) => name < host),
  );
}

/** What is said of etcd's data while nobody answers. */
export function silentEtcdText(hosts: readonly string[]): string {
  return `etcd on ${hosts.join(', ')} has been set up and does not answer, so nobody can tell whether a cluster is in it`;
}

/** The best answer of all nodes: one that has seen cluster-info, and of these an API server's before etcd's. */
export function clusterSeenBy(probes: readonly NodeProbe[]): ClusterSeen | null {
  const answers = probes.flatMap(({ cluster }) => cluster ?? []);
  const rank = ({ source, clusterInfo }: ClusterSeen) =>
    (clusterInfo ? 2 : 0) + (source === 'API server' ? 1 : 0);
  return answers.reduce<ClusterSeen | null>(
    (best, answer) => (best === null || rank(answer) > rank(best) ? answer : best),
    null,
  );
}

/**
 * Whether the cluster has ever been of use: `kubeadm init` writes cluster-info before the first daemon set, and nobody
 * joins without it; so one of them is proof, also where an administrator has deleted cluster-info since.
 */
export function hasWorked(cluster: ClusterSeen, except: string): boolean {
  return cluster.clusterInfo || cluster.workloads || cluster.nodes.some((name) => name !== except);
}

/** Whether anything of a control plane's part of Kubernetes is on the node. */
export function hasTraces(probe: NodeProbe): boolean {
  const { config, kubeletConf, bootstrapKubeletConf, adminConf, manifests } = probe;
  return config || kubeletConf || bootstrapKubeletConf || adminConf || manifests.length > 0;
}
