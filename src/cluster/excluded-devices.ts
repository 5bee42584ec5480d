import { isWorthListing, misfits, traces } from './block-devices.js';
import type { HostFacts } from './facts.js';
import type { DiskSelection } from './own-array.js';
import type { EphemeralStorage } from './specification.js';
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
      const reasons = [...traces(device), ...misfits(device, devices, storage)];
      if (reasons.length === 0 && selection !== null) {
        reasons.push('It is free, but the array takes other disks: larger ones, or lower serial numbers.');
      }
      return { name: device.name, serial: device.serial, reasons };
    })
    .filter(({ reasons }) => reasons.length > 0);
}
