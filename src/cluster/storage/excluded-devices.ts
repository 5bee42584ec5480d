import { deviceMisfits } from './device-misfits.js';
import { deviceTraces } from './device-traces.js';
import type { BlockDevice, HostFacts } from '../facts/facts.js';
import type { DiskSelection } from './disk-selection.js';
import type { EphemeralStorage } from '../specification/specification.js';
import type { ExcludedDevice } from './storage-plan.js';

/** Every block device that is not chosen, with every reason; a free one that is not needed says so. */
export function excludedDevices(
  facts: HostFacts,
  storage: EphemeralStorage,
  selection: DiskSelection | null,
): readonly ExcludedDevice[] {
  const devices = facts.blockDevices;
  return devices
    .filter((device) => isWorthListing(device) && selection?.disks.includes(device) !== true)
    .map((device) => {
      const reasons = [
        ...deviceTraces(device),
        ...mountsAbove(device, devices),
        ...deviceMisfits(device, devices, storage),
      ];
      if (reasons.length === 0 && selection !== null) {
        reasons.push('It is free, but the array takes other disks: larger ones, or lower serial numbers.');
      }
      return { name: device.name, serial: device.serial, reasons };
    })
    .filter(({ reasons }) => reasons.length > 0);
}

/** Where partitions of the device, and whatever else is built upon it, are mounted: what a reader knows the disk by. */
function mountsAbove(device: BlockDevice, devices: readonly BlockDevice[]): string[] {
  const above = new Set(device.holders);
  for (const name of above) {
    for (const next of devices.find((one) => one.name === name)?.holders ?? []) above.add(next);
  }
  return devices
    .filter(({ name, mountPoints }) => above.has(name) && mountPoints.length > 0)
    .map(({ name, mountPoints }) => `${name} is mounted at ${mountPoints.join(', ')}.`);
}

/** Types of block devices that nobody would expect in an array; they are not even listed among the excluded ones. */
const quietTypes: readonly string[] = ['loop', 'rom', 'part', 'crypt', 'lvm', 'mpath', 'dm'];

/** Whether a reader expects a word on this device: whole disks, but no loop, ROM, memory or floppy device. */
export function isWorthListing({ name, type }: BlockDevice): boolean {
  if (quietTypes.includes(type) || type.startsWith('raid') || type === 'linear' || type === 'md')
    return false;
  return !/^(ram|zram|loop|sr|fd|nbd)[0-9]+$/.test(name);
}
