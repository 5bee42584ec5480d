import { isNamed, deviceMisfits } from './device-misfits.js';
import { deviceTraces } from './device-traces.js';
import { heldExclusively, type BlockDevice, type HostFacts, type RaidArray } from '../facts/facts.js';
import { mdUuidFrom } from '../values/digest.js';
import { mdForm, sameMdUuid } from './md-uuid.js';
import type { EphemeralStorage } from '../specification/specification.js';

/** The disks that step 7 works on, and how far it has come with them. */
export interface DiskSelection {
  /** Sorted by serial number. */
  readonly disks: readonly BlockDevice[];
  readonly uuid: string;
  /**
   * `blank`: nothing written yet. `partial`: a power cut came while the superblocks were written.
   * `whole`: every disk is a member of the planned array.
   */
  readonly state: 'blank' | 'partial' | 'whole';
  /** The running array; null while it is not assembled. */
  readonly array: RaidArray | null;
}

/**
 * Finds the disks by looking. An array whose UUID is the one that follows from the machine and its members' serial
 * numbers is this step's own earlier work, under whatever name the kernel gave it. Otherwise blank disks are chosen.
 * The choice depends on serial numbers and sizes only, so that it is the same after a restart and in mid-work.
 * @returns null when there are not enough disks
 */
export function selectDisksByFacts(facts: HostFacts, storage: EphemeralStorage): DiskSelection | null {
  const groups = memberGroups(facts.blockDevices);
  const fitting = facts.blockDevices.filter(
    (device) => deviceMisfits(device, facts.blockDevices, storage).length === 0,
  );
  const blank = fitting.filter((device) => deviceTraces(device).length === 0);
  for (const [uuid, members] of groups) {
    if (isDerived(uuid, members, facts, storage)) return selection(members, uuid, facts, 'whole');
  }
  for (const [uuid, members] of groups) {
    if (!members.every((member) => fitting.includes(member) && holdsOnly(member, []))) continue;
    const chosen = chooseDisks([...blank, ...members], storage);
    if (chosen !== null && isDerived(uuid, chosen, facts, storage)) {
      return selection(chosen, uuid, facts, 'partial');
    }
  }
  const chosen = chooseDisks(blank, storage);
  return chosen === null ? null : selection(chosen, deriveUuid(chosen, facts, storage), facts, 'blank');
}

/**
 * Chooses among candidates: the named ones, if each name means one disk and no two the same; else the largest that are of equal size; else the largest.
 * Ties are broken by serial number.
 */
function chooseDisks(
  candidates: readonly BlockDevice[],
  { disks: { count, serials } }: EphemeralStorage,
): readonly BlockDevice[] | null {
  const sorted = [...candidates].sort((left, right) => right.size - left.size || bySerial(left, right));
  if (serials !== undefined) {
    const named = serials.map((serial) => sorted.filter((device) => isNamed(device, [serial])));
    const disks = new Set(named.flat());
    const isOneEach = named.every(({ length }) => length === 1) && disks.size === serials.length;
    return isOneEach ? [...disks].sort(bySerial) : null;
  }
  const equal = sorted.find((device) => sorted.filter(({ size }) => size === device.size).length >= count);
  const from = equal === undefined ? sorted : sorted.filter(({ size }) => size === equal.size);
  return from.length < count ? null : from.slice(0, count).sort(bySerial);
}

/**
 * Whether, apart from RAID superblocks and the arrays named, nothing is on the device. An array that runs holds its
 * members open exclusively; no other use of them follows from that.
 */
export function holdsOnly(device: BlockDevice, arrays: readonly string[]): boolean {
  const rest = {
    ...device,
    signature: device.signature === 'linux_raid_member' ? null : device.signature,
    holders: device.holders.filter((holder) => !arrays.includes(holder)),
    usedBy: device.usedBy.filter((use) => arrays.length === 0 || use !== heldExclusively),
  };
  return deviceTraces(rest).length === 0;
}

function memberGroups(devices: readonly BlockDevice[]): ReadonlyMap<string, readonly BlockDevice[]> {
  const groups = new Map<string, BlockDevice[]>();
  for (const device of devices) {
    if (device.type !== 'disk' || device.signature !== 'linux_raid_member' || device.uuid === null) continue;
    const uuid = mdForm(device.uuid);
    groups.set(uuid, [...(groups.get(uuid) ?? []), device].sort(bySerial));
  }
  return new Map([...groups].sort(([left], [right]) => (left < right ? -1 : 1)));
}

function selection(
  disks: readonly BlockDevice[],
  uuid: string,
  { arrays }: HostFacts,
  state: DiskSelection['state'],
): DiskSelection {
  return { disks, uuid, state, array: arrays.find((array) => sameMdUuid(array.uuid, uuid)) ?? null };
}

function isDerived(
  uuid: string,
  disks: readonly BlockDevice[],
  facts: HostFacts,
  storage: EphemeralStorage,
): boolean {
  return disks.every(({ serial }) => serial !== null) && uuid === deriveUuid(disks, facts, storage);
}

function deriveUuid(
  disks: readonly BlockDevice[],
  { machineId }: HostFacts,
  { arrayName }: EphemeralStorage,
): string {
  return mdUuidFrom('storage', machineId, arrayName, ...disks.map(({ serial }) => serial ?? ''));
}

function bySerial(left: BlockDevice, right: BlockDevice): number {
  return (left.serial ?? '') < (right.serial ?? '') ? -1 : 1;
}
