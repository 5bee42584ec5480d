import type { Draft, DraftHost } from '../draft.js';
import type { Problem } from '../problems.js';
import type { EphemeralStorage } from '../specification.js';
import { repeats, wrong } from './repeats.js';

/** Fewest disks of an array. mdadm makes an array of one disk only when it is forced to. */
const fewestDisks = { raid0: 2, raid1: 2, raid10: 4 } as const;

/** Nothing may be mounted here or beneath: the system, or what is to be moved onto the array. */
const systemFolders = [
  '/bin', '/boot', '/dev', '/etc', '/lib', '/lib32', '/lib64', '/libx32', '/proc', '/root', '/run', '/sbin', '/sys',
  '/tmp', '/usr', '/var/lib/containerd', '/var/lib/etcd', '/var/lib/kubelet', '/var/lib/slipway', '/var/log', '/var/run',
]; // prettier-ignore

/** Beneath these a mount point is fine, but not on them: it would hide what is there. */
const sharedFolders = ['/', '/home', '/media', '/mnt', '/opt', '/srv', '/var', '/var/lib', '/var/tmp'];

/** Step 7's settings, for the cluster and for each host. */
export function storageProblems(draft: Draft): Problem[] {
  const { ephemeralStorage, hosts } = draft;
  return [
    ...settingProblems(ephemeralStorage, ['ephemeralStorage']),
    ...sharedSerials(draft),
    ...hosts.flatMap((host, index) =>
      settingProblems(host.ephemeralStorage, ['hosts', index, 'ephemeralStorage']),
    ),
    ...serialsOfSeveralHosts(hosts),
  ];
}

function settingProblems(storage: EphemeralStorage | false | undefined, path: Problem['path']): Problem[] {
  if (storage === undefined || storage === false) return [];
  return [...mountPointProblems(storage, path), ...diskProblems(storage, [...path, 'disks'])];
}

function mountPointProblems({ mountPoint }: EphemeralStorage, path: Problem['path']): Problem[] {
  const taken =
    systemFolders.find((folder) => mountPoint === folder || mountPoint.startsWith(`${folder}/`)) ??
    sharedFolders.find((folder) => mountPoint === folder);
  if (taken === undefined) return [];
  return [
    wrong([...path, 'mountPoint'], `must be a folder of its own such as /data; ${taken} is the system's`),
  ];
}

function diskProblems({ level, disks }: EphemeralStorage, path: Problem['path']): Problem[] {
  const { count, serials } = disks;
  const problems = repeats(serials ?? []).map(({ index, value }) =>
    wrong([...path, 'serials', index], `must not repeat; ${value} is given already`),
  );
  if (serials !== undefined && serials.length !== count) {
    problems.push(
      wrong([...path, 'count'], `must be ${serials.length}, the number of serials; it is ${count}`),
    );
  }
  if (count < fewestDisks[level]) {
    problems.push(
      wrong([...path, 'count'], `must be at least ${fewestDisks[level]} for ${level}; it is ${count}`),
    );
  }
  return problems;
}

/** Serials of the cluster's own setting would be looked for on every worker, though a disk is in one of them only. */
function sharedSerials({ ephemeralStorage, hosts }: Draft): Problem[] {
  if (!ephemeralStorage || ephemeralStorage.disks.serials === undefined) return [];
  const meant = hosts.filter((host) => host.roles?.includes('worker') && host.ephemeralStorage === undefined);
  if (meant.length < 2) return [];
  return [
    wrong(
      ['ephemeralStorage', 'disks', 'serials'],
      `must be given with each host instead, because they would be looked for on ${meant.length} workers`,
    ),
  ];
}

function serialsOfSeveralHosts(hosts: readonly DraftHost[]): Problem[] {
  const named = hosts.flatMap(({ ephemeralStorage }, host) =>
    (ephemeralStorage ? (ephemeralStorage.disks.serials ?? []) : []).map((serial, index) => ({
      host,
      serial,
      index,
    })),
  );
  return repeats(named.map(({ serial }) => serial)).flatMap(({ index, first, value }) => {
    const [here, there] = [named[index], named[first]];
    if (here === undefined || there === undefined || here.host === there.host) return [];
    return [
      wrong(
        ['hosts', here.host, 'ephemeralStorage', 'disks', 'serials', here.index],
        `must be a disk of this host only; ${value} is named for hosts.${there.host} too`,
      ),
    ];
  });
}
