import type { StorageTarget } from '../../cluster/storage/storage-plan.js';
import { lines, sh, type Script } from '../../hosts/script.js';
import type { Dependencies } from '../running/dependencies.js';
import { movedDataFunctions } from '../step-07-storage/parts/moved-data.js';
import { notProven, refuseFunction, withRefusals } from '../running/refusals.js';
import { runJob } from '../running/run-job.js';
import { changed, hostStep, unchanged } from '../running/step.js';
import { storageJob } from '../step-07-storage/parts/storage-job.js';

/**
 * Puts step 7's directories in order after Kubespray's `reset.yml`, which knows /var/lib/kubelet and
 * `containerd_storage_dir` only (trap T4): what kubelet kept in another root folder would stay, with its mounts, and the
 * folder of containerd on the array is gone. The array, its mount and its marks are left as they are.
 */
export const restoreDataDirectories = hostStep(
  'restoreDataDirectories',
  async (host, { target, jobKey }, dependencies: Pick<Dependencies, 'jobs'>) => {
    const places = target.moves.map(({ to }) => to).join(' and ');
    const isRight = async () => {
      const { stdout } = await host.run(lookScript(target), { what: 'look at the directories' });
      return stdout.trim() === '';
    };
    if (await isRight()) return unchanged(`${places} are there and empty`);
    const job = storageJob(jobKey, restoreScript(target));
    await withRefusals(host, () => runJob(dependencies, host, job, 'put the directories in order'));
    if (!(await isRight())) {
      throw notProven(host, `${places} are not as they should be.`, 'Read the log of the job.');
    }
    return changed(`${places} emptied and in their places`);
  },
);

/** Prints every directory that is not in its place, or not empty. */
function lookScript(target: StorageTarget): Script {
  return lines(
    movedDataFunctions(target),
    ...target.moves.map(({ from, to }) =>
      target.layout === 'bind'
        ? sh`if [ ! -d ${to} ] || ! on_array ${from}; then echo ${from}; fi`
        : sh`if [ ! -d ${to} ]; then echo ${to}; fi`,
    ),
    sh`for place in ${target.moves.map(({ to }) => to)}; do
  if [ -n "$(ls -A "$place" 2>/dev/null)" ]; then echo "$place"; fi
done`,
  );
}

/** Only with both units at rest: `reset.yml` has stopped them, and `cluster.yml` has not started them again. */
export function restoreScript(target: StorageTarget): Script {
  const { mountPoint, moves, layout } = target;
  const units = moves.map(({ unit }) => `${unit}.service`);
  return lines(
    sh`set -eu`,
    refuseFunction,
    movedDataFunctions(target),
    sh`if ! on_array ${mountPoint}; then refuse "The planned file system is not mounted."; fi
for unit in ${units}; do
  if systemctl is-active --quiet "$unit"; then refuse "$unit runs."; fi
done
for place in ${moves.map(({ to }) => to)}; do
  if [ -L "$place" ]; then refuse "$place is a link."; fi
  findmnt -rn -o TARGET | grep -F "$place/" | sort -r | while read -r mount; do
    case $mount in "$place"/*) umount "$(printf '%b' "$mount")" ;; esac
  done
  mkdir -p "$place"
  find "$place" -xdev -mindepth 1 -delete
done`,
    ...(layout === 'bind'
      ? moves.map(
          ({ from }) => sh`mkdir -p ${from}
if ! mountpoint -q ${from}; then mount ${from}; fi`,
        )
      : []),
    sh`sync -f ${mountPoint}`,
  );
}
