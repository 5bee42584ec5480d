import { firewallRulesOf, sshPorts } from './firewall-rules.js';
import { type SourceGroup, type SourceGroups, setsOf, sourceGroups } from './source-groups.js';
import type { Specification } from '../specification/specification.js';

/**
 * Step 10 of the document, "Review firewall policies", as a rule set for nftables. The document's ports are too few for
 * the network plugins (trap T12), so the rules follow the roles and the plugin. They stand in a table of their own:
 * other tables are neither read nor changed, and the forward chain, through which pods talk, is left alone.
 */

/** The table that holds everything; nothing else is ever touched. */
export const firewallTable = 'inet slipway';
/** Where the rules are kept for the next boot, and the unit that loads them then. */
export const ruleSetFile = '/etc/nftables.d/slipway.nft';
export const firewallUnit = 'slipway-firewall.service';

/**
 * The complete rule set of one host, for `nft -f`: one transaction that replaces the table, whether it was there or not.
 * @param host inventory name
 * @throws RangeError when the specification has no such host
 */
export function firewallRuleSet({
  specification,
  host: name,
}: {
  specification: Specification;
  host: string;
}): string {
  const host = specification.hosts.find((one) => one.name === name);
  if (!host) throw new RangeError(`The specification has no host named ${name}.`);
  const groups = sourceGroups(specification);
  const rules = firewallRulesOf(specification, name, groups);
  const used = allGroups(groups).filter(({ name: set }) => rules.some((rule) => rule.includes(`@${set}_v`)));
  return [
    `# Firewall of ${name} in the cluster ${specification.name}, written by Slipway. Changes are lost on its next run.`,
    `table ${firewallTable}`,
    `delete table ${firewallTable}`,
    `table ${firewallTable} {`,
    `\tset ${sshPorts} {`,
    '\t\ttype inet_service',
    `\t\telements = { ${host.port} }`,
    '\t}',
    ...used.flatMap(setsOf),
    '\tchain input {',
    '\t\ttype filter hook input priority filter; policy drop;',
    ...rules.map((rule) => `\t\t${rule}`),
    '\t}',
    '}',
    '',
  ].join('\n');
}

/**
 * Adds a port to those by which the worker gets in. Behind a port forwarding the host sees another port than the
 * specification names; only the host can tell which. A rule set that has no such ports is given back as it is.
 */
export function admitSshPort(ruleSet: string, port: number): string {
  return ruleSet.replace(
    new RegExp(`(set ${sshPorts} \\{[^}]*elements = \\{ )([0-9, ]+)( \\})`),
    (_, before: string, ports: string, after: string) => {
      const all = new Set([...ports.split(',').map(Number), port]);
      return `${before}${[...all].join(', ')}${after}`;
    },
  );
}

/** What the rules let in, one phrase for each, such as "tcp 6443 (API server)": for whoever runs another firewall. */
export function policiesOf(ruleSet: string): string[] {
  const policies = [...ruleSet.matchAll(/(tcp|udp) dport (\{[^}]*\}|[0-9-]+) accept comment "([^"]*)"/g)].map(
    ([, protocol, ports, comment]) => `${protocol} ${(ports ?? '').replace(/[{} ]/g, '')} (${comment})`,
  );
  return [...new Set(policies)];
}

/** What an operator should know about the rules before they are applied; each a sentence. */
export function firewallAdvice(specification: Specification): string[] {
  if (!specification.firewall.enabled) return [];
  const { openPorts, networkPlugin } = specification.firewall;
  const isOpen = (first: number, last: number) =>
    openPorts.some(({ port, endPort }) => port <= first && (endPort ?? port) >= last);
  const closed = [80, 443, 8443].filter((port) => !isOpen(port, port)).map(String);
  const names = sourceGroups(specification).nodes.byNameOnly;
  return [
    ...(networkPlugin === 'none'
      ? [
          'The firewall lets nothing of a network plugin through: add the ports that yours needs between nodes to ' +
            'firewall.openPorts, or set firewall.enabled to false.',
        ]
      : []),
    ...(closed.length > 0
      ? [
          `A provider’s ingress needs ${closed.join(', ')}/tcp; add them to firewall.openPorts when it is installed.`,
        ]
      : []),
    ...nodePortAdvice(specification, isOpen(30000, 32767)),
    ...(names.length > 0
      ? [
          `The firewall knows ${names.join(', ')} by name only, so cluster ports are open to everybody; ` +
            `give these hosts an internalAddress.`,
        ]
      : []),
  ];
}

/**
 * With ipvs, Kubespray's default, a NodePort is an address of the host itself, so the rules are asked about it. Iptables and
 * nftables turn it into a pod's before, and the rules for forwarded packets let pods through: seen on a cluster whose
 * rules drop everything else.
 */
function nodePortAdvice({ kubespray: { variables } }: Specification, areOpen: boolean): string[] {
  const mode = variables['kube_proxy_mode'] ?? 'ipvs';
  if (mode === 'iptables' || mode === 'nftables') {
    return [
      `With kube_proxy_mode ${mode} NodePorts (30000–32767) answer everybody who reaches a node, whatever firewall.openPorts ` +
        'says: where they must not, close them in front of the hosts.',
    ];
  }
  return areOpen
    ? []
    : [
        'Leases with ports of their own use NodePorts; add 30000–32767 (tcp and udp) to firewall.openPorts for them.',
      ];
}

const allGroups = ({ nodes, controlPlanes, etcdMembers, etcdClients }: SourceGroups): SourceGroup[] => [
  nodes,
  controlPlanes,
  etcdMembers,
  etcdClients,
];
