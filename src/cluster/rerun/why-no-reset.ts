import { silentEtcdText, type CombinedProbes, type ProbedNode } from './combine-probes.js';
import { hasWorked, nodeNameOf, type EtcdSeen, type NodeProbe } from './node-probe.js';
import { kubeadmState } from './kubeadm-state.js';

/** A node, and whether it is a member of etcd. */
export interface ResettableNode extends ProbedNode {
  readonly isEtcd: boolean;
}

/**
 * Why a node is not offered a reset, one sentence; null: it is.
 *
 * A reset takes away a node's part of Kubernetes, on a control plane the cluster's certificate authority too. etcd's data
 * is kept, but etcd is stopped. So it is refused where a cluster that works could be hurt, and where that cannot be told.
 */
export function whyNoReset(
  { probe, role, isEtcd }: ResettableNode,
  { nodes, combined }: { readonly nodes: readonly ProbedNode[]; readonly combined: CombinedProbes },
): string | null {
  if (role === 'worker') return null;
  const { cluster, silentEtcd } = combined;
  if (cluster === null) return silentEtcd.length === 0 ? null : whileSilent(silentEtcd);
  if (!hasWorked(cluster, nodeNameOf(probe))) return null;
  if (role === 'first-control-plane') {
    return "The cluster has worked, and this is its first control plane: a reset would take the cluster's certificate authority.";
  }
  const { host } = probe;
  const others = nodes.filter((node) => node.probe.host !== host && node.role !== 'worker');
  const hasComplete = others.some(
    (node) => kubeadmState(node.probe, node.role, combined).kind === 'complete',
  );
  if (!hasComplete) return 'The cluster has worked, and no other control plane is complete.';
  if (combined.takenForFirst.includes(host)) return whileRegistered(host);
  return isEtcd ? whyQuorumIsLost(healthOfMember(probe, nodes)) : null;
}

/** Why a node that `cluster.yml` would take for a new one is not offered a reset, one sentence. */
export function whyNoResetOfBlank(
  { probe: { host } }: ProbedNode,
  { silentEtcd, takenForFirst }: CombinedProbes,
): string {
  if (silentEtcd.length > 0) return whileSilent(silentEtcd);
  if (takenForFirst.includes(host)) return whileRegistered(host);
  return 'It belongs to a cluster that works: its data would be lost with it.';
}

/** reset.yml deletes no Node object. */
function whileRegistered(host: string): string {
  return (
    'A reset leaves its Node object, by which cluster.yml of this release takes it for the first control plane: if nothing ' +
    `on it is needed any more, run "kubectl delete node ${host}" on a complete control plane and retry.`
  );
}

function whileSilent(hosts: readonly string[]): string {
  return (
    `${silentEtcdText(hosts)}: start etcd first. If there is certainly none, as after a reset of the only control plane ` +
    'that was cut off, delete /etc/etcd.env and the data (in /var/lib/etcd, or where ETCD_DATA_DIR says) and retry.'
  );
}

/** By its own account; without one it may still be healthy, and certainly is where another member finds all of them so. */
function healthOfMember({ etcd }: NodeProbe, nodes: readonly ProbedNode[]): EtcdSeen['health'] {
  const isWhole = (health: EtcdSeen['health']) => health !== null && health.healthy === health.members;
  return etcd.health ?? nodes.map(({ probe }) => probe.etcd.health).find(isWhole) ?? null;
}

function whyQuorumIsLost(health: EtcdSeen['health']): string | null {
  if (health === null) return null;
  const { healthy, members } = health;
  const quorum = Math.floor(members / 2) + 1;
  if (healthy - 1 >= quorum) return null;
  return `A reset stops etcd on it, and of ${members} members only ${healthy} are healthy: the cluster would lose its quorum.`;
}
