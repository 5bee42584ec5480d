import { storageDigest } from '../../cluster/storage/make-storage-plan.js';
import type { StorageTarget } from '../../cluster/storage/storage-plan.js';
import { lines, sh, type Script } from '../../hosts/script.js';
import { deviceFunctions, observeArray, ourArrayFunction } from '../../probes/array.js';
import type { Dependencies } from '../running/dependencies.js';
import { notProven, refuseFunction, withRefusals } from '../running/refusals.js';
import { refuseUnapproved } from '../running/refuse-unapproved.js';
import { runJob } from '../running/run-job.js';
import { changed, hostStep, unchanged } from '../running/step.js';
import { storageJob } from './parts/storage-job.js';

/**
 * Step 7.5: Format /dev/md0. Adopts the file system with the planned UUID; refuses any other content, because
 * mkfs.ext4 without a terminal overwrites without asking.
 */
export const makeFileSystem = hostStep(
  'makeFileSystem',
  async (host, { target, approved, jobKey }, dependencies: Pick<Dependencies, 'jobs'>) => {
    refuseUnapproved(host, approved, storageDigest(target));
    const { uuid } = target.fileSystem;
    const before = await observeArray(host, target);
    if (before?.fileSystemUuid === uuid && before.inUse) return unchanged(`ext4 ${uuid}`);
    const made = `${host.stateFolder}/storage/made-${uuid}`;
    const { exitCode } = await host.run(sh`test -e ${made}`, { accept: [0, 1] });
    if (before?.fileSystemUuid === uuid && exitCode === 0) return unchanged(`ext4 ${uuid}`);
    const job = storageJob(jobKey, makeScript(target, made));
    await withRefusals(host, () => runJob(dependencies, host, job, 'make the file system'));
    const after = await observeArray(host, target);
    if (after?.fileSystemUuid !== uuid) {
      throw notProven(
        host,
        `The array does not hold the file system ${uuid}.`,
        'Look at the array with blkid -p.',
      );
    }
    return changed(`ext4 ${uuid} on ${after.device}`);
  },
);

/**
 * A power cut during mkfs can leave a superblock with the planned UUID before all the rest. Such a file system is made
 * again: it is on the planned array, has the planned UUID, was never mounted, so nobody's data is in it, and e2fsck
 * (looking only) finds it broken. One that was ever mounted is adopted as it is; mending it is left to the operator.
 */
export function makeScript(target: StorageTarget, made: string): Script {
  const { uuid, type } = target.fileSystem;
  return lines(
    sh`set -eu`,
    refuseFunction,
    ourArrayFunction(target),
    deviceFunctions,
    sh`device=$(our_array)
if [ -z "$device" ]; then refuse "The planned array does not run."; fi
if in_use "$device"; then refuse "$device is in use."; fi
for part in /sys/block/"\${device##*/}"/md*p*; do
  if [ -e "$part/partition" ]; then refuse "$device has partitions."; fi
done
code=0
found=$(blkid -p -o export "$device") || code=$?
make=yes
if [ "$code" -eq 0 ]; then
  if [ "$(printf '%s\n' "$found" | sed -n 's/^TYPE=//p')" != ${type} ] || \\
     [ "$(printf '%s\n' "$found" | sed -n 's/^UUID=//p')" != ${uuid} ]; then
    refuse "$device holds something else: $(printf '%s' "$found" | tr '\n' ' ')"
  fi
  make=no
  if tune2fs -l "$device" 2>/dev/null | grep -q '^Last mount time: *n/a'; then
    if ! e2fsck -fn "$device"; then make=yes; echo "It was only half made, and never mounted: made again."; fi
  elif ! tune2fs -l "$device" >/dev/null 2>&1; then
    refuse "The superblock of $device cannot be read."
  fi
elif [ "$code" -ne 2 ]; then
  refuse "blkid cannot tell what is on $device (code $code)."
fi
if [ "$make" = yes ]; then mkfs.ext4 -q -U ${uuid} "$device" </dev/null; fi
sync
udevadm settle || true
mkdir -p "$(dirname ${made})"
touch ${made}
sync`,
  );
}
