import type { Specification } from '../specification/specification.js';
import { isIpAddress, isSameAddress } from '../values/ip-address.js';
import type { NodeSeen } from './node-seen.js';
import type { Reference } from './reference.js';

/** By which Kubespray puts something else than a host in front of the API servers. */
const balancers = ['loadbalancer_apiserver', 'kube_vip_address', 'kube_apiserver_endpoint'];

/**
 * Whether the API server that a node asks is none of the hosts'. A name may lead anywhere, and Kubespray's workers ask a
 * proxy of their own at a loopback address. What a control plane asks says nothing: it has an API server itself, and an
 * address made by hand may stand before all of them, which the others may ask too.
 */
export function hasUnknownApiServer(
  { identity, role, isControlPlane }: NodeSeen,
  {
    nodes,
    specification: { hosts, kubespray },
    reference,
  }: {
    readonly nodes: readonly NodeSeen[];
    readonly specification: Specification;
    readonly reference: Reference;
  },
): boolean {
  const server = identity?.apiServer ?? '';
  if (role !== 'worker' && isControlPlane !== false) return false;
  if (!isIpAddress(server) || server.startsWith('127.') || isSameAddress(server, '::1')) return false;
  if (balancers.some((name) => Object.hasOwn(kubespray.variables, name))) return false;
  const own = [
    ...hosts.flatMap(({ address, internalAddress = address }) => [address, internalAddress]),
    ...nodes.flatMap(({ addresses = [] }) => addresses),
    ...reference.nodes.flatMap((one) => one.identity?.apiServer ?? []),
  ];
  const isKnown = hosts.every(({ address, internalAddress }) => isIpAddress(internalAddress ?? address));
  return isKnown && !own.some((address) => isSameAddress(address, server));
}
