import type { SourceGroups } from './source-groups.js';
import { groupBy } from '../values/group-by.js';
import { membersOf, nodeAddressOf } from '../specification/members.js';
import { portsOf, type ClusterPort } from './ports.js';
import type { HostSpecification, Specification } from '../specification/specification.js';

/**
 * Which hosts have to reach which on what ports, and what trying it has shown. Every control plane and etcd member is
 * tried with every host it has to do with; a worker is tried by so many others that follow it in the specification, so
 * that the work of a host does not grow with their number.
 */
export const workersTried = 10;

export type ProbedPort = Pick<ClusterPort, 'protocol' | 'port' | 'what'>;

/** What one host has to try. */
export interface Probe {
  /** Inventory name of the host that is to be reached. */
  readonly to: string;
  readonly address: string;
  readonly ports: readonly ProbedPort[];
}

/** Why a port could not be reached; `other-machine`: something answers that is not the host. */
export type Obstacle = 'timed-out' | 'refused' | 'unreachable' | 'other-machine';

/** One port of one host that another host did not reach. */
export interface FailedProbe extends ProbedPort {
  readonly from: string;
  readonly to: string;
  readonly obstacle: Obstacle;
}

/** Ports of a host that do not let others in, or a host that does not get out. */
export interface BlockedHost {
  readonly host: string;
  /** `in`: the others do not reach its ports; `out`: it reaches none of the others. */
  readonly direction: 'in' | 'out';
  readonly ports: readonly ProbedPort[];
  readonly obstacle: Obstacle;
  /** Some of the hosts at the other end, and how many they are. */
  readonly peers: readonly string[];
  readonly peerCount: number;
}

/** A way on which the longest packets of the sender's interface are lost. Bytes, as in the interface's MTU. */
export interface NarrowPath {
  readonly from: string;
  readonly to: string;
  readonly mtu: number;
  /** The longest that arrived. */
  readonly arrives: number;
}

/**
 * A host whose own table of Slipway's firewall, of an earlier run, does not let in hosts that will need its ports: hosts
 * that have come since, or have another address. Nobody can tell what else would keep them out.
 */
export interface OutdatedFirewall {
  readonly host: string;
  readonly ports: readonly ProbedPort[];
  /** Some of the hosts that it does not let in, and how many they are. */
  readonly peers: readonly string[];
  readonly peerCount: number;
}

/** What trying has shown; small, however many hosts there are. */
export interface Reachability {
  readonly blocked: readonly BlockedHost[];
  readonly narrow: readonly NarrowPath[];
  /** Absent in results of earlier versions. */
  readonly outdated?: readonly OutdatedFirewall[] | undefined;
}

/** The ports of each host that others need, and what each host has to try, by inventory name. */
export interface ProbePlan {
  readonly listen: Readonly<Record<string, readonly ProbedPort[]>>;
  readonly probes: Readonly<Record<string, readonly Probe[]>>;
}

/**
 * Hosts of which only a DNS name is known cannot be tried, because the other hosts may know it by another address; nor
 * those whose address is a loopback one, which is another machine on each host.
 */
export function planProbes(specification: Specification): ProbePlan {
  const sources = sourceNames(specification);
  const workers = specification.hosts.filter(isWorkerOnly).map(({ name }) => name);
  const others = specification.hosts.filter((host) => !isWorkerOnly(host)).map(({ name }) => name);
  const listen: Record<string, ProbedPort[]> = {};
  const probes: Record<string, Probe[]> = {};
  for (const reached of specification.hosts) {
    const { name: to } = reached;
    const ports = portsOf(specification, to).flatMap((port) =>
      port.from === null ? [] : [{ bare: bare(port), from: sources[port.from] }],
    );
    listen[to] = ports.map((port) => port.bare);
    const address = nodeAddressOf(reached);
    if (address === undefined || /^127\.|^::1$/.test(address)) continue;
    const tryingWorkers = isWorkerOnly(reached) ? following(workers, to) : workers;
    for (const source of [...others, ...tryingWorkers]) {
      const tried = ports.filter(({ from }) => from.has(source)).map((port) => port.bare);
      if (source !== to) (probes[source] ??= []).push({ to, address, ports: tried });
    }
  }
  return { listen, probes };
}

const bare = ({ protocol, port, what }: ClusterPort): ProbedPort => ({ protocol, port, what });
const isWorkerOnly = ({ roles }: HostSpecification) => roles.every((role) => role === 'worker');

/** So many that come after a host, from the last one on to the first. */
function following(names: readonly string[], name: string): string[] {
  const next = names.indexOf(name) + 1;
  return [...names.slice(next), ...names.slice(0, next - 1)].slice(0, workersTried);
}

/** The groups of hosts that come to ports, by inventory name; as the firewall has them by address. */
export function sourceNames(
  specification: Specification,
): Readonly<Record<keyof SourceGroups, ReadonlySet<string>>> {
  const { controlPlanes, etcdMembers } = membersOf(specification);
  const named = (hosts: readonly HostSpecification[]) => new Set(hosts.map(({ name }) => name));
  return {
    nodes: named(specification.hosts),
    controlPlanes: named(controlPlanes),
    etcdMembers: named(etcdMembers),
    etcdClients: named([...controlPlanes, ...etcdMembers]),
  };
}

/** Peers of a host that are named. */
export const peersNamed = 5;

/**
 * Sums failures up by the host at which they have to be mended: one that reaches none of several others is itself the
 * one that does not get out, if somebody else reaches them; otherwise it is the host that does not let in.
 * @param tried with those ports only of which the trial has told whether they are open
 */
export function sumUp(tried: Pick<ProbePlan, 'probes'>, failed: readonly FailedProbe[]): BlockedHost[] {
  const cutOff = hostsCutOff(tried, failed);
  const [outgoing, incoming] = [true, false].map((isCutOff) =>
    failed.filter(({ from }) => cutOff.has(from) === isCutOff),
  ) as [FailedProbe[], FailedProbe[]];
  return [
    ...groupBy(outgoing, ({ from }) => from).map((own) => blocked('out', own)),
    ...groupBy(incoming, ({ to }) => to).flatMap(blockedPorts),
  ];
}

/** Hosts that reach nothing of what others do reach. */
function hostsCutOff(
  { probes }: Pick<ProbePlan, 'probes'>,
  failed: readonly FailedProbe[],
): ReadonlySet<string> {
  const failures = new Map(groupBy(failed, wayOf).map((group) => [wayOf(group[0]), group.length]));
  const ways = Object.entries(probes).flatMap(([from, list]) =>
    // Of a way on which nothing was tried nobody knows whether it is open.
    list
      .filter(({ ports }) => ports.length > 0)
      .map(({ to, ports }) => ({
        from,
        to,
        isOpen: (failures.get(wayOf({ from, to })) ?? 0) < ports.length,
      })),
  );
  const reached = new Set(ways.filter(({ isOpen }) => isOpen).map(({ to }) => to));
  const cutOff = groupBy(ways, ({ from }) => from).filter(
    (own) => own.length > 1 && own.every(({ to, isOpen }) => !isOpen && reached.has(to)),
  );
  return new Set(cutOff.map(([{ from }]) => from));
}

const wayOf = ({ from, to }: { readonly from: string; readonly to: string }) => `${from} ${to}`;

/** Ports that the same hosts do not reach for the same reason are told together. */
function blockedPorts(failed: readonly FailedProbe[]): BlockedHost[] {
  const byPort = groupBy(failed, ({ protocol, port, obstacle }) => `${protocol} ${port} ${obstacle}`);
  const alike = groupBy(byPort, (group) =>
    JSON.stringify([group[0].obstacle, group.map(({ from }) => from)]),
  );
  return alike.map(([first, ...rest]) => blocked('in', [...first, ...rest.flat()]));
}

function blocked(
  direction: BlockedHost['direction'],
  failed: readonly [FailedProbe, ...FailedProbe[]],
): BlockedHost {
  const [{ from, to, obstacle }] = failed;
  const isOut = direction === 'out';
  const peers = groupBy(failed, (one) => (isOut ? one.to : one.from)).map(([one]) =>
    isOut ? one.to : one.from,
  );
  const ports = groupBy(failed, ({ protocol, port }) => `${protocol} ${port}`).map(
    ([{ protocol, port, what }]) => ({ protocol, port, what }),
  );
  return {
    host: isOut ? from : to,
    direction,
    ports,
    obstacle,
    peers: peers.slice(0, peersNamed),
    peerCount: peers.length,
  };
}
