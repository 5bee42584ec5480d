import type { BlockDevice } from '../facts/facts.js';
import type { EphemeralStorage } from '../specification/specification.js';
import { showBytes } from '../text/quantities.js';

/** Types of block devices that nobody would expect in an array; they are not even listed among the excluded ones. */
const quietTypes: readonly string[] = ['loop', 'rom', 'part', 'crypt', 'lvm', 'mpath', 'dm'];

/** Whether a reader expects a word on this device: whole disks, but no loop, ROM, memory or floppy device. */
export function isWorthListing({ name, type }: BlockDevice): boolean {
  if (quietTypes.includes(type) || type.startsWith('raid') || type === 'linear' || type === 'md')
    return false;
  return !/^(ram|zram|loop|sr|fd|nbd)[0-9]+$/.test(name);
}

/** Everything that somebody has put on the device, or does with it now; full sentences. Empty: it is blank. */
export function traces(device: BlockDevice): readonly string[] {
  const { signature, uuid, partitionTable, holders, mountPoints, usedBy } = device;
  const found: string[] = [];
  if (mountPoints.length > 0) found.push(`It is mounted at ${mountPoints.join(', ')}.`);
  if (partitionTable !== null) found.push(`It has a partition table (${partitionTable}).`);
  if (signature !== null) found.push(signatureSentence(signature, uuid));
  if (holders.length > 0) found.push(`Something is built upon it: ${holders.join(', ')}.`);
  for (const use of usedBy) found.push(`It is in use: ${use}.`);
  return found;
}

/** Why no plan can name the device, or no step write to it, whatever is on it; full sentences. */
export function unfitness(device: BlockDevice, devices: readonly BlockDevice[]): readonly string[] {
  const { type, serial, readOnly, byId } = device;
  const found: string[] = [];
  if (type !== 'disk') found.push(`It is not a whole disk (${type}).`);
  if (readOnly) found.push('It is read-only.');
  if (serial === null) found.push('It has no serial number, so a plan cannot name it.');
  const twins = devices.filter(
    (other) => other.type === 'disk' && serial !== null && other.serial === serial && other !== device,
  );
  if (twins.length > 0)
    found.push(`It has the same serial number as ${twins.map(({ name }) => name).join(', ')}.`);
  if (byId.length === 0) found.push('It has no link under /dev/disk/by-id.');
  return found;
}

/** Why the device itself, blank or not, does not fit what the specification asks for; full sentences. */
export function deviceMisfits(
  device: BlockDevice,
  devices: readonly BlockDevice[],
  { disks }: EphemeralStorage,
): readonly string[] {
  const { size, removable } = device;
  const found = [...unfitness(device, devices)];
  if (removable) found.push('It is removable.');
  if (size < disks.minimumGiB * 1024 ** 3)
    found.push(`It is too small: ${showBytes(size)}, and minimumGiB is ${disks.minimumGiB}.`);
  const misfit = kindMisfit(device, disks.kind);
  if (misfit !== null) found.push(misfit);
  if (disks.serials !== undefined && !isNamed(device, disks.serials))
    found.push('The specification names other disks.');
  return found;
}

/** Whether one of these serial numbers or WWNs is the device's. */
export function isNamed({ serial, wwn }: BlockDevice, names: readonly string[]): boolean {
  return names.some((name) => name === serial || name === wwn);
}

/** The link by which commands name the disk: one that holds the serial number if there is one, then the shortest. */
export function stableLink({ byId, serial }: BlockDevice): string | null {
  const rank = (link: string) => (serial !== null && link.includes(serial) ? 0 : 1);
  const best = [...byId].sort(
    (left, right) => rank(left) - rank(right) || left.length - right.length || (left < right ? -1 : 1),
  );
  return best[0] ?? null;
}

function kindMisfit(
  { transport, name, rotational }: BlockDevice,
  kind: EphemeralStorage['disks']['kind'],
): string | null {
  if (kind === 'nvme' && transport !== 'nvme' && !name.startsWith('nvme')) return 'It is not an NVMe disk.';
  if (kind === 'ssd' && rotational) return 'It is a rotating disk.';
  return null;
}

function signatureSentence(signature: string, uuid: string | null): string {
  const id = uuid === null ? '' : ` ${uuid}`;
  const meanings: Readonly<Record<string, string>> = {
    linux_raid_member: `It is a member of a RAID array${id} that Slipway did not plan.`,
    LVM2_member: `It is a physical volume of LVM${id}.`,
    zfs_member: `It belongs to a ZFS pool${id}.`,
    mpath_member: 'It is one path of a multipath device.',
    bcache: `It belongs to bcache${id}.`,
    swap: `It is swap space${id}.`,
    crypto_LUKS: `It is encrypted (LUKS${id}).`,
    ceph_bluestore: 'It belongs to a Ceph OSD.',
  };
  return meanings[signature] ?? `It has a signature: ${signature}${id}.`;
}
