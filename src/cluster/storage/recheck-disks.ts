import { deviceTraces } from './device-traces.js';
import type { BlockDevice, HostFacts } from '../facts/facts.js';
import { sameMdUuid } from './md-uuid.js';
import { holdsOnly } from './disk-selection.js';
import type { PlannedDisk, StorageTarget } from './storage-plan.js';
import { runningArray } from './storage-differences.js';

/** A planned disk as it is now, or what keeps it from being used; full sentences. */
export interface RecheckedDisk {
  readonly disk: PlannedDisk;
  readonly name: string | null;
  readonly problems: readonly string[];
}

/** Looks again at the disks of an approved plan: the same disks, and still blank or in the planned array already. */
export function recheckDisks(facts: HostFacts, target: StorageTarget): readonly RecheckedDisk[] {
  return target.disks.map((disk) => {
    const found = facts.blockDevices.filter(({ type, serial }) => type === 'disk' && serial === disk.serial);
    const [device] = found;
    if (device === undefined) return { disk, name: null, problems: ['It is not there any more.'] };
    const twins = found.length > 1 ? ['There is more than one disk with this serial number.'] : [];
    const problems = [...twins, ...identityProblems(device, disk), ...contentProblems(device, facts, target)];
    return { disk, name: device.name, problems };
  });
}

function identityProblems(device: BlockDevice, disk: PlannedDisk): readonly string[] {
  const problems: string[] = [];
  if (device.wwn !== disk.wwn)
    problems.push(`Its WWN is ${device.wwn ?? 'none'}, not ${disk.wwn ?? 'none'}.`);
  if (device.size !== disk.bytes) problems.push(`It has ${device.size} bytes, not ${disk.bytes}.`);
  if (!device.byId.includes(disk.byId)) problems.push(`${disk.byId} does not point to it.`);
  if (device.readOnly) problems.push('It is read-only.');
  return problems;
}

function contentProblems(device: BlockDevice, facts: HostFacts, target: StorageTarget): readonly string[] {
  const member = device.signature === 'linux_raid_member' && sameMdUuid(device.uuid, target.array.uuid);
  if (!member) return deviceTraces(device);
  const array = runningArray(facts, target);
  const names = array === undefined ? [] : [array.device.replace('/dev/', '')];
  return holdsOnly(device, names) ? [] : deviceTraces(device);
}
