import type { Pods } from '../kubernetes/pods.js';
import type { Service } from '../kubernetes/services.js';
import { isIpAddress } from '../values/ip-address.js';

/** What a control plane knows of the addresses in the cluster, by which each node tries the network. */

/** A pod of CoreDNS that is ready. */
export interface DnsPod {
  readonly name: string;
  readonly node: string;
  readonly addresses: readonly string[];
}

/** A pod of kube-system with a network of its own, from which the network can be tried as pods see it. */
export interface SystemPod {
  readonly name: string;
  readonly node: string;
  /** Whether it is one of CoreDNS: the answer of CoreDNS' service could come from itself. */
  readonly isDns: boolean;
}

export interface NetworkService {
  /** With its namespace: "kube-system/coredns". */
  readonly name: string;
  readonly addresses: readonly string[];
  readonly port: number;
}

export interface ClusterNetwork {
  readonly dnsPods: readonly DnsPod[];
  /** At most one of each node. */
  readonly systemPods: readonly SystemPod[];
  readonly dnsServices: readonly NetworkService[];
  readonly api: NetworkService;
  /** Where the node-local cache answers on every node; null where none is to run, or its address is not known. */
  readonly nodeLocalDns: string | null;
  /** Beneath which services have their names; null where it is not known. */
  readonly domain: string | null;
}

/** What a node is told of it: as much as it needs, because every node gets its own. */
export type NodeNetwork = Omit<ClusterNetwork, 'systemPods'> & {
  /** The pod on this node from which the network is tried, too. */
  readonly pod: SystemPod | null;
};

interface Seen {
  /** Those of kube-system. */
  readonly pods: Pods;
  /** Those of kube-system. */
  readonly services: readonly Service[];
  /** That of the API server, default/kubernetes. */
  readonly api: Service;
  /** The labels `k8s-app` of CoreDNS's deployments. */
  readonly coreDns: readonly string[];
  readonly nodeLocalDns: string | null;
  readonly domain: string | null;
}

export function clusterNetworkOf(seen: Seen): ClusterNetwork {
  const isDns = (labels: Readonly<Record<string, string>>) => seen.coreDns.includes(labels['k8s-app'] ?? '');
  const pods = seen.pods.flatMap((pod) => {
    const addresses = (pod.status.podIPs ?? []).map(({ ip }) => ip).filter(isIpAddress);
    const { nodeName: node, hostNetwork } = pod.spec;
    if (node === undefined || hostNetwork === true || addresses.length === 0 || !isReady(pod)) return [];
    return [{ name: pod.metadata.name, node, isDns: isDns(pod.metadata.labels), addresses }];
  });
  const { nodeLocalDns, domain } = seen;
  return {
    dnsPods: pods.filter((pod) => pod.isDns).map(({ name, node, addresses }) => ({ name, node, addresses })),
    systemPods: onePerNode(pods.map(({ name, node, isDns: dns }) => ({ name, node, isDns: dns }))),
    dnsServices: seen.services
      .filter(({ spec }) => isDns(spec.selector) && spec.ports.some(isDnsPort))
      .flatMap((service) => namedService(service, dnsPort)),
    api: namedService(seen.api, seen.api.spec.ports[0]?.port ?? 443)[0] ?? noApi,
    nodeLocalDns: nodeLocalDns !== null && isIpAddress(nodeLocalDns) ? nodeLocalDns : null,
    domain,
  };
}

/** That on which CoreDNS listens, in its pods and by its service. */
export const dnsPort = 53;

/** Over TCP, because a connection shows more than a packet. */
const isDnsPort = ({ port, protocol }: Service['spec']['ports'][number]) =>
  port === dnsPort && protocol === 'TCP';

const noApi: NetworkService = { name: 'default/kubernetes', addresses: [], port: 443 };

/** None of a headless one, such as those by which metrics are collected. */
function namedService(service: Service, port: number): NetworkService[] {
  const { clusterIP, clusterIPs = [clusterIP] } = service.spec;
  const addresses = clusterIPs.filter(isIpAddress);
  const { namespace, name } = service.metadata;
  return addresses.length === 0 ? [] : [{ name: `${namespace}/${name}`, addresses, port }];
}

function isReady({ metadata, status }: Pods[number]): boolean {
  return (
    metadata.deletionTimestamp === undefined &&
    status.phase === 'Running' &&
    status.containerStatuses.every(({ ready }) => ready)
  );
}

/** One that is not of CoreDNS rather than another, because more can be tried from there. */
function onePerNode(pods: readonly SystemPod[]): SystemPod[] {
  const chosen = new Map<string, SystemPod>();
  for (const pod of pods) {
    const known = chosen.get(pod.node);
    if (known === undefined || (known.isDns && !pod.isDns)) chosen.set(pod.node, pod);
  }
  return [...chosen.values()];
}

/** At most so many pods of one node are tried: one can be on its way out, two seldom are. */
const mostPerNode = 2;

/** What one node is to try. */
export function networkOfNode(
  { systemPods, dnsPods, ...network }: ClusterNetwork,
  node: string,
): NodeNetwork {
  const others = dnsPods.filter((pod) => pod.node !== node);
  return {
    ...network,
    dnsPods: others.filter(
      (pod, index) => others.slice(0, index).filter((one) => one.node === pod.node).length < mostPerNode,
    ),
    pod: systemPods.find((pod) => pod.node === node) ?? null,
  };
}

/**
 * The zone for which CoreDNS asks the API server, as a Corefile says: "kubernetes cluster.local in-addr.arpa ip6.arpa".
 * Null: none.
 */
export function zoneOfServices(corefile: string): string | null {
  return /^\s*kubernetes[ \t]+([^\s{#]+)/m.exec(corefile)?.[1] ?? null;
}
