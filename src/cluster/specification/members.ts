import { isIpAddress } from '../values/ip-address.js';
import type { EphemeralStorage, HostSpecification, Role, Specification } from './specification.js';

/** The hosts by what they are in the cluster, each list in the specification's order. */
export interface Members {
  readonly controlPlanes: readonly HostSpecification[];
  /** Those with the role `etcd`; where nobody has it, the control planes, as the document's inventory shows. */
  readonly etcdMembers: readonly HostSpecification[];
  readonly workers: readonly HostSpecification[];
}

/** Sorts the hosts by role. A host may be in more than one list. */
export function membersOf({ hosts }: Pick<Specification, 'hosts'>): Members {
  const having = (role: Role) => hosts.filter((host) => host.roles.includes(role));
  const controlPlanes = having('control-plane');
  const etcd = having('etcd');
  return {
    controlPlanes,
    etcdMembers: etcd.length > 0 ? etcd : controlPlanes,
    workers: having('worker'),
  };
}

/** Whether it is a control plane or an etcd member: without one of those Kubespray would build another cluster. */
export function isOfControlPlane({ roles }: Pick<HostSpecification, 'roles'>): boolean {
  return roles.some((role) => role !== 'worker');
}

/** Whether it runs pods: one that is an etcd member only does not. */
export function isNode({ roles }: Pick<HostSpecification, 'roles'>): boolean {
  return roles.some((role) => role !== 'etcd');
}

/** What step 7 is to do on a host: its own setting, else, on workers only, the cluster's. `false`: nothing. */
export function ephemeralStorageOf(
  { ephemeralStorage }: Pick<Specification, 'ephemeralStorage'>,
  host: HostSpecification,
): EphemeralStorage | false {
  return host.ephemeralStorage ?? (host.roles.includes('worker') && ephemeralStorage);
}

/** Where facts are read of a machine that has no step 7 of its own to do. */
export const documentsMountPoint = '/data';

/** Where a host's facts are read: what is mounted there, or is to be. */
export function factsMountPoint(
  specification: Pick<Specification, 'ephemeralStorage'>,
  host: HostSpecification,
): string {
  const storage = ephemeralStorageOf(specification, host);
  return storage === false ? documentsMountPoint : storage.mountPoint;
}

/** The address by which the other nodes reach a host; undefined where only a DNS name is known. */
export function nodeAddressOf({ address, internalAddress }: HostSpecification): string | undefined {
  return internalAddress ?? (isIpAddress(address) ? address : undefined);
}
