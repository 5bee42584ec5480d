import { arrayFstabLine, bindFstabLines } from './fstab.js';
import { arrayLine } from './mdadm-conf.js';
import type { StorageTarget } from './storage-plan.js';

/**
 * What step 7 runs on the host, for the reader of the plan; in the order in which it happens. The steps build their
 * commands from the same target.
 */
export function storageCommands(target: StorageTarget): readonly string[] {
  const { array, fileSystem, mountPoint, path, moves, layout } = target;
  const units = moves.map(({ unit }) => unit).join(' ');
  const migrating = path === 'migrate';
  return [
    ...(migrating ? [`systemctl disable --now ${units}`, 'systemctl reboot'] : []),
    createCommand(target),
    `mkfs.ext4 -U ${fileSystem.uuid} ${array.device}`,
    `echo '${arrayFstabLine(target)}' >> /etc/fstab`,
    `mkdir -p ${mountPoint}`,
    `mount ${mountPoint}`,
    `echo '${arrayLine(array)}' >> /etc/mdadm/mdadm.conf`,
    'update-initramfs -c -k all',
    ...(migrating ? moves.flatMap((move) => moveCommands(target, move)) : []),
    ...(layout === 'bind' ? bindFstabLines(target).map((line) => `echo '${line}' >> /etc/fstab`) : []),
    'systemctl reboot',
    ...(migrating ? [`systemctl enable --now ${units}`] : []),
  ];
}

/** `mdadm --create` as step 7.4 has it, with names that no restart can change. */
export function createCommand({ array, disks }: StorageTarget): string {
  return [
    `mdadm --create ${array.device} --level=${array.level} --metadata=1.2 --uuid=${array.uuid}`,
    `--raid-devices=${disks.length}`,
    ...disks.map(({ byId }) => byId),
  ].join(' ');
}

/** By unit, what stays in the old place in the root-dir layout: kubelet.conf and Kubespray name it there (trap T3). */
export const keptInPlace: Readonly<Record<string, readonly string[]>> = {
  kubelet: ['pki', 'config.yaml', 'kubeadm-flags.env'],
};

/**
 * Where a copy grows, and where it waits when it has been verified; then it is renamed to its final name, and the file
 * `moved` is put beside it as the record that this has been Slipway's doing.
 */
export function copyPlaces(
  mountPoint: string,
  { to }: StorageTarget['moves'][number],
): { readonly partial: string; readonly verified: string; readonly moved: string } {
  const name = to.slice(to.lastIndexOf('/') + 1);
  return {
    partial: `${mountPoint}/.slipway-${name}.partial`,
    verified: `${mountPoint}/.slipway-${name}.verified`,
    moved: `${mountPoint}/.slipway-${name}.moved`,
  };
}

/** The original, kept beside its old place until verification has passed. */
export function oldCopyOf(from: string): string {
  return `${from}.slipway-old`;
}

/** What is left of the original while it is deleted. */
export function deletingOf(from: string): string {
  return `${from}.slipway-deleting`;
}

function moveCommands(
  { mountPoint }: StorageTarget,
  move: StorageTarget['moves'][number],
): readonly string[] {
  const { partial } = copyPlaces(mountPoint, move);
  return [
    `rsync -aHAXS --numeric-ids ${move.from}/ ${partial}/`,
    `mv ${move.from} ${oldCopyOf(move.from)}`,
    `mv ${partial} ${move.to}`,
  ];
}
