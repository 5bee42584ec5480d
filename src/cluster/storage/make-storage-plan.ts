import { isNamed } from './device-misfits.js';
import { stableLink } from './stable-link.js';
import { digestOf, uuidFrom } from '../values/digest.js';
import { excludedDevices } from './excluded-devices.js';
import type { BlockDevice, HostFacts } from '../facts/facts.js';
import { type FstabRecord, readFstabRecord } from './fstab.js';
import { selectDisksByFacts } from './disk-selection.js';
import type { EphemeralStorage } from '../specification/specification.js';
import { storageCommands } from './storage-commands.js';
import type { PlannedDisk, StoragePlan, StorageTarget } from './storage-plan.js';
import { obstacles, roomOf, toolObstacle, type StorageSituation } from './obstacles.js';
import { isMoved, storageDifferences } from './storage-differences.js';
import { counted, showBytes } from '../text/quantities.js';

/** What step 7 moves: nodefs and imagefs. */
export const dataDirectories = [
  { name: 'kubelet', from: '/var/lib/kubelet', unit: 'kubelet' },
  { name: 'containerd', from: '/var/lib/containerd', unit: 'containerd' },
] as const;

/**
 * Plans step 7 for one host: a pure function of what was read from the host and what the specification asks for.
 * Made anew in the middle of the work it gives the same target and digest, because it recognises its own array, file
 * system and fstab line; made anew at the end it gives `satisfied`.
 */
export function planStorage({
  facts,
  host,
  storage,
}: {
  readonly facts: HostFacts;
  readonly host: string;
  readonly storage: EphemeralStorage | false;
}): StoragePlan {
  if (storage === false) return { kind: 'none' };
  const selection = selectDisksByFacts(facts, storage);
  const record = readFstabRecord(facts.fstab);
  const excluded = excludedDevices(facts, storage, selection);
  const refuse = (why: string): StoragePlan => ({ kind: 'refused', host, why, excluded });

  const early = toolObstacle(facts, pathOf(facts, record)) ?? specificationObstacle(storage);
  if (early !== null) return refuse(early);
  if (selection === null) return refuse(tooFew(facts, storage, excluded));

  const target = makeTarget({ facts, host, storage, selection, record });
  const found = obstacles({ facts, storage, target, selection, record });
  if (found.length > 0) return refuse(found.join(' '));

  const digest = storageDigest(target);
  if (isSatisfied(facts, target, digest)) return { kind: 'satisfied', target, digest };
  const bytesToCopy = bytesLeftToCopy(facts, target);
  const room = roomOf(target);
  if (bytesToCopy > room) {
    return refuse(`The data (${showBytes(bytesToCopy)}) does not fit on the array (${showBytes(room)}).`);
  }
  const commands = storageCommands(target);
  return { kind: 'apply', target, digest, excluded, bytesToCopy, commands, advice: adviceFor(target) };
}

/**
 * What an approval of step 7 is bound to. The kernel's names and links of the disks are left out: they may change with
 * a restart, the serial numbers do not.
 */
export function storageDigest(target: StorageTarget): string {
  const disks = target.disks.map(({ serial, wwn, model, bytes }) => ({ serial, wwn, model, bytes }));
  return digestOf({ ...target, disks });
}

function makeTarget({
  facts,
  host,
  storage,
  selection,
  record,
}: StorageSituation & { readonly host: string }): StorageTarget {
  const { arrayName, level, mountPoint } = storage;
  const path = pathOf(facts, record);
  const discard = selection.disks.every(({ rotational }) => !rotational);
  return {
    host,
    machineId: facts.machineId,
    disks: selection.disks.map(plannedDisk),
    array: { name: arrayName, device: `/dev/${arrayName}`, level, uuid: selection.uuid },
    fileSystem: {
      type: 'ext4',
      uuid: uuidFrom('file-system', facts.machineId, selection.uuid),
      mountOptions: ['defaults', 'nofail', ...(discard ? ['discard'] : [])],
    },
    mountPoint,
    layout: layoutOf(storage, path, record),
    path,
    moves: dataDirectories.map(({ name, from, unit }) => ({ from, to: `${mountPoint}/${name}`, unit })),
    reboots: true,
  };
}

/**
 * Migrate where there is data to move. Units alone are no reason: a package that is installed and has never run leaves
 * nothing behind. Once the marked fstab line is written it is the record, because from then on the directories change by
 * the work itself; until then they do not, also not by stopping the units.
 */
function pathOf(facts: HostFacts, record: FstabRecord | null): StorageTarget['path'] {
  if (record !== null) return record.path;
  const data = facts.dataDirectories.some(({ entries, oldCopy }) => entries > 0 || oldCopy !== null);
  return data ? 'migrate' : 'fresh';
}

/** `auto`: what has begun goes on; certificates and links of a live host stay valid by bind; a fresh host is as documented. */
function layoutOf(
  { layout }: EphemeralStorage,
  path: StorageTarget['path'],
  record: FstabRecord | null,
): StorageTarget['layout'] {
  if (layout !== 'auto') return layout;
  return record?.layout ?? (path === 'migrate' ? 'bind' : 'root-dir');
}

function isSatisfied(facts: HostFacts, target: StorageTarget, digest: string): boolean {
  if (facts.provenStorage !== digest || storageDifferences(facts, target).length > 0) return false;
  // In the root-dir layout the units wait for the flags that Kubespray writes afterwards.
  if (target.path === 'fresh' || target.layout === 'root-dir') return true;
  const units = facts.units.filter(({ name }) => target.moves.some(({ unit }) => unit === name));
  return units
    .filter(({ load }) => load === 'loaded')
    .every(({ active, enabled }) => active === 'active' && enabled !== 'disabled');
}

function bytesLeftToCopy(facts: HostFacts, target: StorageTarget): number {
  if (target.path === 'fresh') return 0;
  return target.moves
    .filter((move) => !isMoved(facts, target, move))
    .map(({ from }) => facts.dataDirectories.find(({ path }) => path === from)?.bytes ?? 0)
    .reduce((sum, bytes) => sum + bytes, 0);
}

function plannedDisk(device: BlockDevice): PlannedDisk {
  const { serial, wwn, model, size, name } = device;
  return { serial: serial ?? '', wwn, byId: stableLink(device) ?? '', model, bytes: size, nameThen: name };
}

function specificationObstacle({ disks, level }: EphemeralStorage): string | null {
  const count = disks.serials?.length ?? disks.count;
  if (count >= 2) return null;
  return `A ${level} of one disk is refused by mdadm without --force, which Slipway never uses: name at least two disks.`;
}

function tooFew(
  { blockDevices }: HostFacts,
  { disks }: EphemeralStorage,
  excluded: readonly { readonly name: string }[],
): string {
  const candidates = blockDevices.filter(
    ({ type, name }) => type === 'disk' && !excluded.some((device) => device.name === name),
  );
  if (disks.serials !== undefined) return namesProblem(disks.serials, candidates);
  const verb = candidates.length === 1 ? 'is' : 'are';
  const free = counted(candidates.length, 'free disk');
  return `The array needs ${disks.count} free disks of the kind "${disks.kind}", and there ${verb} ${free}.`;
}

/** Why named disks are not one for each name. */
function namesProblem(serials: readonly string[], candidates: readonly BlockDevice[]): string {
  const meant = (name: string) => candidates.filter((device) => isNamed(device, [name]));
  const missing = serials.filter((name) => meant(name).length === 0);
  if (missing.length > 0) return `Of the named disks, ${missing.join(', ')} cannot be used or are not there.`;
  const ambiguous = serials.find((name) => meant(name).length > 1);
  if (ambiguous !== undefined) {
    const disks = meant(ambiguous).map(({ name, serial }) => `${name} (${serial ?? ''})`);
    return `${ambiguous} names more than one disk: ${disks.join(', ')}. Name each by its serial number.`;
  }
  return `${serials.join(', ')} name a disk more than once: name each by one serial number or WWN.`;
}

function adviceFor({ array, path }: StorageTarget): readonly string[] {
  const advice: string[] = [];
  if (array.level === 'raid0') {
    advice.push('raid0 keeps no second copy: when one disk fails, all ephemeral data of this host is lost.');
  }
  if (path === 'migrate') {
    advice.push(
      'Pods of this host stop while the data is moved.',
      // Draining deletes it at once, and ends half-done where a disruption budget forbids an eviction.
      'The node is not drained: its pods keep what they have in emptyDir volumes if kubelet is back within about five ' +
        'minutes; then Kubernetes evicts them, and what they had here is deleted. Where that would be a loss, move them first.',
    );
  }
  return advice;
}
