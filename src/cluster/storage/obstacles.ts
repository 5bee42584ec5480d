import { isNamed, unfitness } from './device-misfits.js';
import { heldExclusively, type HostFacts, type RaidArray } from '../facts/facts.js';
import { editFstab, type FstabRecord } from './fstab.js';
import { editMdadmConf } from './mdadm-conf.js';
import { sameMdUuid } from './md-uuid.js';
import { type DiskSelection, holdsOnly } from './disk-selection.js';
import type { EphemeralStorage } from '../specification/specification.js';
import type { StorageTarget } from './storage-plan.js';
import { runningArray } from './storage-differences.js';

/** A host as it is and as it is asked for, and the disks that were found for it. */
export interface StorageSituation {
  readonly facts: HostFacts;
  readonly storage: EphemeralStorage;
  readonly selection: DiskSelection;
  readonly record: FstabRecord | null;
}

type Situation = StorageSituation & { readonly target: StorageTarget };

const packageOf: Readonly<Record<string, string>> = {
  mdadm: 'mdadm',
  'mkfs.ext4': 'e2fsprogs',
  e2fsck: 'e2fsprogs',
  rsync: 'rsync',
  lsblk: 'util-linux',
  blkid: 'util-linux',
  findmnt: 'mount',
  udevadm: 'udev',
  'update-initramfs': 'initramfs-tools',
};

/** What is missing on the host, with the line that installs it; null when all is there. */
export function toolObstacle({ missingTools }: HostFacts, path: StorageTarget['path']): string | null {
  const needed = missingTools.filter(
    (tool) => packageOf[tool] !== undefined && (path === 'migrate' || tool !== 'rsync'),
  );
  if (needed.length === 0) return null;
  const packages = [...new Set(needed.map((tool) => packageOf[tool]))].sort();
  return `${needed.join(', ')} not found. Run on the host: apt-get install -y ${packages.join(' ')}`;
}

/** Bytes of data that the array can take, with 5 % for the file system itself. */
export function roomOf({ disks, array }: StorageTarget): number {
  const sizes = disks.map(({ bytes }) => bytes);
  const smallest = Math.min(...sizes);
  const raw = {
    raid0: sizes.reduce((sum, size) => sum + size, 0),
    raid1: smallest,
    raid10: (smallest * sizes.length) / 2,
  }[array.level];
  return Math.floor(raw * 0.95);
}

/** Every reason why the plan cannot be carried out although there are disks; full sentences. */
export function obstacles(situation: Situation): readonly string[] {
  return [
    ...recordObstacles(situation),
    ...ownArrayObstacles(situation),
    ...placeObstacles(situation),
    ...directoryObstacles(situation),
  ];
}

function recordObstacles({ record, target }: Situation): readonly string[] {
  if (record === null || record.arrayName !== target.array.name) return [];
  const found: string[] = [];
  if (record.fileSystemUuid !== target.fileSystem.uuid) {
    found.push(
      `/etc/fstab belongs to a step 7 with other disks (file system ${record.fileSystemUuid}): connect them again, or remove that line.`,
    );
  }
  if (record.mountPoint !== target.mountPoint) {
    found.push(`The array is mounted at ${record.mountPoint}; it is not moved to ${target.mountPoint}.`);
  }
  if (record.layout !== target.layout) {
    found.push(`The layout is ${record.layout} already; it is not changed to ${target.layout}.`);
  }
  return found;
}

function ownArrayObstacles({ facts, storage, target, selection, record }: Situation): readonly string[] {
  const found: string[] = [];
  const { serials } = storage.disks;
  if (serials !== undefined && selection.disks.some((disk) => !isNamed(disk, serials))) {
    found.push("Slipway's own array is on other disks than the specification names.");
  }
  if (selection.state === 'partial' && (target.array.level !== 'raid0' || record !== null)) {
    found.push(`One of the disks has lost its part of the array ${target.array.uuid}.`);
  }
  const array = runningArray(facts, target);
  const names = array === undefined ? [] : [array.device.replace('/dev/', '')];
  for (const disk of selection.disks.filter((member) => !holdsOnly(member, names))) {
    found.push(`${disk.name} (${disk.serial ?? ''}) is used by more than the array.`);
  }
  if (array === undefined) return [...found, ...assemblyObstacles(facts, selection)];
  if (array.level !== target.array.level) {
    found.push(`The array exists as ${array.level}; it is not changed to ${target.array.level}.`);
  }
  return [...found, ...contentObstacles(facts, target, array)];
}

/** What would keep the step that assembles the array, or writes it, from taking its disks. */
function assemblyObstacles({ blockDevices }: HostFacts, { disks }: DiskSelection): readonly string[] {
  return disks.flatMap((disk) =>
    unfitness(disk, blockDevices).map((why) => `${disk.name} (${disk.serial ?? ''}) cannot be used: ${why}`),
  );
}

function contentObstacles(
  facts: HostFacts,
  target: StorageTarget,
  { device: path }: RaidArray,
): readonly string[] {
  const device = facts.blockDevices.find(({ name }) => `/dev/${name}` === path);
  if (device === undefined) return [];
  const { signature, uuid, partitionTable, holders, mountPoints, usedBy } = device;
  const found: string[] = [];
  const ours = signature === target.fileSystem.type && uuid === target.fileSystem.uuid;
  if (signature !== null && !ours) {
    found.push(`The array holds ${signature} ${uuid ?? ''}, which is not the planned file system.`);
  }
  if (partitionTable !== null) found.push('The array has a partition table.');
  if (holders.length > 0) found.push(`Something is built upon the array: ${holders.join(', ')}.`);
  if (!ours && mountPoints.length > 0) found.push(`The array is mounted at ${mountPoints.join(', ')}.`);
  // Who has mounted the planned file system holds the array exclusively.
  const foreign = usedBy.filter((use) => !ours || use !== heldExclusively);
  if (foreign.length > 0) found.push(`The array is in use: ${foreign.join(', ')}.`);
  return found;
}

function placeObstacles({ facts, target }: Situation): readonly string[] {
  const found: string[] = [];
  const taken = facts.arrays.find(
    ({ device, uuid }) => device === target.array.device && !sameMdUuid(uuid, target.array.uuid),
  );
  if (taken !== undefined)
    found.push(`${taken.device} is another array (${taken.uuid}): choose another arrayName.`);
  const mount = facts.mounts.findLast((one) => one.target === target.mountPoint);
  if (mount !== undefined && mount.uuid !== target.fileSystem.uuid) {
    found.push(`${mount.source} is mounted at ${target.mountPoint}.`);
  }
  const fstab = editFstab({ fstab: facts.fstab, target, binds: true });
  if (fstab.kind === 'refused') found.push(`${fstab.why}.`);
  const conf = editMdadmConf(facts.mdadmConf, target.array);
  if (conf.kind === 'refused') found.push(`${conf.why}.`);
  return found;
}

function directoryObstacles({ facts, target, record }: Situation): readonly string[] {
  const found: string[] = [];
  for (const { path, symlinkTo, mounted, oldCopy } of facts.dataDirectories) {
    const move = target.moves.find(({ from }) => from === path);
    if (move === undefined) continue;
    if (symlinkTo !== null) found.push(`${path} is a link to ${symlinkTo}: its data has been moved already.`);
    const mount = facts.mounts.findLast((one) => one.target === path);
    if (mounted && mount?.uuid !== target.fileSystem.uuid) found.push(`${path} is a mount point of its own.`);
    if (oldCopy !== null && record === null) {
      found.push(`${oldCopy} is left from an earlier migration: look whether it is still needed.`);
    }
  }
  return found;
}
