import { encapsulationOf } from './encapsulation.js';
import type { SourceGroups } from './source-groups.js';
import { membersOf } from '../specification/members.js';
import type { Specification } from '../specification/specification.js';

/** A port on which something of Kubernetes listens on a host. */
export interface ClusterPort {
  readonly protocol: 'tcp' | 'udp';
  readonly port: number;
  /** Who listens, as a phrase: "API server". */
  readonly what: string;
  /** Which hosts come to it over the network; null: only the host itself. */
  readonly from: keyof SourceGroups | null;
  /** The address that it is bound to; null: every address of the host. */
  readonly bound: string | null;
  /**
   * Processes that are in their right place there, by the name that the kernel keeps, which is cut after 15 characters.
   * None: the kernel itself listens.
   */
  readonly processes: readonly string[];
  /** False: let in by the firewall, but nothing listens with these settings. */
  readonly inUse: boolean;
}

/** By this name of a process `checkReachability` listens for a minute or two, on ports that nobody has yet. */
export const ownListener = 'slipway-reach';

/** What a specification says that decides about ports. */
type Settings = Pick<Specification, 'firewall' | 'kubespray'>;

const port = (
  number: `${'tcp' | 'udp'} ${number}`,
  what: string,
  rest: Partial<ClusterPort>,
): ClusterPort => {
  const [protocol, digits] = number.split(' ') as ['tcp' | 'udp', string];
  return {
    protocol,
    port: Number(digits),
    what,
    from: null,
    bound: null,
    processes: [],
    inUse: true,
    ...rest,
  };
};

/** The port of the API server, 6443 unless a variable says otherwise. */
function apiPortOf(settings: Pick<Specification, 'kubespray'>): number {
  return portIn(settings, 'kube_apiserver_port', 6443);
}

function portIn({ kubespray }: Pick<Specification, 'kubespray'>, variable: string, standard: number): number {
  const set = kubespray.variables[variable];
  return typeof set === 'number' ? set : standard;
}

export const etcdPorts: readonly ClusterPort[] = [
  port('tcp 2379', 'etcd clients', { from: 'etcdClients', processes: ['etcd'] }),
  port('tcp 2380', 'etcd peers', { from: 'etcdMembers', processes: ['etcd'] }),
];

export function controlPlanePorts(settings: Settings): ClusterPort[] {
  return [
    port(`tcp ${apiPortOf(settings)}`, 'API server', { from: 'nodes', processes: ['kube-apiserver'] }),
    port('tcp 10257', 'controller manager', { from: 'controlPlanes', processes: ['kube-controller'] }),
    port('tcp 10259', 'scheduler', { from: 'controlPlanes', processes: ['kube-scheduler'] }),
  ];
}

export const kubeletPort = port('tcp 10250', 'kubelet', { from: 'nodes', processes: ['kubelet'] });

/** Ports by the plugins' own documents; the encapsulations are those that Kubespray can choose. */
export function networkPluginPorts(settings: Settings): ClusterPort[] {
  const { firewall, kubespray } = settings;
  const { variables } = kubespray;
  const from = 'nodes';
  switch (firewall.networkPlugin) {
    case 'calico':
      return [
        port('udp 4789', 'Calico VXLAN', { from, inUse: encapsulationOf(settings).vxlan }),
        port(`tcp ${bgpPort}`, 'Calico BGP', {
          from,
          processes: ['bird', 'bird6'],
          inUse: variables['calico_network_backend'] === 'bird',
        }),
        port('tcp 5473', 'Calico Typha', {
          from,
          processes: ['calico-typha'],
          inUse: variables['typha_enabled'] === true,
        }),
        ...(variables['calico_wireguard_enabled'] === true
          ? [port('udp 51820', 'Calico WireGuard', { from })]
          : []),
      ];
    case 'cilium':
      return [
        port('udp 8472', 'Cilium VXLAN', { from }),
        port('tcp 4240', 'Cilium health', { from, processes: ['cilium-agent', 'cilium-health-r'] }),
        port('tcp 4244', 'Cilium Hubble', {
          from,
          processes: ['cilium-agent'],
          inUse: variables['cilium_enable_hubble'] === true,
        }),
        ...(variables['cilium_encryption_type'] === 'wireguard'
          ? [port('udp 51871', 'Cilium WireGuard', { from })]
          : []),
      ];
    case 'flannel':
      return [port('udp 8472', 'Flannel VXLAN', { from })];
    case 'none':
      return [];
  }
}

/** By what packets of pods go from node to node, as the settings have it: "udp 8472 (Flannel VXLAN)". None: not known. */
export function carriersOf(settings: Settings): string[] {
  const isCarrier = ({ protocol, port: number }: ClusterPort) => protocol === 'udp' || number === bgpPort;
  return [
    ...networkPluginPorts(settings)
      .filter((each) => each.inUse && isCarrier(each))
      .map(namedPort),
    ...(encapsulationOf(settings).ipInIp ? ['IP protocol 4 (Calico IP in IP)'] : []),
  ];
}

/** By which routes are told, where packets of pods are not encapsulated. */
const bgpPort = 179;

/**
 * Kubespray puts a proxy to the API servers on each node without one, unless another load balancer is named. Its sample
 * inventory sets both ports.
 */
function proxyPorts(settings: Settings): ClusterPort[] {
  const { variables } = settings.kubespray;
  const { loadbalancer_apiserver_localhost: set } = variables;
  const hasProxy = typeof set === 'boolean' ? set : !Object.hasOwn(variables, 'loadbalancer_apiserver');
  if (!hasProxy) return [];
  const processes = ['nginx', 'haproxy'];
  const own = portIn(settings, 'loadbalancer_apiserver_port', 6443);
  const health = portIn(settings, 'loadbalancer_apiserver_healthcheck_port', 8081);
  return [
    port(`tcp ${own}`, 'proxy to the API servers', { bound: loopback, processes }),
    port(`tcp ${health}`, 'health of the proxy to the API servers', { processes }),
  ];
}

const loopback = '127.0.0.1';

/** What listens for the host itself only. */
function ownPorts(settings: Settings, { hasApiServer }: { readonly hasApiServer: boolean }): ClusterPort[] {
  const { variables } = settings.kubespray;
  const localDns = { bound: '169.254.25.10', processes: ['node-cache'] };
  return [
    port('tcp 10248', 'kubelet health', { bound: loopback, processes: ['kubelet'] }),
    port('tcp 10249', 'kube-proxy metrics', { bound: loopback, processes: ['kube-proxy'] }),
    port('tcp 10256', 'kube-proxy health', { processes: ['kube-proxy'] }),
    ...(hasApiServer ? [] : proxyPorts(settings)),
    ...(variables['enable_nodelocaldns'] === false
      ? []
      : [
          port('tcp 53', 'node-local DNS', localDns),
          port('udp 53', 'node-local DNS', localDns),
          port('tcp 9254', 'node-local DNS health', localDns),
          port('tcp 9253', 'node-local DNS metrics', { ...localDns, bound: null }),
        ]),
    ...(settings.firewall.networkPlugin === 'calico'
      ? [port('tcp 9099', 'Calico health', { bound: loopback, processes: ['calico-node'] })]
      : []),
  ];
}

/** Every port on which something will listen on a host, by its roles and the network plugin. @param name inventory name */
export function portsOf(specification: Specification, name: string): ClusterPort[] {
  const { controlPlanes, etcdMembers } = membersOf(specification);
  const hasApiServer = controlPlanes.some((host) => host.name === name);
  return [
    ...(etcdMembers.some((host) => host.name === name) ? etcdPorts : []),
    ...(hasApiServer ? controlPlanePorts(specification) : []),
    kubeletPort,
    ...networkPluginPorts(specification),
    ...ownPorts(specification, { hasApiServer }),
  ].filter(({ inUse }) => inUse);
}

/** A port with its name: "tcp 6443 (API server)". */
export function namedPort({
  protocol,
  port: number,
  what,
}: Pick<ClusterPort, 'protocol' | 'port' | 'what'>): string {
  return `${protocol} ${number} (${what})`;
}
