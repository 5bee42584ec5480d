import { placesOf } from '../../cluster/storage/data-places.js';
import type { StorageTarget } from '../../cluster/storage/storage-plan.js';
import { lines, sh, type Script } from '../../hosts/script.js';
import { movedDataFunctions } from './parts/moved-data.js';
import { refuseFunction, withRefusals } from '../running/refusals.js';
import { changed, hostStep, unchanged } from '../running/step.js';

/**
 * Step 7.8: Mount the array's file system. A mount point with files in it is refused: the mount would hide them. On a
 * fresh host with the bind layout the empty directories are bound too.
 */
export const mountData = hostStep('mountData', (host, { target }) =>
  withRefusals(host, async () => {
    const { stdout } = await host.run(mountScript(target), { what: 'mount the file system' });
    const summary = `${target.mountPoint} is file system ${target.fileSystem.uuid}`;
    return stdout.includes('mounted now') ? changed(summary) : unchanged(summary);
  }),
);

function mountScript(target: StorageTarget): Script {
  const { mountPoint, layout, path, moves } = target;
  const binds = layout === 'bind' && path === 'fresh' ? moves : [];
  return lines(
    refuseFunction,
    movedDataFunctions(target),
    sh`place() {
  if mountpoint -q "$1"; then
    if on_array "$1"; then return 0; fi
    refuse "Another file system is mounted at $1."
  fi
  if [ -L "$1" ]; then refuse "$1 is a link."; fi
  mkdir -p "$1"
  if [ -n "$(ls -A "$1")" ]; then refuse "$1 has files in it, which the mount would hide."; fi
  mount "$1"
  if ! on_array "$1"; then refuse "After mounting, $1 is not the planned file system."; fi
  echo "mounted now: $1"
}
place ${mountPoint}`,
    ...binds.map(
      (move) => sh`mkdir -p ${move.to}
place ${move.from}
touch ${placesOf(target, move).moved}`,
    ),
    sh`sync -f ${mountPoint}`,
  );
}
