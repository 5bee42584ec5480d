import { type SourceGroup, type SourceGroups, matchesOf } from './source-groups.js';
import { membersOf } from '../specification/members.js';
import { type ClusterPort, controlPlanePorts, etcdPorts, kubeletPort, networkPluginPorts } from './ports.js';
import type { Specification } from '../specification/specification.js';

/** The set of ports by which the worker gets in; its rule is the first of all. */
export const sshPorts = 'ssh_ports';

/** The rules of a host's input chain, in order; whatever none of them accepts is dropped. */
export function firewallRulesOf(specification: Specification, name: string, groups: SourceGroups): string[] {
  const { controlPlanes, etcdMembers } = membersOf(specification);
  const isControlPlane = controlPlanes.some((host) => host.name === name);
  const isEtcdMember = etcdMembers.some((host) => host.name === name);
  return [
    `tcp dport @${sshPorts} accept comment "ssh, before anything else"`,
    'iif "lo" accept',
    'ct state established,related accept',
    // By number: a minimal host has no /etc/protocols.
    'meta l4proto { 1, 58 } accept comment "ICMP and ICMPv6"',
    'udp sport 67 udp dport 68 accept comment "DHCP"',
    'ip6 saddr fe80::/10 udp sport 547 udp dport 546 accept comment "DHCPv6"',
    ...(isEtcdMember
      ? [
          ...etcdPorts.flatMap(portRules(groups)),
          'tcp dport { 2379, 2380 } drop comment "etcd: nobody else, pods included"',
        ]
      : []),
    ...(isControlPlane ? controlPlanePorts(specification).flatMap(portRules(groups)) : []),
    ...portRules(groups)(kubeletPort),
    ...networkPluginRules(specification, groups),
    ...clusterNetworkRules(specification, groups),
    ...specification.firewall.openPorts.map(
      ({ protocol, port, endPort }) =>
        `${protocol} dport ${endPort === undefined || endPort === port ? port : `${port}-${endPort}`} accept comment "firewall.openPorts"`,
    ),
  ];
}

/** Ports of the network plugin, and Calico's IP in IP, which has none. */
function networkPluginRules(specification: Specification, groups: SourceGroups): string[] {
  const ports = networkPluginPorts(specification);
  if (specification.firewall.networkPlugin !== 'calico') return ports.flatMap(portRules(groups));
  const isWireGuard = ({ what }: ClusterPort) => what === 'Calico WireGuard';
  return [
    ...ports.filter((port) => !isWireGuard(port)).flatMap(portRules(groups)),
    ...from(groups.nodes, 'meta l4proto 4', 'Calico IP in IP'),
    ...ports.filter(isWireGuard).flatMap(portRules(groups)),
  ];
}

/** A rule for each address family in which the hosts that come to the port are known. */
function portRules(groups: SourceGroups) {
  return ({ from: group, protocol, port, what }: ClusterPort): string[] =>
    group === null ? [] : from(groups[group], `${protocol} dport ${port}`, what);
}

/**
 * Pods reach what a host serves for them (node-local DNS, the API server, kubelet), and with kube-proxy in its IPVS
 * mode, Kubespray's default, a service's address is a local one, so that calls to services come through this chain.
 */
function clusterNetworkRules({ kubespray }: Specification, { nodes }: SourceGroups): string[] {
  const { variables } = kubespray;
  const network = (variable: string, standard: string) => {
    const value = variables[variable];
    return typeof value === 'string' && /^[0-9a-fA-F.:]+\/[0-9]{1,3}$/.test(value) ? value : standard;
  };
  const pods = network('kube_pods_subnet', '10.233.64.0/18');
  const services = network('kube_service_addresses', '10.233.0.0/18');
  const rules = [
    `ip saddr ${pods} accept comment "pods"`,
    ...from(nodes, `ip daddr ${services}`, 'services'),
  ];
  if (variables['enable_dual_stack_networks'] !== true && variables['ipv6_stack'] !== true) return rules;
  const pods6 = network('kube_pods_subnet_ipv6', 'fd85:ee78:d8a6:8607::1:0000/112');
  const services6 = network('kube_service_addresses_ipv6', 'fd85:ee78:d8a6:8607::1000/116');
  return [
    ...rules,
    `ip6 saddr ${pods6} accept comment "pods"`,
    ...from(nodes, `ip6 daddr ${services6}`, 'services'),
  ];
}

function from(group: SourceGroup, match: string, comment: string): string[] {
  return matchesOf(group)
    .filter((sources) => !mixesFamilies(sources, match))
    .map((sources) => `${sources}${match} accept comment "${comment}"`);
}

/** A packet has one family; nft refuses a rule that asks for both. */
function mixesFamilies(sources: string, match: string): boolean {
  return (
    (sources.startsWith('ip ') && match.startsWith('ip6 ')) ||
    (sources.startsWith('ip6 ') && match.startsWith('ip '))
  );
}
