import type { HostFacts, RaidArray } from '../facts/facts.js';
import { fstabHolds } from './fstab.js';
import { mdadmConfHolds } from './mdadm-conf.js';
import { sameMdUuid } from './md-uuid.js';
import type { StorageTarget } from './storage-plan.js';

/**
 * Everything in which the host differs from what step 7 leaves behind, full sentences; empty when it is all there.
 * What facts cannot show cheaply (the inside of the initramfs, drop-ins of units) the steps prove themselves.
 */
export function storageDifferences(facts: HostFacts, target: StorageTarget): readonly string[] {
  return [
    ...arrayProblems(facts, target),
    ...mountProblems(facts, target),
    ...(fstabHolds(facts.fstab, target) ? [] : ['/etc/fstab has not exactly the lines of the plan.']),
    ...(mdadmConfHolds(facts.mdadmConf, target.array)
      ? []
      : ['mdadm.conf has not exactly one line for the array.']),
    ...placeProblems(facts, target),
  ];
}

/** The planned array as it runs now, under whatever name; undefined while it is not assembled. */
export function runningArray({ arrays }: HostFacts, { array }: StorageTarget): RaidArray | undefined {
  return arrays.find(({ uuid }) => sameMdUuid(uuid, array.uuid));
}

/** Whether one directory's data is on the array and in use from there. */
export function isMoved(
  facts: HostFacts,
  { layout }: StorageTarget,
  { from }: StorageTarget['moves'][number],
): boolean {
  const directory = facts.dataDirectories.find(({ path }) => path === from);
  if (directory?.moved !== true) return false;
  return layout === 'root-dir' || directory.mounted;
}

/** The serial numbers of a running array's members, sorted. */
export function memberSerials(facts: HostFacts, array: RaidArray): readonly string[] {
  return array.members
    .map((member) => facts.blockDevices.find(({ name }) => name === member)?.serial ?? `${member}?`)
    .sort();
}

function arrayProblems(facts: HostFacts, target: StorageTarget): readonly string[] {
  const array = runningArray(facts, target);
  if (array === undefined) return [`No array with UUID ${target.array.uuid} runs.`];
  const found: string[] = [];
  if (array.device !== target.array.device) {
    found.push(`The array is named ${array.device} instead of ${target.array.device}.`);
  }
  if (array.level !== target.array.level) {
    found.push(`The array's level is ${array.level} instead of ${target.array.level}.`);
  }
  const serials = target.disks.map(({ serial }) => serial).sort();
  const members = memberSerials(facts, array);
  if (members.join() !== serials.join()) {
    found.push(`The array's members are ${members.join(', ')} instead of ${serials.join(', ')}.`);
  }
  return found;
}

function mountProblems({ mounts }: HostFacts, target: StorageTarget): readonly string[] {
  const mount = mounts.findLast(({ target: place }) => place === target.mountPoint);
  if (mount === undefined) return [`Nothing is mounted at ${target.mountPoint}.`];
  if (mount.uuid === target.fileSystem.uuid && mount.fileSystem === target.fileSystem.type) return [];
  return [`${target.mountPoint} is ${mount.source} instead of the planned file system.`];
}

function placeProblems(facts: HostFacts, target: StorageTarget): readonly string[] {
  const placed = target.path === 'migrate' || target.layout === 'bind';
  if (!placed) return [];
  return target.moves
    .filter((move) => !isMoved(facts, target, move))
    .map(({ from, to }) => `The data of ${from} is not in use from ${to}.`);
}
