import { askedKubernetes } from '../expectations.js';
import type { Release } from '../releases.js';
import type { Specification } from '../specification.js';
import { addressNumber, parseNetwork, type Network } from '../ip-network.js';
import { nodeAddressOf, type FoundBefore } from './finding.js';

type Variables = Specification['kubespray']['variables'];

/** What Kubespray's own checks of its variables stop at, minutes after its start, told before. */
export function kubesprayFindings(specification: Specification, release: Release | undefined): FoundBefore[] {
  const { variables } = specification.kubespray;
  return [
    ...variableFindings(variables),
    ...(release === undefined ? [] : kubeVersionForm(variables, release)),
    ...networkFindings(specification),
  ];
}

/** Releases look it up in their tables of checksums, as a text that has a `v` or has none. */
function kubeVersionForm(variables: Variables, release: Release): FoundBefore[] {
  const own = variables['kube_version'];
  const { name, kubernetes, kubeVersionPrefix: prefix } = release;
  if (own === undefined || (typeof own === 'string' && own.includes('{{'))) return [];
  const number = askedKubernetes(variables);
  const right = `${prefix}${number ?? kubernetes ?? '1.x.y'}`;
  if (own === right) return [];
  return [
    {
      check: 'kubespray-variables',
      host: null,
      severity: 'error',
      is: `kube_version: ${JSON.stringify(own)}`,
      shouldBe: `of the form ${right}, ${prefix === 'v' ? 'with' : 'without'} a v before it, for Kubespray ${name}`,
      mend: `Write kube_version: ${right} in kubespray.variables${number === null ? ', or whichever version is meant' : ''}.`,
    },
  ];
}

/** Its choices, by roles/kubernetes/preinstall and roles/validate_inventory of v2.24.1 to v2.31.0. */
const choices: Readonly<Record<string, readonly string[]>> = {
  kube_network_plugin: [
    ...['calico', 'flannel', 'weave', 'cloud', 'cilium', 'cni', 'kube-ovn', 'kube-router'],
    ...['macvlan', 'custom_cni', 'none'],
  ],
  kube_proxy_mode: ['iptables', 'ipvs', 'nftables'],
  dns_mode: ['coredns', 'coredns_dual', 'manual', 'none'],
  cert_management: ['script', 'none'],
  resolvconf_mode: ['docker_dns', 'host_resolvconf', 'none'],
};
/** Where Kubespray has a choice, and Slipway works with one of them only. */
const needed = {
  container_manager: { value: 'containerd', why: 'whose unit Slipway looks after and whose data it moves' },
  etcd_deployment_type: { value: 'host', why: 'because Slipway looks after etcd as a service of its hosts' },
} as const;
/** "Stop if known booleans are set as strings". */
const booleans = [
  ...['download_run_once', 'download_always_pull', 'download_localhost', 'helm_enabled'],
  ...['deploy_netchecker', 'openstack_lbaas_enabled', 'auto_renew_certificates', 'enable_nodelocaldns'],
] as const;

function variableFindings(variables: Variables): FoundBefore[] {
  const found = (name: string, shouldBe: string): FoundBefore => ({
    check: 'kubespray-variables',
    host: null,
    severity: 'error',
    is: `${name}: ${JSON.stringify(variables[name])}`,
    shouldBe,
    mend: `Correct ${name} in kubespray.variables.`,
  });
  const isSet = (name: string) => Object.hasOwn(variables, name);
  return [
    ...Object.entries(choices)
      .filter(([name, known]) => isSet(name) && !known.some((choice) => choice === variables[name]))
      .map(([name, known]) => found(name, `one of ${known.join(', ')}, or Kubespray stops`)),
    ...Object.entries(needed)
      .filter(([name, { value }]) => isSet(name) && variables[name] !== value)
      .map(([name, { value, why }]) => found(name, `${value}, ${why}`)),
    ...booleans
      .filter((name) => isSet(name) && typeof variables[name] !== 'boolean')
      .map((name) => found(name, 'true or false without quotes, or Kubespray stops')),
    ...(variables['download_localhost'] === true && variables['download_run_once'] !== true
      ? [found('download_localhost', 'set together with download_run_once: true, or Kubespray stops')]
      : []),
    ...(variables['kube_external_ca_mode'] === true && variables['auto_renew_certificates'] === true
      ? [found('auto_renew_certificates', 'false where kube_external_ca_mode is true, or Kubespray stops')]
      : []),
  ];
}

const networks = {
  kube_service_addresses: { what: 'services', standard: '10.233.0.0/18' },
  kube_pods_subnet: { what: 'pods', standard: '10.233.64.0/18' },
} as const;

/** Pods or services that have the addresses of hosts are the ones that answer in the hosts' place. */
function networkFindings(specification: Specification): FoundBefore[] {
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
      .filter(({ network }) => network === undefined)
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
    const nodePrefix = Number(variables['kube_network_node_prefix'] ?? 24);
    if (network === undefined || !['cilium', 'flannel'].includes(firewall.networkPlugin)) return [];
    const room = 2 ** (nodePrefix - network.prefix);
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
