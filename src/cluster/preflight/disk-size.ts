import type { Space } from '../facts/system-facts.js';
import { ephemeralStorageOf } from '../specification/members.js';
import { groupBy } from '../values/group-by.js';
import { roomFolders } from './room-folders.js';
import type { HostLook } from '../checks/host-check.js';

/** What a role's data has to itself. */
export interface DiskSize {
  readonly bytes: number;
  /** Of each file system that counts. */
  readonly mountedAt: readonly string[];
}

/** The file systems that a role fills, each of them once; the root's alone where those of its folders are not known. */
export function diskOf(look: HostLook, role: 'control-plane' | 'worker'): DiskSize {
  const { rootDisk, system } = look.facts;
  const spaces = foldersOf(look, role).map((folder) => system?.space.find(({ path }) => path === folder));
  if (!spaces.every((space) => space !== undefined)) {
    return { bytes: rootDisk.totalBytes, mountedAt: ['/'] };
  }
  const different = groupBy(spaces, deviceOf).map(([first]) => first);
  return {
    bytes: different.reduce((sum, { totalBytes }) => sum + totalBytes, 0),
    mountedAt: [...new Set(spaces.map(({ mountedAt }) => mountedAt))],
  };
}

/** Whether step 7 gives images and pods an array, so that the sizes of the other file systems are not theirs. */
export function hasOwnArray({ specification, host }: HostLook): boolean {
  return ephemeralStorageOf(specification, host) !== false;
}

/** Where step 7 makes an array, it may be there already or not: what the system keeps is the same before and after. */
function foldersOf(look: HostLook, role: 'control-plane' | 'worker'): string[] {
  const { etcd } = roomFolders(look.specification);
  const images = hasOwnArray(look) ? [] : ['/var/lib/containerd'];
  if (role === 'control-plane') return ['/', ...images, ...(etcd === undefined ? [] : [etcd])];
  return hasOwnArray(look) ? ['/', '/var/log'] : [...images, '/var/lib/kubelet'];
}

/** A block device is one file system, wherever it is mounted; other sources, such as tmpfs, are any number of them. */
function deviceOf({ source, mountedAt }: Space): string {
  return source?.startsWith('/dev/') === true ? source : mountedAt;
}
