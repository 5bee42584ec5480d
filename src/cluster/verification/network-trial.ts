import { dnsPort, type NodeNetwork } from './cluster-network.js';

/** What is tried of a cluster's network from one place, and what came of it. */

/** A TCP connection, over which nothing is sent. */
export interface Connection {
  /** Whether it is to a pod of another node, or to a service. */
  readonly of: 'pod' | 'service';
  /** "coredns-5d4 on node2" or "kube-system/coredns". */
  readonly to: string;
  /** Of several with the same purpose one is enough: pods of one node, by family. */
  readonly purpose: string;
  readonly address: string;
  readonly port: number;
}

/** A question of DNS, over UDP. */
export interface DnsQuestion {
  /** "the node-local cache" or "kube-system/coredns". */
  readonly to: string;
  readonly address: string;
  readonly port: number;
  readonly name: string;
  /** The address that the answer should have. */
  readonly wanted: string;
}

export interface NetworkProbes {
  readonly connections: readonly Connection[];
  readonly questions: readonly DnsQuestion[];
}

/** Why there is no connection or no answer. */
export const networkObstacles = {
  'timed-out': 'timed out',
  refused: 'refused',
  unreachable: 'unreachable',
  'not-understood': 'an answer that is none',
} as const;
export type NetworkObstacle = keyof typeof networkObstacles;

export interface DnsAnswer {
  /** Null: there was an answer. */
  readonly obstacle: NetworkObstacle | null;
  /** DNS's own word for what came of it; 0: no error. RFC 1035, 4.1.1. */
  readonly code: number;
  readonly addresses: readonly string[];
}

/** What came of the probes of one place, in their order. */
export interface NetworkTrial {
  /** "the host", or the name of a pod. */
  readonly from: string;
  readonly probes: NetworkProbes;
  /** Null: the connection was made. */
  readonly connections: readonly (NetworkObstacle | null)[];
  readonly answers: readonly DnsAnswer[];
}

/** What is tried from a node, or from the pod on it that was chosen for that. */
export function networkProbes(network: NodeNetwork, from: 'host' | 'pod'): NetworkProbes {
  // A pod that asks its own service needs a network that leads packets back to where they came from. Not all do.
  const asksItself = from === 'pod' && network.pod?.isDns === true;
  const dnsServices = asksItself ? [] : network.dnsServices;
  return {
    connections: [
      ...network.dnsPods.flatMap(({ name, node, addresses }) =>
        addresses.map((address) => ({
          of: 'pod' as const,
          to: `${name} on ${node}`,
          purpose: `${node} ${familyOf(address)}`,
          address,
          port: dnsPort,
        })),
      ),
      ...[...dnsServices, network.api].flatMap(({ name, addresses, port }) =>
        addresses.map((address) => ({ of: 'service' as const, to: name, purpose: address, address, port })),
      ),
    ],
    questions: questionsOf(network, [
      ...(network.nodeLocalDns === null
        ? []
        : [{ to: 'the node-local cache', address: network.nodeLocalDns }]),
      ...dnsServices.flatMap(({ name, addresses }) => addresses.map((address) => ({ to: name, address }))),
    ]),
  };
}

const familyOf = (address: string) => (address.includes(':') ? 'IPv6' : 'IPv4');

function questionsOf(
  { domain, api }: NodeNetwork,
  servers: readonly Pick<DnsQuestion, 'to' | 'address'>[],
): DnsQuestion[] {
  const [wanted] = api.addresses;
  if (domain === null || wanted === undefined) return [];
  return servers.map((server) => ({
    ...server,
    port: dnsPort,
    name: `kubernetes.default.svc.${domain}`,
    wanted,
  }));
}
