import type { SourceGroup, SourceGroups } from './firewall-sources.js';
import { matchesOf } from './firewall-sources.js';
import { membersOf } from './members.js';
import type { Specification } from './specification.js';

/** The set of ports by which the worker gets in; its rule is the first of all. */
export const sshPorts = 'ssh_ports';

/** The rules of a host's input chain, in order; whatever none of them accepts is dropped. */
export function rulesOf(specification: Specification, name: string, groups: SourceGroups): string[] {
  const { controlPlanes, etcdMembers } = membersOf(specification);
  const isControlPlane = controlPlanes.some((host) => host.name === name);
  const isEtcdMember = etcdMembers.some((host) => host.name === name);
  const apiPort = specification.kubespray.variables['kube_apiserver_port'];
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
          ...from(groups.etcdClients, 'tcp dport 2379', 'etcd clients'),
          ...from(groups.etcdMembers, 'tcp dport 2380', 'etcd peers'),
          'tcp dport { 2379, 2380 } drop comment "etcd: nobody else, pods included"',
        ]
      : []),
    ...(isControlPlane
      ? [
          ...from(groups.nodes, `tcp dport ${typeof apiPort === 'number' ? apiPort : 6443}`, 'API server'),
          ...from(groups.controlPlanes, 'tcp dport { 10257, 10259 }', 'controller manager and scheduler'),
        ]
      : []),
    ...from(groups.nodes, 'tcp dport 10250', 'kubelet'),
    ...networkPluginRules(specification, groups),
    ...clusterNetworkRules(specification, groups),
    ...specification.firewall.openPorts.map(
      ({ protocol, port, endPort }) =>
        `${protocol} dport ${endPort === undefined || endPort === port ? port : `${port}-${endPort}`} accept comment "firewall.openPorts"`,
    ),
  ];
}

/** Ports by the plugins' own documents; the encapsulations are those that Kubespray can choose. */
function networkPluginRules({ firewall, kubespray }: Specification, { nodes }: SourceGroups): string[] {
  const { variables } = kubespray;
  switch (firewall.networkPlugin) {
    case 'calico':
      return [
        ...from(nodes, 'udp dport 4789', 'Calico VXLAN'),
        ...from(nodes, 'tcp dport 179', 'Calico BGP'),
        ...from(nodes, 'tcp dport 5473', 'Calico Typha'),
        ...from(nodes, 'meta l4proto 4', 'Calico IP in IP'),
        ...(variables['calico_wireguard_enabled'] === true
          ? from(nodes, 'udp dport 51820', 'Calico WireGuard')
          : []),
      ];
    case 'cilium':
      return [
        ...from(nodes, 'udp dport 8472', 'Cilium VXLAN'),
        ...from(nodes, 'tcp dport 4240', 'Cilium health'),
        ...from(nodes, 'tcp dport 4244', 'Cilium Hubble'),
        ...(variables['cilium_encryption_type'] === 'wireguard'
          ? from(nodes, 'udp dport 51871', 'Cilium WireGuard')
          : []),
      ];
    case 'flannel':
      return from(nodes, 'udp dport 8472', 'Flannel VXLAN');
    case 'none':
      return [];
  }
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
