import { ephemeralStorageOf } from '../members.js';
import type { Space } from '../facts-system.js';
import { showBytes } from '../units.js';
import type { FoundBefore, HostFinding, Look } from './finding.js';

const megabyte = 1_000_000;

/**
 * Bytes that a cluster needs at once: an initramfs is written beside the old one; Kubespray downloads into /tmp/releases
 * and containerd keeps the images of all components. Half of it is too little for certain.
 */
const needs: Readonly<Record<string, number>> = {
  '/boot': 100 * megabyte,
  '/tmp': 2_000 * megabyte,
  '/var/log': 500 * megabyte,
  '/var/lib/containerd': 5_000 * megabyte,
  '/var/lib/kubelet': 1_000 * megabyte,
};

/** kubelet's own defaults: imagefs.available < 15 %, nodefs.inodesFree < 5 %. */
const evictionShare = { room: 0.15, inodes: 0.05 };

/** Room and inodes, by file system: what lies on the same one shares it. */
export function roomFindings(look: Look): FoundBefore[] {
  const spaces = look.facts.system?.space.filter(({ path }) => isNeeded(look, path)) ?? [];
  const places = [...new Set(spaces.map(({ mountedAt }) => mountedAt))];
  return places
    .map((place) => spaces.filter(({ mountedAt }) => mountedAt === place))
    .flatMap((group) => [...room(group), ...inodes(group)])
    .map((finding) => ({ ...finding, host: look.host.name }));
}

/** Step 7 gives kubelet and containerd an array of their own; only then is a new initramfs made. */
function isNeeded({ specification, host }: Look, path: string): boolean {
  const hasStorage = ephemeralStorageOf(specification, host) !== false;
  if (path === '/boot') return hasStorage;
  return !hasStorage || !isEvictedFor(path);
}

const isEvictedFor = (path: string) => path === '/var/lib/kubelet' || path === '/var/lib/containerd';

function room(group: readonly Space[]): HostFinding[] {
  const [{ mountedAt, freeBytes, totalBytes } = emptySpace] = group;
  const needed = group.reduce((sum, { path }) => sum + (needs[path] ?? 0), 0);
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
      mend: `Make room in ${mountedAt}: apt-get clean, apt-get autoremove --purge for old kernels, journalctl --vacuum-size=100M.`,
    },
  ];
}

function inodes(group: readonly Space[]): HostFinding[] {
  const [{ mountedAt, freeInodes, inodes: all } = emptySpace] = group;
  if (all === 0 || freeInodes >= all * evictionShare.inodes) return [];
  return [
    {
      check: 'free-inodes',
      severity: 'warning',
      is: `${freeInodes} of ${all} inodes free in ${mountedAt}`,
      shouldBe: 'more than 5 %, below which kubelet evicts pods',
      mend: `Find folders with many small files: du --inodes -xd2 ${mountedAt} | sort -n | tail.`,
    },
  ];
}

const emptySpace: Space = { path: '', mountedAt: '', totalBytes: 0, freeBytes: 0, inodes: 0, freeInodes: 0 };
