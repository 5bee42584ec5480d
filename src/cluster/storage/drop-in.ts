import type { Move } from './data-places.js';
import type { StorageTarget } from './storage-plan.js';

/** Where systemd looks for an administrator's additions to a unit. */
export function dropInPath({ unit }: Move): string {
  return `${folderOf(unit)}/50-slipway-storage.conf`;
}

/** The addition by which a unit needs the mount of its data. */
export function dropIn(target: StorageTarget, move: Move): string {
  return `# Written by Slipway: this unit's data is on ${target.mountPoint}.\n[Unit]\n${requirement(target, move)}\n`;
}

/** What a plan shows of it; the comment in the file is left out. */
export function dropInCommands(target: StorageTarget, move: Move): readonly string[] {
  return [
    `mkdir -p ${folderOf(move.unit)}`,
    `printf '[Unit]\\n${requirement(target, move)}\\n' > ${dropInPath(move)}`,
  ];
}

function folderOf(unit: string): string {
  return `/etc/systemd/system/${unit}.service.d`;
}

function requirement({ mountPoint, layout }: StorageTarget, { from }: Move): string {
  return `RequiresMountsFor=${layout === 'bind' ? `${mountPoint} ${from}` : mountPoint}`;
}
