import { givesInventoryNames } from '../kubespray/variable-findings.js';
import { membersOf } from '../specification/members.js';
import type { Specification } from '../specification/specification.js';
import { namesText } from '../text/outline.js';
import { hasUnknownApiServer } from './api-server.js';
import { isLive, kubeconfigOf, type NodeSeen } from './node-seen.js';
import { haveSameAuthority, referenceOf, type Reference } from './reference.js';

/** A host that is, or was, a node of another cluster than the one that is asked for. */
export interface OtherNode {
  /** Something lives on it: see {@link isLive}. */
  readonly isLive: boolean;
  /** It is the first control plane, and several others agree against it. */
  readonly isOutvoted: boolean;
  /** Whose node it is, as a phrase that follows "it is". */
  readonly text: string;
  /** What is done about one that lives, in full sentences. `host` is a name, or "it". */
  readonly wayOut: (host: string) => string;
}

/** Why nothing else is done about one that lives, a full sentence. */
export const refusalText = 'Slipway does not take nodes from another cluster.';

/** The nodes, and what was asked for. */
export interface NodesAround {
  readonly nodes: readonly NodeSeen[];
  readonly specification: Specification;
}

interface Around extends NodesAround {
  readonly reference: Reference;
}

/**
 * The hosts of which something tells that they are of another cluster, by name. What is known decides, the surest first:
 * a kubelet without kubelet.conf; the CA by which it knows its API server, compared with that of the control planes;
 * control planes none of which is of its cluster; the node's name; its API server's address. Where nothing tells, it is
 * not among them, which does not prove that it is one of this cluster.
 */
export function nodesOfOtherClusters(around: NodesAround): ReadonlyMap<string, OtherNode> {
  const reference = referenceOf(around.nodes);
  return new Map(
    around.nodes.flatMap((node) => {
      const other = otherNode(node, { ...around, reference });
      return other === null ? [] : [[node.host, other] as const];
    }),
  );
}

function otherNode(node: NodeSeen, around: Around): OtherNode | null {
  const { identity } = node;
  const { reference } = around;
  if (identity === undefined) return null;
  const isOutvoted = reference.outvoted?.host === node.host;
  const common = {
    isLive: isLive(node),
    isOutvoted,
    wayOut: isOutvoted ? wayOutOfOutvoted(reference) : leaveOrEnd,
  };
  const kubeconfig = kubeconfigOf(node);
  if (kubeconfig !== 'usual') {
    if (!common.isLive) return null;
    const by = kubeconfig === 'elsewhere' ? 'by another kubeconfig than' : 'without';
    const text = `a node already, and nothing tells of which cluster: its kubelet runs ${by} /etc/kubernetes/kubelet.conf`;
    return { ...common, text };
  }
  const sign = signOfOther(node, around);
  if (sign === null) return null;
  const name = identity.nodeName === null ? 'a node' : `the node ${identity.nodeName}`;
  if (common.isLive) return { ...common, text: `${name} of a cluster already: ${liveText(identity)}, and ${sign}` };
  const over = identity.certificate === 'expired' ? 'its certificate has expired' : 'its kubelet does not run';
  return { ...common, text: `${name} of another cluster; ${over}` };
} // prettier-ignore

function liveText({ certificate, service }: NonNullable<NodeSeen['identity']>): string {
  const runs = service === 'restarting' ? 'its kubelet is started again' : 'its kubelet runs';
  return certificate === 'valid'
    ? `${runs} and has a valid certificate`
    : `${runs}, and nothing tells that its access has ended`;
}

const leaveOrEnd = (host: string) =>
  `Leave ${host} out, or drain and reset it there first. If that cluster is gone for good, stop its kubelet: ` +
  'systemctl disable --now kubelet.';

const wayOutOfOutvoted = (reference: Reference) => (host: string) => {
  const others = namesText(reference.nodes.map((one) => one.host));
  return (
    `Stop no kubelet of the others: ${others} agree, and ${host} is the one that differs. If it was initialised anew, put its ` +
    `/etc/kubernetes and the data of its etcd back from a backup. If it is of another cluster, leave it out; if ${others} are, ` +
    'leave them out.'
  );
};

/** What tells that a node is of another cluster, as a clause; null: nothing does. */
function signOfOther(node: NodeSeen, around: Around): string | null {
  const { specification, reference } = around;
  const others = reference.nodes.filter(({ host }) => host !== node.host);
  const verdicts = others.map((other) => haveSameAuthority(node, other));
  if (verdicts.includes(true)) return null;
  if (verdicts.includes(false)) {
    const hosts = namesText(others.map(({ host }) => host));
    return `its CA is not that of ${hosts}${others.length > 1 ? ', which agree' : ''}`;
  }
  const strangers = strangeControlPlanes(node, around);
  if (strangers !== null) return strangers;
  if (node.role === 'first-control-plane' && node.isControlPlane === false) {
    return 'nothing of a control plane is on it, so that it has joined a cluster as a worker';
  }
  const { nodeName = null, apiServer = null } = node.identity ?? {};
  if (nodeName !== null && nodeName !== node.host && givesInventoryNames(specification)) {
    return `it is named ${node.host} here`;
  }
  return apiServer !== null && hasUnknownApiServer(node, around)
    ? `its API server, ${apiServer}, is none of the hosts that are named here`
    : null;
}

/**
 * That its cluster's control plane is none of those named here: the first one is not of it, and no two others are, as
 * they are after the first was installed anew. Null where they may be, or were not looked at.
 */
function strangeControlPlanes(node: NodeSeen, { nodes, specification }: Around): string | null {
  if (node.role === 'first-control-plane') return null;
  const names = membersOf(specification)
    .controlPlanes.map(({ name }) => name)
    .filter((name) => name !== node.host);
  const seen = nodes.filter(({ host }) => names.includes(host));
  const allies = seen.filter((other) => mayBeOfItsCluster(other, node));
  const hasFirst = allies.some(({ role }) => role === 'first-control-plane');
  const isOne = node.role === 'control-plane' ? 1 : 0;
  if (seen.length < names.length || hasFirst || allies.length + isOne > 1) return null;
  const which = `the control ${names.length === 1 ? 'plane that is' : 'planes that are'} named here (${namesText(names)})`;
  if (seen.every(({ isBlank }) => isBlank)) return `nothing of Kubernetes is on ${which}`;
  return allies.length === 0
    ? `no control plane of its cluster is on ${which}`
    : `of ${which} only ${namesText(allies.map(({ host }) => host))} may be of its cluster`;
}

function mayBeOfItsCluster(controlPlane: NodeSeen, node: NodeSeen): boolean {
  const { isControlPlane = controlPlane.hasKubeletConf || isLive(controlPlane) } = controlPlane;
  return isControlPlane && haveSameAuthority(controlPlane, node) !== false;
}
