import { createWords } from '../../cluster/storage/storage-commands.js';
import { storageDigest } from '../../cluster/storage/make-storage-plan.js';
import type { StorageTarget } from '../../cluster/storage/storage-plan.js';
import { lines, sh, type Script } from '../../hosts/script.js';
import { type ArrayOnHost, deviceFunctions, observeArray, ourArrayFunction } from '../../probes/array.js';
import type { Dependencies } from '../running/dependencies.js';
import { notProven, refuseFunction, withRefusals } from '../running/refusals.js';
import { refuseUnapproved } from '../running/refuse-unapproved.js';
import { runJob } from '../running/run-job.js';
import { changed, hostStep, unchanged } from '../running/step.js';
import { storageJob } from './parts/storage-job.js';

/**
 * Step 7.4: Create RAID0 over 2 NVME. Adopts the array with the planned UUID: as it runs, assembled anew, or renamed
 * where the kernel called it md127 and nothing uses it yet. Creates it only on disks that are still blank.
 */
export const createRaidArray = hostStep(
  'createRaidArray',
  async (host, { target, approved, jobKey }, dependencies: Pick<Dependencies, 'jobs'>) => {
    refuseUnapproved(host, approved, storageDigest(target));
    const before = await observeArray(host, target);
    if (before !== null && (before.device === target.array.device || before.inUse)) {
      return unchanged(summary(before, target));
    }
    const job = storageJob(jobKey, createScript(target));
    await withRefusals(host, () => runJob(dependencies, host, job, 'create the RAID array'));
    const after = await observeArray(host, target);
    const serials = target.disks.map(({ serial }) => serial).sort();
    if (
      after?.device !== target.array.device ||
      after.level !== target.array.level ||
      after.serials.join() !== serials.join()
    ) {
      const found = after === null ? 'no such array runs' : summary(after, target);
      throw notProven(host, `The array is not as planned: ${found}.`, 'Look at /proc/mdstat on the host.');
    }
    return changed(summary(after, target));
  },
);

/**
 * Looks and acts in one script, so that nothing else happens in between. Standard input is /dev/null: mdadm gives up
 * where it would ask about an old member. `--run` answers only questions that are answered already: for mirrors
 * whether the array is to be booted from, and, on a raid0 whose creation was cut off by a power failure, whether the
 * member with the planned UUID may be written again; every other disk has just been seen to be blank.
 */
export function createScript(target: StorageTarget): Script {
  const { array, disks } = target;
  const links = disks.map(({ byId }) => byId);
  return lines(
    sh`set -eu`,
    refuseFunction,
    ourArrayFunction(target),
    deviceFunctions,
    lookFunction(target),
    sh`device=$(our_array)
if [ "$device" = ${array.device} ]; then echo "The array runs already."; exit 0; fi
if [ -n "$device" ]; then
  if in_use "$device"; then echo "The array runs as $device and is in use; it gets its name at the next start."; exit 0; fi
  mdadm --stop "$device"
  udevadm settle || true
fi
if [ -d /sys/block/${array.name}/md ]; then refuse "Another array has the planned name."; fi
blank=0 ours=0`,
    ...disks.map(({ byId, serial }) => sh`look ${byId} ${serial}`),
    sh`if [ "$ours" -eq ${disks.length} ]; then
  mdadm --assemble ${array.device} --uuid=${array.uuid} ${links}
elif [ "$ours" -eq 0 ]; then
  ${createWords(target)} </dev/null
else`,
    array.level === 'raid0'
      ? sh`${createWords(target, ['--run'])} </dev/null`
      : sh`refuse "A disk has lost its part of the array; nothing is written over what the other holds."`,
    sh`fi
udevadm settle || true
sync`,
  );
}

/** Defines `look <link> <serial>`: counts the disk as blank or ours, and refuses everything else. */
function lookFunction({ array }: StorageTarget): Script {
  return sh`look() {
  disk=$(readlink -f -- "$1")
  name=\${disk##*/}
  if [ ! -b "$disk" ] || [ ! -d "/sys/block/$name" ]; then refuse "$1 is not a whole disk that is there."; fi
  if [ "$(serial_of "$disk")" != "$2" ]; then refuse "$1 has the serial number $(serial_of "$disk"), not $2."; fi
  if [ "$(cat "/sys/block/$name/ro")" != 0 ]; then refuse "$1 is read-only."; fi
  for part in "/sys/block/$name/$name"*; do
    if [ -e "$part/partition" ]; then refuse "$1 has partitions."; fi
  done
  if in_use "$disk"; then refuse "$1 is in use."; fi
  code=0
  found=$(blkid -p -o export "$disk") || code=$?
  if [ "$code" -eq 2 ]; then blank=$((blank + 1)); return 0; fi
  if [ "$code" -ne 0 ]; then refuse "blkid cannot tell what is on $1 (code $code)."; fi
  type=$(printf '%s\n' "$found" | sed -n 's/^TYPE=//p')
  uuid=$(printf '%s\n' "$found" | sed -n 's/^UUID=//p' | tr -d '-')
  if [ "$type" = linux_raid_member ] && [ "$uuid" = ${array.uuid.replaceAll(':', '')} ]; then
    ours=$((ours + 1))
  else
    refuse "$1 ($2) is not blank any more: $(printf '%s' "$found" | tr '\n' ' ')"
  fi
}`;
}

function summary({ device, level, serials }: ArrayOnHost, { array }: StorageTarget): string {
  const note = device === array.device ? '' : `, gets its name ${array.name} at the next start`;
  return `${device}: ${level} of ${serials.join(' and ')}${note}`;
}
