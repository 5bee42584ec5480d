import { placesOf, type Move } from '../../cluster/storage/data-places.js';
import { copyOptions, keptInPlace } from '../../cluster/storage/copy-options.js';
import type { StorageTarget } from '../../cluster/storage/storage-plan.js';
import type { Host } from '../../hosts/host.js';
import { lines, sh, type Script } from '../../hosts/script.js';
import type { Dependencies } from '../running/dependencies.js';
import { isAllDataMoved, moveScript } from './parts/moved-data.js';
import { notProven, withRefusals } from '../running/refusals.js';
import { runJob } from '../running/run-job.js';
import { changed, hostStep, unchanged } from '../running/step.js';
import { storageJob } from './parts/storage-job.js';
import { writeFstab } from './update-fstab.js';

/**
 * Steps 7.6, 7.11 and 7.12, second half: puts the compared copy in its place by renames; the original stays beside its
 * old place as `.slipway-old`. Each stage is recognised by what is there, and at every moment either the original or
 * the compared copy has its full name. Repeated after a power cut it goes on from the stage that it finds.
 */
export const switchData = hostStep(
  'switchData',
  async (host, { target, jobKey }, dependencies: Pick<Dependencies, 'jobs'>) => {
    const summary = target.moves.map(({ from, to }) => `${from} → ${to}`).join(', ');
    if (await isAllDataMoved(host, target)) {
      const outcome = await writeFstab(host, target, true);
      return outcome === 'written' ? changed(summary) : unchanged(summary);
    }
    const job = storageJob(jobKey, switchScript(target));
    await withRefusals(host, () => runJob(dependencies, host, job, 'switch the data'));
    await writeFstab(host, target, true);
    if (target.layout === 'bind') await bind(host, target);
    if (!(await isAllDataMoved(host, target))) {
      throw notProven(host, 'The data is not in use from its new place.', 'Look at findmnt on the host.');
    }
    return changed(summary);
  },
);

/** The script of the job: every stage is told by what is there. */
export function switchScript(target: StorageTarget): Script {
  return moveScript(target, switchOne);
}

/**
 * The last rsync finds nothing in an ordinary run; it takes over what something may have written since the copy was
 * compared. The original's rename comes first, so that nothing can write into it any more unseen.
 */
function switchOne(target: StorageTarget, move: Move): Script {
  const { from, to, verified, old, moved } = placesOf(target, move);
  const options = copyOptions(target, move);
  const kept = keptInPlace(target, move);
  return sh`if [ -d ${verified} ]; then
  if [ -e ${to} ]; then refuse ${`${to} exists already beside the compared copy.`}; fi
  if [ ! -e ${old} ] && [ -e ${from} ]; then
    if [ -L ${from} ] || mountpoint -q ${from}; then refuse ${`${from} is a link or a mount point.`}; fi
    mv -T ${from} ${old}
    sync -f ${old}
  fi
  if [ -e ${old} ]; then
    rsync ${options} ${`${old}/`} ${`${verified}/`}
    sync -f ${verified}
  fi
  ${placeScript({ layout: target.layout, from, old, kept, like: verified })}
  mv -T ${verified} ${to}
  sync -f ${to}
elif [ ! -d ${to} ]; then
  refuse ${`${from} has not been copied.`}
elif [ ! -e ${moved} ] && [ ! -e ${old} ] && [ -n "$(ls -A ${from} 2>/dev/null)" ]; then
  refuse ${`${to} is there, but not from a copy of ${from}.`}
else
  ${placeScript({ layout: target.layout, from, old, kept, like: to })}
fi
touch ${moved}
sync -f ${moved}`;
}

/** The old place as the layout needs it: an empty mount point, or a folder with what the kubelet needs there. */
function placeScript({
  layout,
  from,
  old,
  kept,
  like,
}: {
  readonly layout: StorageTarget['layout'];
  readonly from: string;
  readonly old: string;
  readonly kept: readonly string[];
  readonly like: string;
}): Script {
  if (layout === 'root-dir' && kept.length === 0) return sh`true`;
  const keep = kept.map(
    (name) => sh`if [ -e ${`${old}/${name}`} ] && [ ! -e ${`${from}/${name}`} ]; then
    rm -rf ${`${from}/.slipway-${name}`}
    cp -a ${`${old}/${name}`} ${`${from}/.slipway-${name}`}
    sync -f ${from}
    mv -T ${`${from}/.slipway-${name}`} ${`${from}/${name}`}
  fi`,
  );
  const empty = sh`if ! mountpoint -q ${from} && [ -n "$(ls -A ${from})" ]; then
    refuse ${`${from} has new files in it beside ${old}: look which are the right ones.`}
  fi`;
  return lines(
    sh`mkdir -p ${from}
  if ! mountpoint -q ${from}; then chown --reference=${like} ${from}; chmod --reference=${like} ${from}; fi`,
    ...(layout === 'bind' ? [empty] : keep),
  );
}

async function bind(host: Host, target: StorageTarget): Promise<void> {
  const mounts = target.moves.map(({ from }) => sh`if ! mountpoint -q ${from}; then mount ${from}; fi`);
  await host.run(lines(...mounts), { what: 'bind the directories to their old places' });
}
