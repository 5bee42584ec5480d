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

/** A place in a lab's network: QEMU runs in this namespace, and what reaches the address there reaches the guest. */
export interface GuestNetwork {
  readonly namespace: string;
  readonly address: string;
  /** Where the guest has the address itself; otherwise QEMU has it, and passes on what comes for a few ports. */
  readonly link?: GuestLink;
}

/** A guest's own way onto the lab's bridge. */
export interface GuestLink {
  /** The tap in the namespace. */
  readonly tap: string;
  /** Of the guest's interface. */
  readonly hardwareAddress: string;
}

export interface QemuSettings extends MachineSize {
  readonly name: string;
  readonly rootDisk: string;
  /** Port that leads to the guest's sshd: on 127.0.0.1, or where `network` says. */
  readonly port: number;
  /** The lab's network, where the machine is part of one. */
  readonly network?: GuestNetwork;
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
    ...networkArguments(settings),
    ...['-device', 'virtio-rng-pci'],
    ...['-device', `vmgenid,guid=${settings.generation}`],
    ...slots.flatMap((slot) => [
      '-device',
      `pcie-root-port,id=${slotId(slot)},chassis=${slot + 1},slot=${slot + 1}`,
    ]),
    ...settings.disks.flatMap((disk) => [
      ...['-blockdev', JSON.stringify(blockDevice(blockNodeName(disk), disk.file))],
      ...['-device', JSON.stringify(nvmeDevice(disk))],
    ]),
    ...(settings.incoming === undefined ? [] : ['-S', '-incoming', settings.incoming]),
  ];
}

function networkArguments(settings: QemuSettings): string[] {
  const device = `virtio-net-pci,netdev=${networkName},romfile=`;
  const link = settings.network?.link;
  if (link === undefined) return ['-netdev', userNetwork(settings), '-device', device];
  return [
    ...['-netdev', `tap,id=${networkName},ifname=${link.tap},script=no,downscript=no`],
    ...['-device', `${device},mac=${link.hardwareAddress}`],
  ];
}

/** kubelet's, by which the API server reads logs and runs commands. */
const kubeletPort = 10_250;

/** A machine by itself reaches nothing; only the sshd port leads in. In a lab's network it reaches what its namespace does. */
function userNetwork({ port, network }: Pick<QemuSettings, 'port' | 'network'>): string {
  const forward = (address: string, outer: number, inner: number) =>
    `hostfwd=tcp:${address}:${outer}-${guestAddress}:${inner}`;
  const start = `user,id=${networkName}`;
  if (network === undefined) return `${start},restrict=on,ipv6=off,${forward('127.0.0.1', port, 22)}`;
  const { address } = network;
  return [start, 'ipv6=off', forward(address, port, 22), forward(address, kubeletPort, kubeletPort)].join(
    ',',
  );
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
    drive: blockNodeName(disk),
    bus: slotId(disk.slot),
  };
}

export function deviceId(disk: Pick<AttachedDisk, 'slot'>): string {
  return `nvme${disk.slot}`;
}

export function blockNodeName(disk: Pick<AttachedDisk, 'slot'>): string {
  return `disk${disk.slot}`;
}

function slotId(slot: number): string {
  return `slot${slot}`;
}
