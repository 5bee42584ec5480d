import { guestAddress } from '../images/guest-files.js';

/** How many NVMe disks a virtual machine can have: the slots that are there from the start, to plug disks into. */
export const diskSlots = 4;

/** What must be equal in a saved state and in a machine that goes on from it. */
export interface MachineSize {
  readonly memoryMiB: number;
  readonly cpus: number;
}

/** One NVMe disk in its slot. */
export interface AttachedDisk {
  /** The serial number that the guest sees, 1–20 characters of [A-Za-z0-9_-]. */
  readonly serial: string;
  readonly slot: number;
  readonly file: string;
}

export interface QemuSettings extends MachineSize {
  readonly name: string;
  readonly rootDisk: string;
  /** Port on 127.0.0.1 that leads to the guest's sshd. */
  readonly port: number;
  /** Folder for the control socket, the process number and the console's log. */
  readonly folder: string;
  /** Tells the guest's kernel that it is another machine than the one saved, so that it makes its own random numbers. */
  readonly generation: string;
  readonly disks: readonly AttachedDisk[];
  /** Where to go on from, as QEMU's migration URI; without it the machine boots. */
  readonly incoming?: string;
}

export const socketName = 'qmp.sock';
export const pidName = 'qemu.pid';
/** Of the machine's network, for QEMU's commands. */
export const networkName = 'net0';

/**
 * QEMU's command line. Caches are "writeback": what the guest has flushed is on the host's disk, and what it has not
 * flushed is lost when QEMU is told to quit, as in a real power cut.
 */
export function qemuArguments(settings: QemuSettings): string[] {
  const { folder } = settings;
  const slots = Array.from({ length: diskSlots }, (_, slot) => slot);
  return [
    ...['-name', settings.name],
    ...['-accel', 'tcg,thread=multi,tb-size=256'],
    ...['-machine', 'q35,usb=off,vmport=off,smm=off,hpet=on'],
    ...['-cpu', 'max', '-smp', String(settings.cpus), '-m', String(settings.memoryMiB)],
    ...['-nodefaults', '-no-user-config', '-display', 'none'],
    ...['-serial', `file:${folder}/console.log`],
    ...['-qmp', `unix:${folder}/${socketName},server=on,wait=off`],
    ...['-pidfile', `${folder}/${pidName}`, '-daemonize'],
    ...['-blockdev', JSON.stringify(blockDevice('root', settings.rootDisk))],
    ...['-device', 'virtio-blk-pci,drive=root,bootindex=0'],
    ...['-netdev', userNetwork(settings.port)],
    ...['-device', `virtio-net-pci,netdev=${networkName},romfile=`],
    ...['-device', 'virtio-rng-pci'],
    ...['-device', `vmgenid,guid=${settings.generation}`],
    ...slots.flatMap((slot) => [
      '-device',
      `pcie-root-port,id=${slotId(slot)},chassis=${slot + 1},slot=${slot + 1}`,
    ]),
    ...settings.disks.flatMap((disk) => [
      ...['-blockdev', JSON.stringify(blockDevice(nodeName(disk), disk.file))],
      ...['-device', JSON.stringify(nvmeDevice(disk))],
    ]),
    ...(settings.incoming === undefined ? [] : ['-S', '-incoming', settings.incoming]),
  ];
}

/** The guest reaches nothing; only the sshd port leads in. */
function userNetwork(port: number): string {
  return `user,id=${networkName},restrict=on,ipv6=off,hostfwd=tcp:127.0.0.1:${port}-${guestAddress}:22`;
}

/** A qcow2 file as QEMU's block device, for the command line and for `blockdev-add`. */
export function blockDevice(node: string, file: string): Record<string, unknown> {
  return {
    driver: 'qcow2',
    'node-name': node,
    discard: 'unmap',
    file: { driver: 'file', filename: file, discard: 'unmap' },
  };
}

/** An NVMe controller with one disk, for the command line and for `device_add`. */
export function nvmeDevice(disk: Pick<AttachedDisk, 'serial' | 'slot'>): Record<string, unknown> {
  return {
    driver: 'nvme',
    id: deviceId(disk),
    serial: disk.serial,
    drive: nodeName(disk),
    bus: slotId(disk.slot),
  };
}

export function deviceId(disk: Pick<AttachedDisk, 'slot'>): string {
  return `nvme${disk.slot}`;
}

export function nodeName(disk: Pick<AttachedDisk, 'slot'>): string {
  return `disk${disk.slot}`;
}

function slotId(slot: number): string {
  return `slot${slot}`;
}
