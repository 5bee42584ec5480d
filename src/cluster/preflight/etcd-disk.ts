import type { BlockDevice, HostFacts } from '../facts/facts.js';
import { membersOf } from '../specification/members.js';
import type { HostCheck } from '../checks/host-check.js';

/** The document's "etcd Hardware Recommendations": etcd answers when a write is on the disk, which takes long on a rotating one. */
export const etcdDisk: HostCheck = ({ host, facts, specification }) => {
  const isMember = membersOf(specification).etcdMembers.some(({ name }) => name === host.name);
  const set = specification.kubespray.variables['etcd_data_dir'];
  const folder = typeof set === 'string' ? set : '/var/lib/etcd';
  const rotating = isMember ? disksOf(folder, facts).filter(isKnownToRotate) : [];
  if (rotating.length === 0) return undefined;
  const names = rotating.map(({ name, model }) => (model === null ? name : `${name} (${model})`));
  return {
    check: 'etcd-disk',
    severity: 'warning',
    is: `${folder} on a rotating disk: ${names.join(', ')}`,
    shouldBe: 'an SSD or NVMe disk: etcd waits for each write, and loses its leader where that takes long',
    advice: `Mount an SSD at ${folder} before Kubespray runs, or name a folder on one in etcd_data_dir of kubespray.variables. A virtual disk may only look like a rotating one; etcd-perf of the verification measures it.`,
  };
};

/** The disks under the file system in which a folder is, or will be; empty where the host does not tell. */
function disksOf(folder: string, { mounts, blockDevices }: HostFacts): BlockDevice[] {
  const [mount] = mounts
    .filter(({ target }) => target === '/' || folder === target || folder.startsWith(`${target}/`))
    .sort((left, right) => right.target.length - left.target.length);
  const device = blockDevices.find(
    ({ name, mountPoints }) =>
      mount !== undefined && (mountPoints.includes(mount.target) || mount.source === `/dev/${name}`),
  );
  return device === undefined ? [] : disksUnder([device], blockDevices);
}

/** Down through arrays, volumes and partitions. */
function disksUnder(devices: readonly BlockDevice[], all: readonly BlockDevice[]): BlockDevice[] {
  const found = new Set(devices);
  for (const device of found) {
    for (const one of all) if (one.holders.includes(device.name)) found.add(one);
  }
  return [...found].filter(({ type }) => type === 'disk');
}

/** A virtual disk has nothing to tell of what is beneath it, and Linux takes it for a rotating one. */
function isKnownToRotate({ name, transport, rotational, model }: BlockDevice): boolean {
  const isVirtual = transport === 'virtio' || /^x?vd[a-z]/.test(name) || virtualModel.test(model ?? '');
  return rotational && !isVirtual;
}

/** Disks that hypervisors show as SCSI, SATA or IDE: QEMU, VMware and Hyper-V, Google, VirtualBox. lsblk may write `_` for a blank. */
const virtualModel = /^\s*(qemu[ _]harddisk|virtual[ _]disk|persistentdisk|vbox[ _]harddisk)[ _]*$/i;
