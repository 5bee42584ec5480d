import { placesOf, type Move } from '../../cluster/storage/data-places.js';
import { copyOptions } from '../../cluster/storage/copy-options.js';
import type { StorageTarget } from '../../cluster/storage/storage-plan.js';
import { lines, sh, type Script } from '../../hosts/script.js';
import type { Dependencies } from '../running/dependencies.js';
import { moveScript, moveWords, movedDataFunctions } from './parts/moved-data.js';
import { notProven, withRefusals } from '../running/refusals.js';
import { runJob } from '../running/run-job.js';
import { changed, hostStep, unchanged } from '../running/step.js';
import { storageJob } from './parts/storage-job.js';

/**
 * Steps 7.11 and 7.12, first half: copies the data beside its new place, and compares the copy by content. The document
 * moves with `mv`, which across file systems has deleted most of the source when it fails. The original is only read.
 */
export const copyData = hostStep(
  'copyData',
  async (host, { target, jobKey }, dependencies: Pick<Dependencies, 'jobs'>) => {
    const isCopied = async () => {
      const { stdout } = await host.run(stateScript(target), { what: 'look for the copies' });
      return stdout.trim() === 'copied';
    };
    const summary = target.moves.map(({ from, to }) => `${from} → ${to}`).join(', ');
    if (await isCopied()) return unchanged(`copied and compared: ${summary}`);
    const job = storageJob(jobKey, copyScript(target));
    await withRefusals(host, () => runJob(dependencies, host, job, 'copy the data'));
    if (!(await isCopied()))
      throw notProven(host, 'The copies are not complete.', 'Read the log of the job.');
    return changed(`copied and compared: ${summary}`);
  },
);

function stateScript(target: StorageTarget): Script {
  return lines(
    movedDataFunctions(target),
    sh`copied() { moved "$@" || { on_array ${target.mountPoint} && [ -d "$4" ]; } ||
  { on_array ${target.mountPoint} && [ -d "$2" ] && [ -e "$5" ] && [ ! -e "$3" ]; }; }`,
    ...target.moves.map((move) => sh`if ! copied ${moveWords(target, move)}; then exit 0; fi`),
    sh`echo copied`,
  );
}

/** The script of the job. */
export function copyScript(target: StorageTarget): Script {
  return moveScript(target, copyOne);
}

/** The rename from `.partial` to `.verified` is the record that this copy has been compared. */
function copyOne(target: StorageTarget, move: Move): Script {
  const { from, to, partial, verified, old } = placesOf(target, move);
  const options = copyOptions(target, move);
  return sh`if [ -d ${verified} ] || { [ -d ${to} ] && [ ! -e ${partial} ]; }; then
  echo ${`${from}: copied already`}
elif [ ! -e ${from} ]; then
  if [ -e ${old} ]; then refuse ${`${from} is gone, and ${old} has not been copied: rename it back first.`}; fi
  mkdir -p ${partial}
  mv -T ${partial} ${verified}
else
  if [ -L ${from} ] || mountpoint -q ${from}; then refuse ${`${from} is a link or a mount point.`}; fi
  if [ -e ${to} ]; then refuse ${`${to} exists already beside an unfinished copy.`}; fi
  mkdir -p ${partial}
  echo ${`Copying ${from}`}
  rsync ${options} --info=progress2 ${`${from}/`} ${`${partial}/`}
  sync -f ${partial}
  echo ${`Comparing ${from}`}
  differences=$(rsync ${options} --checksum --dry-run --itemize-changes ${`${from}/`} ${`${partial}/`})
  if [ -n "$differences" ]; then
    printf '%s\\n' "$differences" | head -n 20
    echo ${`The copy of ${from} differs from the original.`}
    exit 1
  fi
  mv -T ${partial} ${verified}
fi
sync -f ${target.mountPoint}`;
}
