import { hasTraces, nodeNameOf, type ClusterSeen, type NodeProbe } from './node-probe.js';
import type { NodeRole } from './node-role.js';

/** What all nodes together show of the cluster. */
export interface CombinedProbes {
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

/** What was seen on a node, and what it is to Kubespray. */
export interface ProbedNode {
  readonly probe: NodeProbe;
  readonly role: NodeRole;
}

/** Puts the probes of all nodes together. The flag is the release's. */
export function combineProbes({
  nodes,
  firstControlPlaneByName,
}: {
  readonly nodes: readonly ProbedNode[];
  readonly firstControlPlaneByName: boolean;
}): CombinedProbes {
  const cluster = clusterSeenBy(nodes.map(({ probe }) => probe));
  const controlPlanes = nodes.filter(({ role }) => role !== 'worker');
  const blank = controlPlanes.find(({ probe, role }) => role === 'first-control-plane' && !hasTraces(probe));
  const hostsOf = (some: readonly ProbedNode[]) => some.map(({ probe }) => probe.host);
  return {
    cluster,
    silentEtcd: cluster === null ? hostsOf(nodes.filter(({ probe }) => probe.etcd.hasData)) : [],
    blankFirst: blank?.probe.host ?? null,
    begun: hostsOf(controlPlanes.filter(({ probe }) => hasTraces(probe))),
    takenForFirst: firstControlPlaneByName ? hostsOf(takenForFirst(controlPlanes, cluster)) : [],
  };
}

/** Whether Kubespray runs `kubeadm init` on the node rather than `kubeadm join`, where it sees it as blank. */
export function isFirstToKubespray({ probe, role }: ProbedNode, { takenForFirst }: CombinedProbes): boolean {
  return role === 'first-control-plane' || takenForFirst.includes(probe.host);
}

/**
 * Kubespray asks for the nodes with the label of control planes, which come in the order of their names, and compares the
 * first name with the inventory's. Labels are not known here, and a join that was cut off leaves a node without. So each
 * that is registered counts, unless the inventory's first or one that kubeadm has been on comes before it.
 */
function takenForFirst(controlPlanes: readonly ProbedNode[], cluster: ClusterSeen | null): ProbedNode[] {
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
