import { arrayFstabLine, bindFstabLines } from './fstab.js';
import { arrayLine } from './mdadm-conf.js';
import type { StorageTarget } from './storage-plan.js';

type Move = StorageTarget['moves'][number];

/**
 * What step 7 runs on the host, for the reader of the plan; in the order in which it happens. Left out is what only looks,
 * what makes writing last, Slipway's own records, and the few files of {@link keptInPlace}.
 */
export function storageCommands(target: StorageTarget): readonly string[] {
  const { array, fileSystem, mountPoint, path, moves, layout } = target;
  const units = moves.map(({ unit }) => unit).join(' ');
  const migrating = path === 'migrate';
  return [
    ...(migrating ? [`systemctl disable --now ${units}`, 'systemctl reboot'] : []),
    createWords(target).join(' '),
    `mkfs.ext4 -q -U ${fileSystem.uuid} ${array.device}`,
    `echo '${arrayFstabLine(target)}' >> /etc/fstab`,
    `mkdir -p ${mountPoint}`,
    `mount ${mountPoint}`,
    `echo '${arrayLine(array)}' >> /etc/mdadm/mdadm.conf`,
    'update-initramfs -c -k all',
    ...(migrating ? moves.flatMap((move) => copyCommands(target, move)) : []),
    ...(migrating ? moves.flatMap((move) => switchCommands(target, move)) : []),
    ...(layout === 'bind' ? bindFstabLines(target).map((line) => `echo '${line}' >> /etc/fstab`) : []),
    'systemctl reboot',
    ...(migrating ? [`systemctl enable --now ${units}`] : []),
  ];
}

/**
 * `mdadm --create` as step 7.4 has it, with names that no restart can change.
 * @param answers options that answer what mdadm would ask; default: for mirrors whether the array is to be booted from
 */
export function createWords({ array, disks }: StorageTarget, answers = answersFor(array)): readonly string[] {
  return [
    'mdadm',
    '--create',
    array.device,
    `--level=${array.level}`,
    '--metadata=1.2',
    `--uuid=${array.uuid}`,
    `--name=${array.name.replace(/^md/, '')}`,
    '--homehost=any',
    `--raid-devices=${disks.length}`,
    ...answers,
    ...disks.map(({ byId }) => byId),
  ];
}

function answersFor({ level }: StorageTarget['array']): readonly string[] {
  return level === 'raid0' ? [] : ['--bitmap=internal', '--run'];
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
  { to }: Move,
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

/**
 * rsync's options for a copy that is the same in owners, modes, times, links, attributes, lists and holes. In the root-dir
 * layout what the kubelet needs in its old place stays there (trap T3).
 */
export function copyOptions({ layout }: StorageTarget, { unit }: Move): readonly string[] {
  const kept = layout === 'root-dir' ? (keptInPlace[unit] ?? []) : [];
  return ['-aHAXSx', '--numeric-ids', '--delete', ...kept.map((name) => `--exclude=/${name}`)];
}

function copyCommands(target: StorageTarget, move: Move): readonly string[] {
  const { partial, verified } = copyPlaces(target.mountPoint, move);
  const options = copyOptions(target, move).join(' ');
  return [`rsync ${options} --info=progress2 ${move.from}/ ${partial}/`, `mv -T ${partial} ${verified}`];
}

function switchCommands(target: StorageTarget, move: Move): readonly string[] {
  const { verified } = copyPlaces(target.mountPoint, move);
  const old = oldCopyOf(move.from);
  return [
    `mv -T ${move.from} ${old}`,
    `rsync ${copyOptions(target, move).join(' ')} ${old}/ ${verified}/`,
    `mv -T ${verified} ${move.to}`,
  ];
}
