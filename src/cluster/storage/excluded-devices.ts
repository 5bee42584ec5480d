import { isWorthListing, deviceMisfits, traces } from './block-devices.js';
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
        ...traces(device),
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
