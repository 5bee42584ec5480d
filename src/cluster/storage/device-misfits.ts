import type { BlockDevice } from '../facts/facts.js';
import type { EphemeralStorage } from '../specification/specification.js';
import { showBytes } from '../text/quantities.js';

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

function kindMisfit(
  { transport, name, rotational }: BlockDevice,
  kind: EphemeralStorage['disks']['kind'],
): string | null {
  if (kind === 'nvme' && transport !== 'nvme' && !name.startsWith('nvme')) return 'It is not an NVMe disk.';
  if (kind === 'ssd' && rotational) return 'It is a rotating disk.';
  return null;
}
