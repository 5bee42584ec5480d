import type { ClusterFacts } from '../../facts/facts.js';
import { addressNumber, parseIpNetwork, type IpNetwork } from '../../values/ip-network.js';
import type { Specification } from '../../specification/specification.js';
import { isAnsibleTemplate } from '../../values/ansible-template.js';
import type { FindingBeforeOverrides } from '../../checks/findings.js';
import { nodeAddressOf } from '../../specification/members.js';

const networks = {
  kube_service_addresses: { what: 'services', standard: '10.233.0.0/18' },
  kube_pods_subnet: { what: 'pods', standard: '10.233.64.0/18' },
} as const;

/** Pods or services that have the addresses of hosts are the ones that answer in the hosts' place. @param facts by inventory name */
export function clusterNetworkFindings(
  specification: Specification,
  facts: ClusterFacts<'system'>,
): FindingBeforeOverrides[] {
  const { variables } = specification.kubespray;
  const found = (is: string, shouldBe: string): FindingBeforeOverrides => ({
    check: 'cluster-networks',
    host: null,
    severity: 'error',
    is,
    shouldBe,
    advice:
      'Set kube_pods_subnet and kube_service_addresses in kubespray.variables to private networks that nothing else uses.',
  });
  const read = Object.entries(networks).map(([name, { what, standard }]) => {
    const text = variables[name] ?? standard;
    return { name, what, text, network: typeof text === 'string' ? parseIpNetwork(text) : undefined };
  });
  const [services, pods] = read.map(({ network }) => network);
  return [
    ...read
      .filter(({ network, text }) => network === undefined && !isAnsibleTemplate(text))
      .map(({ name, text }) =>
        found(`${name}: ${JSON.stringify(text)}`, 'a network such as 10.233.64.0/18, or Kubespray stops'),
      ),
    ...(services && pods && overlap(services, pods)
      ? [
          found(
            'the networks of pods and services overlap',
            'two networks apart from each other, or Kubespray stops',
          ),
        ]
      : []),
    ...read.flatMap(({ what, text, network }) => {
      const inside = network === undefined ? [] : hostsIn({ specification, facts, network });
      return inside.length === 0
        ? []
        : [
            found(
              `${inside.join(', ')} in the network of ${what}, ${JSON.stringify(text)}`,
              'hosts outside of the cluster’s own networks',
            ),
          ];
    }),
    ...tooSmall(specification, pods),
  ];

  /** "Check that IP range is enough for the nodes": every plugin but Calico gives each node a network of its own. */
  function tooSmall(
    { hosts, firewall }: Specification,
    network: IpNetwork | undefined,
  ): FindingBeforeOverrides[] {
    const { kube_network_node_prefix: prefix = 24 } = variables;
    if (
      network === undefined ||
      isAnsibleTemplate(prefix) ||
      !['cilium', 'flannel'].includes(firewall.networkPlugin)
    )
      return [];
    const room = 2 ** (Number(prefix) - network.prefix);
    if (room >= hosts.length) return [];
    return [
      found(`room for ${room} nodes in kube_pods_subnet`, `room for ${hosts.length}, or Kubespray stops`),
    ];
  }
}

interface Inside {
  readonly specification: Specification;
  readonly facts: ClusterFacts<'system'>;
  readonly network: IpNetwork;
}

/** Names of hosts; behind a name the addresses, where they are not the one by which the others know the host. */
function hostsIn({ specification, facts, network }: Inside): string[] {
  const isInside = (text: string) => {
    const address = addressNumber(text);
    return address !== undefined && contains(network, address);
  };
  return specification.hosts.flatMap((host) => {
    if (isInside(nodeAddressOf(host) ?? '')) return [host.name];
    const others = (facts[host.name]?.system?.interfaces ?? [])
      .filter(({ name }) => !isOfCluster(name))
      .flatMap(({ name, addresses }) => addresses.filter(isInside).map((address) => `${address} of ${name}`));
    return others.length === 0 ? [] : [`${host.name} (${others.join(', ')})`];
  });
}

/**
 * What a cluster makes on its nodes with addresses of its own networks: kube-proxy and node-local DNS, and the network
 * plugins that Kubespray has. A bridge of Docker is not among them: it is there without a cluster.
 */
const isOfCluster = (name: string) =>
  ofCluster.has(name) || /^(cali|cilium_|lxc|flannel[.-]|cni[0-9]+$)/.test(name);
const ofCluster = new Set([
  ...['kube-ipvs0', 'nodelocaldns', 'kube-bridge', 'kube-dummy-if', 'weave', 'ovn0', 'mac0'],
  ...['vxlan.calico', 'vxlan-v6.calico', 'wireguard.cali', 'wg-v6.cali', 'tunl0'],
]);

const sizeOf = ({ prefix }: IpNetwork) => 2 ** (32 - prefix);
const contains = (network: IpNetwork, address: number) =>
  address >= network.first && address < network.first + sizeOf(network);
const overlap = (one: IpNetwork, other: IpNetwork) =>
  contains(one, other.first) || contains(other, one.first);
