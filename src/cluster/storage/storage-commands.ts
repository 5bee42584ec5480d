import { copyOptions, keptInPlace } from './copy-options.js';
import { placesOf, type Move } from './data-places.js';
import { dropInCommands } from './drop-in.js';
import { arrayFstabLine, bindFstabLines } from './fstab.js';
import { arrayLine } from './mdadm-conf.js';
import type { StorageTarget } from './storage-plan.js';

/**
 * What step 7 runs on the host, for the reader of the plan; in the order in which it happens. Left out is what only looks,
 * what makes writing last, owner and mode of new folders, backups and Slipway's own records. What is done already, or
 * concerns what the host does not have, is not run.
 */
export function storageCommands(target: StorageTarget): readonly string[] {
  const { array, fileSystem, mountPoint, path, moves, reboots } = target;
  const units = moves.map(({ unit }) => unit);
  const migrating = path === 'migrate';
  const bound = target.layout === 'bind' ? moves : [];
  const binds = bindFstabLines(target).map((line) => `echo '${line}' >> /etc/fstab`);
  return [
    ...(migrating ? [`systemctl disable --now ${units.join(' ')}`, 'systemctl reboot'] : []),
    createWords(target).join(' '),
    `mkfs.ext4 -q -U ${fileSystem.uuid} ${array.device}`,
    `echo '${arrayFstabLine(target)}' >> /etc/fstab`,
    ...(migrating ? [] : binds),
    'systemctl daemon-reload',
    `mkdir -p ${mountPoint}`,
    `mount ${mountPoint}`,
    ...(migrating
      ? []
      : bound.flatMap(({ from, to }) => [`mkdir -p ${to}`, `mkdir -p ${from}`, `mount ${from}`])),
    `echo '${arrayLine(array)}' >> /etc/mdadm/mdadm.conf`,
    'update-initramfs -c -k all',
    ...(migrating ? moves.flatMap((move) => copyCommands(target, move)) : []),
    ...(migrating ? moves.flatMap((move) => switchCommands(target, move)) : []),
    ...(migrating && binds.length > 0 ? [...binds, 'systemctl daemon-reload'] : []),
    ...(migrating ? bound.map(({ from }) => `mount ${from}`) : []),
    ...moves.flatMap((move) => dropInCommands(target, move)),
    'systemctl daemon-reload',
    ...(reboots ? ['systemctl reboot'] : []),
    ...(migrating ? [`systemctl enable --now ${units.toReversed().join(' ')}`] : []),
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

function copyCommands(target: StorageTarget, move: Move): readonly string[] {
  const { from, partial, verified } = placesOf(target, move);
  const options = copyOptions(target, move).join(' ');
  return [`rsync ${options} --info=progress2 ${from}/ ${partial}/`, `mv -T ${partial} ${verified}`];
}

function switchCommands(target: StorageTarget, move: Move): readonly string[] {
  const { from, to, verified, old } = placesOf(target, move);
  const options = copyOptions(target, move).join(' ');
  return [
    `mv -T ${from} ${old}`,
    `rsync ${options} ${old}/ ${verified}/`,
    ...oldPlaceCommands(target, move),
    `mv -T ${verified} ${to}`,
  ];
}

function oldPlaceCommands(target: StorageTarget, move: Move): readonly string[] {
  const { from, old } = placesOf(target, move);
  const kept = keptInPlace(target, move);
  if (target.layout === 'root-dir' && kept.length === 0) return [];
  return [
    `mkdir -p ${from}`,
    ...kept.flatMap((name) => [
      `cp -a ${old}/${name} ${from}/.slipway-${name}`,
      `mv -T ${from}/.slipway-${name} ${from}/${name}`,
    ]),
  ];
}
