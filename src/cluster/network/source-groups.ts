import { membersOf } from '../specification/members.js';
import type { HostSpecification, Specification } from '../specification/specification.js';

/** A group of hosts from which packets may come, as sets of addresses for nftables. */
export interface SourceGroup {
  readonly name: string;
  readonly v4: readonly string[];
  readonly v6: readonly string[];
  /**
   * Hosts of the group of which only a DNS name is known. Nobody can list their addresses without asking the network,
   * so what is open to the group is then open to everybody.
   */
  readonly byNameOnly: readonly string[];
}

/** The groups that the document's policies speak of: "between all etcd instances", "control plane to kubelet", … */
export interface SourceGroups {
  /** Every host. */
  readonly nodes: SourceGroup;
  readonly controlPlanes: SourceGroup;
  readonly etcdMembers: SourceGroup;
  /** Who asks etcd: the API servers, and members checking each other. */
  readonly etcdClients: SourceGroup;
}

export function sourceGroups(specification: Pick<Specification, 'hosts'>): SourceGroups {
  const { controlPlanes, etcdMembers } = membersOf(specification);
  return {
    nodes: group('nodes', specification.hosts),
    controlPlanes: group('control_planes', controlPlanes),
    etcdMembers: group('etcd_members', etcdMembers),
    etcdClients: group('etcd_clients', [...controlPlanes, ...etcdMembers]),
  };
}

/** Matches for the start of a rule, one for each address family: `ip saddr @nodes_v4`; an empty one is everybody. */
export function matchesOf({ name, v4, v6, byNameOnly }: SourceGroup): string[] {
  if (byNameOnly.length > 0) return [''];
  return [
    ...(v4.length > 0 ? [`ip saddr @${name}_v4 `] : []),
    ...(v6.length > 0 ? [`ip6 saddr @${name}_v6 `] : []),
  ];
}

/** The sets that {@link matchesOf} refers to. */
export function setsOf({ name, v4, v6, byNameOnly }: SourceGroup): string[] {
  if (byNameOnly.length > 0) return [];
  return [...addressSet(`${name}_v4`, 'ipv4_addr', v4), ...addressSet(`${name}_v6`, 'ipv6_addr', v6)];
}

function addressSet(name: string, type: string, addresses: readonly string[]): string[] {
  if (addresses.length === 0) return [];
  return [`\tset ${name} {`, `\t\ttype ${type}`, `\t\telements = { ${addresses.join(', ')} }`, '\t}'];
}

function group(name: string, hosts: readonly HostSpecification[]): SourceGroup {
  const addresses = hosts.flatMap(addressesOf);
  return {
    name,
    v4: unique(addresses.filter(isV4)),
    v6: unique(addresses.filter(isV6)),
    byNameOnly: unique(hosts.filter((host) => addressesOf(host).length === 0).map((host) => host.name)),
  };
}

/** A host may send from either of its addresses, as routes have it; none where only a DNS name is known. */
export function addressesOf({ address, internalAddress }: HostSpecification): string[] {
  return [internalAddress, address].filter(
    (one) => one !== undefined && (isV4(one) || isV6(one)),
  ) as string[];
}

const isV4 = (address: string) => /^[0-9]+(\.[0-9]+){3}$/.test(address);
const isV6 = (address: string) => address.includes(':');
const unique = (values: readonly string[]) => [...new Set(values)].sort();
