import { createHash } from 'node:crypto';
import { placesOf } from '../../../cluster/storage/data-places.js';
import type { StorageTarget } from '../../../cluster/storage/storage-plan.js';
import type { FileState, UnitBefore } from '../../../cluster/storage/record-before.js';
import { lines, sh, type Script } from '../../../hosts/script.js';
import { movedDataFunctions } from '../parts/moved-data.js';
import { refuseFunction } from '../../running/refusals.js';
import { syncUnits } from '../../../probes/units.js';

/** A configuration file that is put back; one that is as it was, or has nothing of ours in it, is none of these. */
export interface FileToRestore {
  readonly path: string;
  /** SHA-256 of what has been looked at. */
  readonly now: string;
  readonly restore:
    | { readonly kind: 'backup'; readonly backup: string; readonly before: FileState }
    | { readonly kind: 'text'; readonly text: string }
    /** There was none. */
    | { readonly kind: 'remove' };
}

/** What is left to undo of step 7, by looking. */
export interface UndoWork {
  readonly target: StorageTarget;
  readonly files: readonly FileToRestore[];
  /** Additions to units: removed where they are exactly ours. */
  readonly dropIns: readonly { readonly path: string; readonly text: string }[];
  /** Directories that were not there before, deepest first: removed where they are empty. */
  readonly absent: readonly string[];
  readonly initramfs: Script;
  readonly enable: readonly UnitBefore[];
  /** In the order in which they are started. */
  readonly start: readonly UnitBefore[];
}

/**
 * The script of the job, in the reverse order of step 7. Each part looks whether it is still to be done, so that the
 * script can be ended at any command and begun anew.
 */
export function undoScript(work: UndoWork): Script {
  const { target, files, dropIns, absent, enable, start } = work;
  return lines(
    sh`set -eu`,
    refuseFunction,
    movedDataFunctions(target),
    sh`if [ "$(${switchedScript(target)})" != '' ]; then refuse "Data is on the array already."; fi`,
    fileFunctions,
    ...dropIns.map(({ path, text }) => sh`if printf '%s' ${text} | cmp -s - ${path}; then rm -f ${path}; fi`),
    unmountScript(target),
    ...files.map(restoreScript),
    sh`for folder in ${absent}; do
  if [ -d "$folder" ]; then rmdir --ignore-fail-on-non-empty "$folder"; fi
done
sync
systemctl daemon-reload`,
    work.initramfs,
    ...enable.map(
      ({ name, enabled }) =>
        sh`systemctl enable ${enabled === 'enabled-runtime' ? ['--runtime'] : []} ${`${name}.service`}`,
    ),
    syncUnits,
    ...start.map(({ name }) => sh`systemctl start ${`${name}.service`}`),
  );
}

/** Prints why nothing can be undone any more, for the first directory whose data is in its new place. */
export function switchedScript(target: StorageTarget): Script {
  if (target.path === 'fresh') return sh`true`;
  const checks = target.moves.map((move) => {
    const { from, to, old, moved } = placesOf(target, move);
    return sh`if [ -e ${old} ] || on_array ${from}; then echo ${from}; exit 0; fi
if on_array ${target.mountPoint} && { [ -e ${to} ] || [ -e ${moved} ]; }; then echo ${from}; exit 0; fi`;
  });
  return lines(...checks);
}

/**
 * The copies stay on the array, but none of them counts as compared any more: the units are about to change the
 * originals. What somebody else has put onto the file system must not vanish from sight.
 */
function unmountScript(target: StorageTarget): Script {
  const { mountPoint, moves, path } = target;
  const ours = moves.flatMap(({ to }) => ['-o', '-name', to.slice(to.lastIndexOf('/') + 1)]);
  return lines(
    sh`unmount() {
  while on_array "$1"; do
    umount "$1" || refuse "$1 cannot be unmounted: stop what uses it (fuser -vm $1)."
  done
}
if on_array ${mountPoint}; then
  found=$(find ${mountPoint} -mindepth 1 -maxdepth 1 ! -name lost+found ! -name '.slipway-*' \\
    ! \\( -type d -empty \\( -false ${ours} \\) \\) -printf '%f ' | head -c 300)
  if [ -n "$found" ]; then refuse ${`${mountPoint} has something in it`}" ($found): move it away first."; fi`,
    ...moves.map((move) => {
      const { from, to, partial, verified, moved } = placesOf(target, move);
      return sh`  if [ -d ${verified} ]; then mv -T ${verified} ${partial}; fi
  ${path === 'fresh' ? sh`unmount ${from}` : sh`:`}
  rm -f ${moved}
  if [ -d ${to} ]; then rmdir ${to}; fi`;
    }),
    sh`  sync -f ${mountPoint}
  unmount ${mountPoint}
fi`,
  );
}

const fileFunctions: Script = sh`digest_of() { if [ -e "$1" ]; then sha256sum < "$1" | cut -d ' ' -f 1; fi; }
put() {
  sync "$2"
  mv -fT "$2" "$1"
  sync "$(dirname "$1")"
}`;

/** Looks once more that nobody has changed the file since it was decided what to put back. */
function restoreScript({ path, now, restore }: FileToRestore): Script {
  return sh`path=$(readlink -m ${path})
case $(digest_of "$path") in
${now}) ${changeScript(restore)} ;;
${digestAfter(restore)}) ;;
*) refuse ${`${path} was changed while it was put back: try again.`} ;;
esac`;
}

function changeScript(restore: FileToRestore['restore']): Script {
  if (restore.kind === 'remove') {
    return sh`rm -f "$path"
  sync "$(dirname "$path")"`;
  }
  const fill =
    restore.kind === 'text'
      ? // Mode and owner stay as they are.
        sh`cp -p "$path" "$path.slipway-undo"
  printf '%s' ${restore.text} > "$path.slipway-undo"`
      : sh`cp -p ${restore.backup} "$path.slipway-undo"
  chmod ${restore.before.mode} "$path.slipway-undo"
  chown ${restore.before.owner} "$path.slipway-undo"`;
  return sh`${fill}
  put "$path" "$path.slipway-undo"`;
}

function digestAfter(restore: FileToRestore['restore']): string {
  if (restore.kind === 'remove') return '';
  if (restore.kind === 'backup') return restore.before.digest;
  return createHash('sha256').update(restore.text).digest('hex');
}
