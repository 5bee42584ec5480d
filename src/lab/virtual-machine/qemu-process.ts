import { mkdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { command, lastLines } from '../command.js';
import { LabError } from '../errors.js';
import { identityOf, killProcess, waitForEnd, type ProcessIdentity } from '../../local/processes.js';
import { type Qmp, withQmp } from './qmp.js';
import {
  blockDevice,
  deviceId,
  blockNodeName,
  nvmeDevice,
  pidName,
  qemuArguments,
  socketName,
  type AttachedDisk,
  type QemuSettings,
} from './qemu-arguments.js';

/** The emulator's program (package qemu-system-x86). */
export const qemuProgram = 'qemu-system-x86_64';

/** The longest path that the kernel accepts for a socket. */
const longestSocketPath = 107;

/** The folders of every QEMU that this process has started; undefined as soon as it starts no more. */
let startedHere: Set<string> | undefined = new Set();

/** Starts QEMU in the background; it ends only when told to. */
export async function startQemu(settings: QemuSettings): Promise<void> {
  if (startedHere === undefined)
    throw new LabError(`${settings.name} is not started: the lab is being left.`);
  startedHere.add(settings.folder);
  const socket = join(settings.folder, socketName);
  if (Buffer.byteLength(socket) > longestSocketPath) {
    throw new LabError(
      `The folder ${settings.folder} is too deep for a control socket (${longestSocketPath} bytes at most): ` +
        'choose a shorter one with SLIPWAY_CACHE.',
    );
  }
  await mkdir(settings.folder, { recursive: true });
  const { network } = settings;
  const entering = network === undefined ? [] : ['nsenter', `--net=/run/netns/${network.namespace}`];
  const [program = qemuProgram, ...words] = [...entering, qemuProgram, ...qemuArguments(settings)];
  await command(program, words, {
    what: `start the virtual machine ${settings.name}`,
    timeout: 60_000,
  });
}

/** The QEMU that serves this folder, or undefined. Its own command line tells it from a stranger of the same number. */
export async function findQemu(folder: string): Promise<ProcessIdentity | undefined> {
  const pid = Number(await readFile(join(folder, pidName), 'utf8').catch(() => 'NaN'));
  if (!Number.isInteger(pid)) return undefined;
  const words = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  return words.split('\0').includes(join(folder, pidName)) ? identityOf(pid) : undefined;
}

/**
 * Takes the power away: QEMU writes what the guest has given it to the disk files and ends. Killed if it does not answer.
 */
export async function quitQemu(folder: string): Promise<void> {
  const running = await findQemu(folder);
  if (running) {
    await withQmp(join(folder, socketName), (qmp) => qmp.execute('quit')).catch(() => undefined);
    if (!(await waitForEnd(running, 10_000))) await killProcess(running);
  }
  await rm(join(folder, pidName), { force: true });
  await rm(join(folder, socketName), { force: true });
}

/**
 * For a process that is about to end: takes the power from every QEMU that it started, also from one that an image is
 * being made with, and starts no more.
 */
export async function leaveQemus(): Promise<void> {
  const folders = [...(startedHere ?? [])];
  startedHere = undefined;
  await Promise.all(folders.map(quitQemu));
}

/** Waits until QEMU has read the saved state, plugs the disks in, and lets the guest go on. */
export async function goOnFromSavedState(folder: string, disks: readonly AttachedDisk[]): Promise<void> {
  await withQmp(join(folder, socketName), async (qmp) => {
    await waitForStatus(qmp, 'paused');
    for (const disk of disks) await plugDisk(qmp, disk);
    await qmp.execute('cont');
  });
}

async function waitForStatus(qmp: Qmp, wanted: string): Promise<void> {
  const end = Date.now() + 60_000;
  for (;;) {
    const { status } = (await qmp.execute('query-status')) as { status: string };
    if (status === wanted) return;
    if (Date.now() > end) throw new LabError(`QEMU is "${status}" after 60 s and not "${wanted}".`);
    await sleep(25);
  }
}

export async function plugDisk(qmp: Qmp, disk: AttachedDisk): Promise<void> {
  await qmp.execute('blockdev-add', blockDevice(blockNodeName(disk), disk.file));
  await qmp.execute('device_add', nvmeDevice(disk));
}

/** Asks the guest's kernel to let the disk go, as a hand at the drive bay would, and waits until it has. */
export async function unplugDisk(qmp: Qmp, disk: AttachedDisk): Promise<void> {
  const gone = qmp.waitForEvent(
    ({ event, data }) =>
      event === 'DEVICE_DELETED' && (data as { device?: string }).device === deviceId(disk),
    60_000,
  );
  await Promise.all([gone, qmp.execute('device_del', { id: deviceId(disk) })]);
  await qmp.execute('blockdev-del', { 'node-name': blockNodeName(disk) });
}

/** The last lines on the guest's serial console, for error messages. */
export async function consoleTail(folder: string): Promise<string> {
  return lastLines(await readFile(join(folder, 'console.log'), 'utf8').catch(() => ''), 10);
}

/** Makes a disk file: empty, or one that holds only the differences to another. */
export async function createDisk(
  file: string,
  content: { gib: number } | { backing: string },
): Promise<void> {
  const rest = 'gib' in content ? [file, `${content.gib}G`] : ['-F', 'qcow2', '-b', content.backing, file];
  await command('qemu-img', ['create', '-q', '-f', 'qcow2', ...rest], { what: `make the disk ${file}` });
}
