import { namesText } from '../text/outline.js';
import { hasUnknownApiServer } from './api-server.js';
import { controlPlaneManifests, nodeNameOf, type ClusterSeen, type NodeProbe } from './node-probe.js';
import { isLive, type NodeSeen } from './node-seen.js';
import type { NodesAround, OtherNode } from './other-cluster.js';
import { authoritiesOf, haveSameAuthority, referenceOf } from './reference.js';
import { clusterSeenBy } from './combine-probes.js';

/** A node whose reset is judged, and all that was seen. */
export interface OwnershipSituation extends NodesAround {
  readonly probes: readonly NodeProbe[];
  readonly others: ReadonlyMap<string, OtherNode>;
  readonly cluster: ClusterSeen | null;
}

/**
 * Why a node on which something lives is not proven to be this cluster's, so that its reset may end what works elsewhere.
 * A worker, or another control plane, is proven by the CA of the control planes and by an answer of this cluster that
 * knows it; that of a first control plane, which has nobody to ask, by an init that has not come to its end.
 * @returns null where nothing lives on it, where it is proven, and where nobody has looked
 */
export function unprovenOwner(node: NodeSeen, probe: NodeProbe, around: OwnershipSituation): string | null {
  if (!isLive(node)) return null;
  const why = node.role === 'first-control-plane' ? unprovenFirst(probe, around) : unprovenOther(node, probe, around);
  if (why === null) return null;
  return (
    `Its kubelet runs, and it is not proven that it works for no other cluster: ${why}. If nothing on it is needed any more, ` +
    'stop its kubelet (systemctl disable --now kubelet) and retry.'
  );
} // prettier-ignore

/** Where the cluster answers, whether it has worked is judged elsewhere. */
function unprovenFirst({ adminConf, manifests }: NodeProbe, { cluster }: OwnershipSituation): string | null {
  if (!adminConf) return '"kubeadm init" writes admin.conf before kubelet.conf, and there is none';
  return cluster === null && controlPlaneManifests.every((name) => manifests.includes(name))
    ? 'all static pods of a control plane are there, and neither its API server nor etcd answers'
    : null;
}

function unprovenOther(node: NodeSeen, probe: NodeProbe, around: OwnershipSituation): string | null {
  const reference = referenceOf(around.nodes);
  const standing = reference.isStanding ? reference.nodes.filter(({ host }) => host !== node.host) : [];
  if (standing.length === 0) return 'no other control plane works or is complete';
  const hosts = namesText(standing.map(({ host }) => host));
  if (!standing.some((other) => haveSameAuthority(node, other) === true)) {
    const whose = authoritiesOf(node).length === 0 ? 'its kubelet.conf' : `that of ${hosts}`;
    return `${whose} tells no CA by which it could be compared`;
  }
  if (hasUnknownApiServer(node, { ...around, reference })) {
    return `its API server, ${node.identity?.apiServer ?? ''}, is none of the hosts that are named here`;
  }
  const { probes, others } = around;
  const answer = clusterSeenBy(probes.filter(({ host }) => host !== node.host && !others.has(host)));
  if (answer === null) return 'neither an API server nor etcd of the others answers whether it knows the node';
  const name = nodeNameOf(probe);
  return answer.nodes.includes(name) ? null : `the ${answer.source} of this cluster does not know the node ${name}`;
} // prettier-ignore
