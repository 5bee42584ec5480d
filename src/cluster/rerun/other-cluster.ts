import type { NodeRole } from './node-role.js';
import { isIpAddress, isSameAddress } from '../values/ip-address.js';
import type { KubeletIdentity } from '../facts/kubelet-identity.js';
import { membersOf } from '../specification/members.js';
import { namesText } from '../text/outline.js';
import type { Specification } from '../specification/specification.js';
import { givesInventoryNames } from '../kubespray/variable-findings.js';

/** A host, as far as it tells whose node it is. */
export interface NodeSeen {
  readonly host: string;
  readonly role: NodeRole;
  readonly kubeletIsActive: boolean;
  /** Nothing of Kubernetes is on it; false where nobody has looked. */
  readonly isBlank: boolean;
  /** Undefined where nobody has looked. */
  readonly identity: KubeletIdentity | undefined;
  /** Its addresses besides those of the specification, as far as they are known. */
  readonly addresses?: readonly string[];
}

/** A host that is, or was, a node of another cluster than the one that is asked for. */
export interface OtherNode {
  /** It works there: its kubelet runs, and its certificate has not expired as far as can be told. */
  readonly isLive: boolean;
  /** Whose node it is, as a phrase that follows "it is". */
  readonly text: string;
}

/** What is done about one that works in its cluster, in full sentences. `host` is a name, or "it". */
export const refusalText = 'Slipway does not take nodes from another cluster.';
export const wayOut = (host: string) =>
  `Leave ${host} out, or drain and reset it there first. If that cluster is gone for good, stop its kubelet: ` +
  'systemctl disable --now kubelet.';

interface NodesAround {
  readonly nodes: readonly NodeSeen[];
  readonly specification: Specification;
}

/**
 * The hosts that have a client certificate of another cluster, by name. What is known decides, the surest first: the CA by
 * which kubelet knows its API server, compared with that of the control planes; a worker beside control planes that
 * nothing is on; the node's name; its API server's address. The inventory's first control plane is compared with no
 * other one, because the others are to follow it. Where nothing tells, it is no other cluster.
 */
export function nodesOfOtherClusters(
  nodes: readonly NodeSeen[],
  specification: Specification,
): ReadonlyMap<string, OtherNode> {
  return new Map(
    nodes.flatMap((node) => {
      const other = otherNode(node, { nodes, specification });
      return other === null ? [] : [[node.host, other] as const];
    }),
  );
}

function otherNode(node: NodeSeen, around: NodesAround): OtherNode | null {
  const { identity, kubeletIsActive } = node;
  if (identity === undefined || identity.certificate === 'none') return null;
  const sign = signOfOther(node, identity, around);
  if (sign === null) return null;
  const { nodeName, certificate } = identity;
  const name = nodeName === null ? 'a node' : `the node ${nodeName}`;
  if (kubeletIsActive && certificate !== 'expired') {
    const has = certificate === 'valid' ? 'a valid certificate' : 'a certificate';
    return {
      isLive: true,
      text: `${name} of a cluster already: its kubelet runs and has ${has}, and ${sign}`,
    };
  }
  const over = kubeletIsActive ? 'its certificate has expired' : 'its kubelet does not run';
  return { isLive: false, text: `${name} of another cluster; ${over}` };
}

/** What tells that a node is of another cluster, as a clause; null: nothing does. */
function signOfOther(node: NodeSeen, identity: KubeletIdentity, around: NodesAround): string | null {
  const { specification } = around;
  const { hosts, authorities } = reference(node, around.nodes);
  if (identity.authorities.length > 0 && authorities.length > 0) {
    if (identity.authorities.some((one) => authorities.includes(one))) return null;
    if (node.role !== 'first-control-plane') return `its CA is not that of ${namesText(hosts)}`;
  }
  const blank = node.role === 'worker' ? blankControlPlanes(around) : [];
  if (blank.length > 0) {
    const are = blank.length === 1 ? 'the control plane that is' : 'the control planes that are';
    return `nothing of Kubernetes is on ${are} named here (${namesText(blank)})`;
  }
  const { nodeName, apiServer } = identity;
  if (nodeName !== null && nodeName !== node.host && givesInventoryNames(specification)) {
    return `it is named ${node.host} here`;
  }
  return apiServer !== null && isOfNobody(apiServer, around)
    ? `its API server, ${apiServer}, is none of the hosts that are named here`
    : null;
}

/** The CAs of the first control plane; for that one itself, and where it has none, those of the other control planes. */
function reference({ host }: NodeSeen, nodes: readonly NodeSeen[]) {
  const known = nodes.filter(
    (other) =>
      other.host !== host && other.role !== 'worker' && (other.identity?.authorities.length ?? 0) > 0,
  );
  const first = known.filter(({ role }) => role === 'first-control-plane');
  const used = first.length > 0 ? first : known;
  return {
    hosts: used.map((other) => other.host),
    authorities: used.flatMap(({ identity }) => identity?.authorities ?? []),
  };
}

/** All control planes, where nothing of Kubernetes is on any of them; none where one of them was not looked at. */
function blankControlPlanes({ nodes, specification }: NodesAround): string[] {
  const names = membersOf(specification).controlPlanes.map(({ name }) => name);
  const blank = new Set(nodes.filter(({ isBlank }) => isBlank).map(({ host }) => host));
  return names.every((name) => blank.has(name)) ? names : [];
}

/** By which Kubespray puts something else than a host in front of the API servers. */
const balancers = ['loadbalancer_apiserver', 'kube_vip_address', 'kube_apiserver_endpoint'];

/** A name may lead anywhere, and Kubespray's workers ask a proxy of their own at a loopback address. */
function isOfNobody(server: string, { nodes, specification }: NodesAround): boolean {
  const { hosts, kubespray } = specification;
  if (!isIpAddress(server) || server.startsWith('127.') || isSameAddress(server, '::1')) return false;
  if (balancers.some((name) => Object.hasOwn(kubespray.variables, name))) return false;
  const own = [
    ...hosts.flatMap(({ address, internalAddress }) => [
      address,
      ...(internalAddress === undefined ? [] : [internalAddress]),
    ]),
    ...nodes.flatMap(({ addresses = [] }) => addresses),
  ];
  const isKnown = hosts.every(({ address, internalAddress }) => isIpAddress(internalAddress ?? address));
  return isKnown && !own.some((address) => isSameAddress(address, server));
}
