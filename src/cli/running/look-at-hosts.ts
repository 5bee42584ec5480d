import { randomUUID } from 'node:crypto';
import { proveReachability } from '../../probes/prove-reachability.js';
import { readFactsAndClock } from '../../probes/read-facts.js';
import type { HostFacts } from '../../cluster/facts/facts.js';
import { documentsMountPoint, factsMountPoint } from '../../cluster/specification/members.js';
import type { Seen } from '../../cluster/plan/plan-from-facts.js';
import { roomPathsOf } from '../../cluster/preflight/room-folders.js';
import type { Unread } from '../../cluster/plan/plan.js';
import type { Specification } from '../../cluster/specification/specification.js';
import type { FindingBeforeOverrides } from '../../cluster/checks/findings.js';
import { forEachBounded } from '../../cluster/values/for-each-bounded.js';
import { sudoFinding } from '../../cluster/preflight/sudo.js';
import { SudoRefusedError } from '../../hosts/errors.js';
import { connectionsAtOnce, type HostPool } from '../../hosts/pool/host-pool.js';
import { type HostAddress, controlHostAddress, hostAddressOf } from '../../protocol/host-addresses.js';
import { openHost } from '../../hosts/pool/open-host.js';

/** What was seen of the machines of a specification, without changing anything on them. */
export interface SeenMachines extends Seen {
  /** One sentence for each machine that could not be read. */
  readonly unread: readonly Unread[];
}

/** Reads the facts of the control host and of every host, and whether the hosts reach each other. */
export async function lookAtHosts(specification: Specification, pool: HostPool): Promise<SeenMachines> {
  const facts: Record<string, HostFacts> = {};
  const unread: Unread[] = [];
  const findings: FindingBeforeOverrides[] = [];
  let controlHost: HostFacts | undefined;
  const roomFor = roomPathsOf(specification);
  const read = async (
    address: HostAddress,
    { mountPoint, controlHostOf }: { readonly mountPoint: string; readonly controlHostOf?: string },
    keep: (facts: HostFacts) => void,
  ) => {
    try {
      const host = await openHost(address, specification, pool);
      try {
        keep(await readFactsAndClock(host, mountPoint, { controlHostOf, roomFor }));
      } finally {
        await host.close();
      }
    } catch (error) {
      unread.push({ host: address.name, isNode: controlHostOf === undefined, why: whyOf(error) });
      if (error instanceof SudoRefusedError) findings.push(sudoRefused(address.name, error));
    }
  };
  const visits = [
    () =>
      read(
        controlHostAddress(specification),
        { mountPoint: documentsMountPoint, controlHostOf: specification.name },
        (found) => {
          controlHost = found;
        },
      ),
    ...specification.hosts.map(
      (host) => () =>
        read(
          hostAddressOf(specification, host),
          { mountPoint: factsMountPoint(specification, host) },
          (found) => {
            facts[host.name] = found;
          },
        ),
    ),
  ];
  await forEachBounded(visits, (visit) => visit(), { atOnce: connectionsAtOnce });
  sortByHost(unread, specification);
  sortByHost(findings, specification);
  const hosts = specification.hosts.filter(({ name }) => name in facts);
  const reachability = await proveReachability({
    pool,
    specification: { ...specification, hosts },
    key: randomUUID(),
    hosts: hosts.map((host) => hostAddressOf(specification, host)),
  }).catch((error: unknown) => {
    unread.push({ host: 'the ways between the hosts', isNode: false, why: whyOf(error) });
    return undefined;
  });
  return { facts, controlHost, unread, findings, reachability };
}

/** Answers come in any order; what is told of them does not change from one time to the next. */
function sortByHost(told: { readonly host: string | null }[], specification: Specification): void {
  const names = [controlHostAddress(specification).name, ...specification.hosts.map(({ name }) => name)];
  const placeOf = ({ host }: { readonly host: string | null }) => names.indexOf(host ?? '');
  told.sort((left, right) => placeOf(left) - placeOf(right));
}

function whyOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

function sudoRefused(host: string, { context }: SudoRefusedError): FindingBeforeOverrides {
  const said = context.output?.trim().split('\n').at(-1) ?? 'refused';
  return sudoFinding({ host, said, advice: context.advice ?? '' });
}
