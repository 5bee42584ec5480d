import { addressesOf } from './source-groups.js';
import { groupBy } from '../values/group-by.js';
import { plainAddress } from '../values/ip-address.js';
import { portsOf } from './ports.js';
import { peersNamed, sourceNames, type OutdatedFirewall, type ProbedPort } from './reachability.js';
import type { Specification } from '../specification/specification.js';

/**
 * On a host of an earlier run stands the table of Slipway's firewall that this run has loaded. It drops what comes from
 * hosts that are new since then, until step 10 writes it anew, so that they seem to be cut off by something else.
 */

/** A port at which a host's own table does not let in some of the hosts that need it. */
export interface ClosedPort extends ProbedPort {
  readonly host: string;
  /** Inventory names of those. */
  readonly from: ReadonlySet<string>;
}

/**
 * Compares tables of earlier runs with what the cluster needs now.
 * @param tables by inventory name, as `nft list table` shows them; hosts without a table are left out, or empty
 */
export function closedPorts(specification: Specification, tables: ReadonlyMap<string, string>): ClosedPort[] {
  const needing = sourceNames(specification);
  const addresses = new Map(
    specification.hosts.map((host) => [host.name, addressesOf(host).map(plainAddress)] as const),
  );
  return specification.hosts.flatMap(({ name: host }) => {
    const table = tables.get(host)?.trim() ?? '';
    if (table === '') return [];
    const accepted = acceptedBy(table);
    return portsOf(specification, host).flatMap(({ from: group, protocol, port, what }): ClosedPort[] => {
      if (group === null) return [];
      const rules = accepted.filter(
        (rule) => rule.protocol === protocol && rule.first <= port && rule.last >= port,
      );
      const from = [...needing[group]].filter(
        (name) => name !== host && !letIn(rules, addresses.get(name) ?? []),
      );
      return from.length === 0 ? [] : [{ host, protocol, port, what, from: new Set(from) }];
    });
  });
}

/** The same by host, for people. */
export function outdatedFirewalls(closed: readonly ClosedPort[]): OutdatedFirewall[] {
  return groupBy(closed, ({ host }) => host).map((group) => {
    const peers = [...new Set(group.flatMap(({ from }) => [...from]))];
    return {
      host: group[0].host,
      ports: group.map(({ protocol, port, what }) => ({ protocol, port, what })),
      peers: peers.slice(0, peersNamed),
      peerCount: peers.length,
    };
  });
}

/** What a rule lets in. */
interface Accepted {
  readonly protocol: string;
  readonly first: number;
  readonly last: number;
  /** In full; null: from everywhere. */
  readonly sources: ReadonlySet<string> | null;
}

/** Whether a host gets in from each of its addresses; one of which no address is known only where everybody does. */
function letIn(rules: readonly Accepted[], addresses: readonly string[]): boolean {
  if (rules.some(({ sources }) => sources === null)) return true;
  return addresses.length > 0 && addresses.every((one) => rules.some(({ sources }) => sources?.has(one)));
}

/** The rules that Slipway writes for ports; it knows them again by their form, and takes no other for one of them. */
function acceptedBy(table: string): Accepted[] {
  const sets = new Map(
    [...table.matchAll(/\bset (\w+) \{[^{}]*elements = \{([^{}]*)\}/g)].map(
      ([, name, elements = '']) => [name, new Set(elements.split(/[\s,]+/).map(plainAddress))] as const,
    ),
  );
  const rule = /^\s*(?:ip6? saddr @(\w+) )?(tcp|udp) dport ([0-9]+)(?:-([0-9]+))? accept\b/gm;
  return [...table.matchAll(rule)].map(([, set, protocol = '', first, last = first]) => ({
    protocol,
    first: Number(first),
    last: Number(last),
    sources: set === undefined ? null : (sets.get(set) ?? new Set()),
  }));
}
