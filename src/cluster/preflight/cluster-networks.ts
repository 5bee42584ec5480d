import { addressNumber, parseNetwork, type Network } from '../ip-network.js';
import type { Specification } from '../specification.js';
import { isTemplate } from '../template.js';
import { nodeAddressOf, type FoundBefore } from './finding.js';

const networks = {
  kube_service_addresses: { what: 'services', standard: '10.233.0.0/18' },
  kube_pods_subnet: { what: 'pods', standard: '10.233.64.0/18' },
} as const;

/** Pods or services that have the addresses of hosts are the ones that answer in the hosts' place. */
export function clusterNetworkFindings(specification: Specification): FoundBefore[] {
  const { variables } = specification.kubespray;
  const found = (is: string, shouldBe: string): FoundBefore => ({
    check: 'cluster-networks',
    host: null,
    severity: 'error',
    is,
    shouldBe,
    mend: 'Set kube_pods_subnet and kube_service_addresses in kubespray.variables to private networks that nothing else uses.',
  });
  const read = Object.entries(networks).map(([name, { what, standard }]) => {
    const text = variables[name] ?? standard;
    return { name, what, text, network: typeof text === 'string' ? parseNetwork(text) : undefined };
  });
  const [services, pods] = read.map(({ network }) => network);
  return [
    ...read
      .filter(({ network, text }) => network === undefined && !isTemplate(text))
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
      const inside = network === undefined ? [] : hostsIn(specification, network);
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
  function tooSmall({ hosts, firewall }: Specification, network: Network | undefined): FoundBefore[] {
    const { kube_network_node_prefix: prefix = 24 } = variables;
    if (
      network === undefined ||
      isTemplate(prefix) ||
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

function hostsIn({ hosts }: Specification, network: Network): string[] {
  return hosts
    .filter((host) => {
      const address = addressNumber(nodeAddressOf(host) ?? '');
      return address !== undefined && contains(network, address);
    })
    .map(({ name }) => name);
}

const sizeOf = ({ prefix }: Network) => 2 ** (32 - prefix);
const contains = (network: Network, address: number) =>
  address >= network.first && address < network.first + sizeOf(network);
const overlap = (one: Network, other: Network) => contains(one, other.first) || contains(other, one.first);
