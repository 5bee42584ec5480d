import { deletingOf, oldCopyOf, type Move } from '../../cluster/storage/data-places.js';
import { oldDataDigest, type OldDirectory } from '../../cluster/storage/old-data.js';
import type { StorageTarget } from '../../cluster/storage/storage-plan.js';
import type { Host } from '../../hosts/host.js';
import { lines, sh, type Script } from '../../hosts/script.js';
import { holdersScript } from './confirm-directories-unused.js';
import type { Dependencies } from '../running/dependencies.js';
import { moveWords, movedDataFunctions } from './parts/moved-data.js';
import { lookForOldData } from './parts/old-data.js';
import { notProven, refused, refuseFunction, withRefusals } from '../running/refusals.js';
import { refuseUnapproved } from '../running/refuse-unapproved.js';
import { runJob } from '../running/run-job.js';
import { changed, hostStep, unchanged } from '../running/step.js';
import { storageJob } from './parts/storage-job.js';

/**
 * The last of step 7's moves, which in the document happens at once: the data is gone from its old place. Only what was
 * approved by its path is deleted, and only while kubelet and containerd use the data on the array.
 */
export const deleteOldData = hostStep(
  'deleteOldData',
  async (host, { target, directories, approved, jobKey }, dependencies: Pick<Dependencies, 'jobs'>) => {
    refuseUnapproved(host, approved, oldDataDigest(target, directories));
    const moves = movesOf(host, target, directories);
    const isLeft = async () => {
      const left = (await lookForOldData(host, target)).map(({ path }) => path);
      return moves.some(({ from }) => left.includes(oldCopyOf(from)) || left.includes(deletingOf(from)));
    };
    const summary = `deleted: ${directories.map(({ path }) => path).join(', ')}`;
    if (!(await isLeft())) return unchanged(summary);
    const job = storageJob(jobKey, deleteScript(target, moves));
    await withRefusals(host, () => runJob(dependencies, host, job, 'delete the old data'));
    if (await isLeft()) throw notProven(host, 'The old data is still there.', 'Read the log of the job.');
    return changed(summary);
  },
);

/** @throws RefusedError for a path that step 7 does not keep old data in */
function movesOf(
  host: Host,
  { moves }: StorageTarget,
  directories: readonly OldDirectory[],
): readonly Move[] {
  const places = ({ from }: Move) => [oldCopyOf(from), deletingOf(from)];
  const stranger = directories.find(({ path }) => !moves.some((move) => places(move).includes(path)));
  if (stranger !== undefined) {
    throw refused(host, `${stranger.path} is not data that step 7 has kept.`, 'Run the command again.');
  }
  return moves.filter((move) => directories.some(({ path }) => places(move).includes(path)));
}

/** The script of the job: everything is looked at before the first directory is touched. */
export function deleteScript(target: StorageTarget, moves: readonly Move[]): Script {
  const places = moves.flatMap(({ from }) => [oldCopyOf(from), deletingOf(from)]);
  return lines(
    sh`set -eu`,
    refuseFunction,
    movedDataFunctions(target),
    ...moves.map(
      (move) =>
        sh`if ! moved ${moveWords(target, move)}; then refuse ${`${move.from} is not in use from ${move.to}.`}; fi`,
    ),
    sh`for place in ${places}; do
  if [ -L "$place" ]; then refuse "$place is a link."; fi
  if mountpoint -q "$place"; then refuse "$place is a mount point."; fi
done
holders=$(`,
    holdersScript(places),
    sh`)
if [ -n "$holders" ]; then refuse "It is in use: $(printf '%s' "$holders" | head -n 5 | tr '\\n' ';')"; fi`,
    ...moves.map(deleteOne),
  );
}

/** Renamed first, so that what is left of a deletion that was cut off is never taken for the kept copy. */
function deleteOne({ from }: Move): Script {
  const old = oldCopyOf(from);
  const deleting = deletingOf(from);
  const remove = sh`rm -rf --one-file-system ${deleting}`;
  return sh`if [ -e ${deleting} ]; then ${remove}; fi
if [ -e ${old} ]; then
  mv -T ${old} ${deleting}
  sync "$(dirname ${old})"
  ${remove}
fi
sync "$(dirname ${old})"`;
}
