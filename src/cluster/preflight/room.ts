import type { Space } from '../facts/system-facts.js';
import { groupBy } from '../values/group-by.js';
import { ephemeralStorageOf, membersOf } from '../specification/members.js';
import { roomFolders } from './room-folders.js';
import { showBytes } from '../text/quantities.js';
import type { HostFinding, HostLook } from '../checks/host-check.js';
import type { FindingBeforeOverrides } from '../checks/findings.js';

const megabyte = 1_000_000;

/** kubelet's own defaults: imagefs.available < 15 %, nodefs.inodesFree < 5 %. */
const evictionShare = { room: 0.15, inodes: 0.05 };

/** A folder that a cluster puts something into, and the bytes that it needs there at once. */
interface Needed extends Space {
  readonly bytes: number;
}

/** Room and inodes, by file system: what lies on the same one shares it. */
export function roomFindings(look: HostLook): FindingBeforeOverrides[] {
  const needs = needsOf(look);
  const spaces = (look.facts.system?.space ?? []).flatMap((space): Needed[] => {
    const bytes = needs.get(space.path);
    return bytes === undefined ? [] : [{ ...space, bytes }];
  });
  return groupBy(spaces, ({ mountedAt }) => mountedAt)
    .flatMap((group) => [...room(group, look), ...inodes(group)])
    .map((finding) => ({ ...finding, host: look.host.name }));
}

/**
 * Half of it is too little for certain. An initramfs is written beside the old one; packages are installed everywhere;
 * Kubespray downloads into one folder and copies programs from there into others; containerd keeps the images of all
 * components. Step 7 gives kubelet and containerd an array of their own, and only for it a new initramfs is made.
 */
function needsOf({ specification, host, facts }: HostLook): ReadonlyMap<string, number> {
  const hasStorage = ephemeralStorageOf(specification, host) !== false;
  const isMember = membersOf(specification).etcdMembers.some(({ name }) => name === host.name);
  // On a node programs are there already; a new one lies beside the old one for a moment.
  const isNode = facts.kubernetes != null;
  const { etcd, downloads } = roomFolders(specification);
  const needs: readonly [path: string | undefined, megabytes: number, isNeeded: boolean][] = [
    ['/', 300, true],
    ['/boot', 100, hasStorage],
    [downloads, 2_000, true],
    ['/usr/local/bin', isNode ? 100 : 600, true],
    ['/opt/cni', 200, !isNode],
    ['/var/log', 500, true],
    ['/var/lib/containerd', 5_000, !hasStorage],
    ['/var/lib/kubelet', 1_000, !hasStorage],
    [etcd, 1_000, isMember],
  ];
  return new Map(
    needs.flatMap(([path, megabytes, isNeeded]) =>
      path !== undefined && isNeeded ? [[path, megabytes * megabyte] as const] : [],
    ),
  );
}

const isEvictedFor = (path: string) => path === '/var/lib/kubelet' || path === '/var/lib/containerd';

function room(group: readonly [Needed, ...Needed[]], look: HostLook): HostFinding[] {
  const [{ mountedAt, freeBytes, totalBytes }] = group;
  const needed = group.reduce((sum, { bytes }) => sum + bytes, 0);
  const share = group.some(({ path }) => isEvictedFor(path)) ? evictionShare.room : 0;
  const isShort = freeBytes < needed;
  if (!isShort && freeBytes >= totalBytes * share) return [];
  const what = `${showBytes(freeBytes)} of ${showBytes(totalBytes)} free in ${mountedAt}`;
  const paths = group.map(({ path }) => path).join(', ');
  return [
    {
      check: 'free-space',
      severity: freeBytes < needed / 2 ? 'error' : 'warning',
      is: what,
      shouldBe: isShort
        ? `at least ${showBytes(needed)} for ${paths}`
        : 'more than 15 %, below which kubelet evicts pods and deletes images',
      advice: howToMakeRoom(mountedAt, look),
    },
  ];
}

/** Where packages, old kernels and the journal lie; what fills another file system nobody knows beforehand. */
const cleaned = ['/', '/boot', '/usr', '/var', '/var/log'];

function howToMakeRoom(mountedAt: string, { facts }: HostLook): string {
  const isInMemory = facts.mounts.some(
    ({ target, fileSystem }) => target === mountedAt && fileSystem === 'tmpfs',
  );
  if (isInMemory && mountedAt === '/tmp') {
    return 'It is in memory (tmpfs). Name a folder on a disk in local_release_dir of kubespray.variables; or systemctl mask tmp.mount and restart the host, and /tmp is on its disk.';
  }
  if (isInMemory) return `It is in memory (tmpfs): mount something on a disk at ${mountedAt}.`;
  if (cleaned.includes(mountedAt)) {
    return `Make room in ${mountedAt}: apt-get clean, apt-get autoremove --purge for old kernels, journalctl --vacuum-size=100M.`;
  }
  return `Look what fills ${mountedAt}: du -xhd1 ${mountedAt} | sort -h | tail. Or mount something larger there.`;
}

function inodes(group: readonly [Space, ...Space[]]): HostFinding[] {
  const [{ mountedAt, freeInodes, inodes: all }] = group;
  if (all === 0 || freeInodes >= all * evictionShare.inodes) return [];
  return [
    {
      check: 'free-inodes',
      severity: 'warning',
      is: `${freeInodes} of ${all} inodes free in ${mountedAt}`,
      shouldBe: 'more than 5 %, below which kubelet evicts pods',
      advice: `Find folders with many small files: du --inodes -xd2 ${mountedAt} | sort -n | tail.`,
    },
  ];
}
