import { placesOf, type Move } from '../../../cluster/storage/data-places.js';
import type { StorageTarget } from '../../../cluster/storage/storage-plan.js';
import type { Host } from '../../../hosts/host.js';
import { lines, sh, type Script } from '../../../hosts/script.js';
import { refuseFunction } from '../../running/refusals.js';

/**
 * Defines `on_array`, true when the planned file system is mounted at the mount point, and `moved <from> <to>
 * <partial> <verified> <old> <record>`, true when the data is in its new place.
 */
export function movedDataFunctions({ fileSystem, mountPoint, layout }: StorageTarget): Script {
  return sh`source_of() { findmnt -rn -o SOURCE -M "$1" | tail -n 1 | sed 's/\\[.*//'; }
on_array() {
  source=$(source_of "$1")
  [ -n "$source" ] && [ "$(blkid -p -s UUID -o value -- "$source" 2>/dev/null)" = ${fileSystem.uuid} ]
}
moved() {
  if ! on_array ${mountPoint} || [ ! -d "$2" ] || [ ! -e "$6" ]; then return 1; fi
  if [ ${layout} = bind ]; then on_array "$1"; fi
}`;
}

/** The arguments of the shell function `moved` for one directory. */
export function moveWords(target: StorageTarget, move: Move): readonly string[] {
  const { from, to, partial, verified, old, moved } = placesOf(target, move);
  return [from, to, partial, verified, old, moved];
}

/** A job that does something for each directory, while the planned file system is mounted. */
export function moveScript(
  target: StorageTarget,
  moveOne: (target: StorageTarget, move: Move) => Script,
): Script {
  return lines(
    sh`set -eu`,
    refuseFunction,
    movedDataFunctions(target),
    sh`if ! on_array ${target.mountPoint}; then refuse "The planned file system is not mounted."; fi`,
    ...target.moves.map((move) => moveOne(target, move)),
  );
}

/** Whether all data is in its new place and in use from there: then nothing needs to be stopped any more. */
export async function isAllDataMoved(host: Host, target: StorageTarget): Promise<boolean> {
  const checks = target.moves.map(
    (move) => sh`if ! moved ${moveWords(target, move)}; then echo no; exit 0; fi`,
  );
  const script = lines(movedDataFunctions(target), ...checks, sh`echo yes`);
  const { stdout } = await host.run(script, { what: 'look where the data is' });
  return stdout.trim() === 'yes';
}
