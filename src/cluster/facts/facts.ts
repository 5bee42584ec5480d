import { z } from 'zod';
import { kubeletIdentitySchema } from './kubelet-identity.js';
import { clockOffsetSchema, controlHostFactsSchema, systemFactsSchema } from './system-facts.js';

/** What was read from a host by read-only commands; the only input, besides the specification, of plans and checks. */

/** Somewhere in the tree that lsblk shows: a disk, or something on a disk. Sizes in bytes. */
const blockDeviceSchema = z.object({
  /** Kernel name now, such as nvme0n1; it may be another after the next boot. */
  name: z.string(),
  type: z.string(),
  size: z.number(),
  serial: z.string().nullable(),
  wwn: z.string().nullable(),
  model: z.string().nullable(),
  transport: z.string().nullable(),
  rotational: z.boolean(),
  removable: z.boolean(),
  readOnly: z.boolean(),
  /** File system, RAID or LVM signature by lsblk or by `blkid -p`. */
  signature: z.string().nullable(),
  /** UUID of the file system or array that the signature belongs to. */
  uuid: z.string().nullable(),
  partitionTable: z.string().nullable(),
  /** Names of devices built upon this one (/sys/block/<name>/holders and partitions). */
  holders: z.array(z.string()),
  mountPoints: z.array(z.string()),
  /** Stable links under /dev/disk/by-id, full paths, sorted. */
  byId: z.array(z.string()),
  /** Used by something that lsblk does not show: swap, zpool, multipath, bcache, an open exclusive handle. */
  usedBy: z.array(z.string()),
});
export type BlockDevice = z.infer<typeof blockDeviceSchema>;

const arraySchema = z.object({
  /** /dev/md0, /dev/md127, … */
  device: z.string(),
  level: z.string(),
  /** As mdadm writes it: 8 hex digits four times, with colons. */
  uuid: z.string(),
  name: z.string(),
  /** Kernel names of the members. */
  members: z.array(z.string()),
  state: z.string(),
});
export type RaidArray = z.infer<typeof arraySchema>;

export const unitSchema = z.object({
  name: z.string(),
  /** systemd's LoadState, ActiveState and UnitFileState. */
  load: z.string(),
  active: z.string(),
  enabled: z.string(),
});
export type Unit = z.infer<typeof unitSchema>;

/** Whether the service runs; its name is without ".service". */
export function isServiceActive(units: readonly Unit[], service: string): boolean {
  return units.some(({ name, active }) => name === service && active === 'active');
}

const mountSchema = z.object({
  target: z.string(),
  source: z.string(),
  fileSystem: z.string(),
  options: z.string(),
  uuid: z.string().nullable(),
});
export type Mount = z.infer<typeof mountSchema>;

/** A directory whose data may have to be moved: /var/lib/kubelet or /var/lib/containerd. */
export const dataDirectorySchema = z.object({
  path: z.string(),
  exists: z.boolean(),
  /** Something is mounted exactly here. */
  mounted: z.boolean(),
  symlinkTo: z.string().nullable(),
  /** Entries directly in it. */
  entries: z.number(),
  /** Bytes on its own file system (du -x). */
  bytes: z.number(),
  /** A copy kept beside by an earlier migration: its path. */
  oldCopy: z.string().nullable(),
  /** Its new place on the mount point exists, and the record beside it says that step 7 has finished it. */
  moved: z.boolean().optional(),
});
export type DataDirectory = z.infer<typeof dataDirectorySchema>;

/** A Python that can be started; see interpreters.ts. */
export const interpreterSchema = z.object({
  /** Such as 3.11. */
  version: z.string(),
  /** Path of the interpreter itself, not of a launcher that may choose another one later. */
  path: z.string(),
  /** What can make a virtual environment with it; null: nothing. */
  tool: z.enum(['venv', 'virtualenv']).nullable(),
});
export type Interpreter = z.infer<typeof interpreterSchema>;

export const nvidiaSchema = z.object({
  /** NVIDIA's display and 3D controllers on the PCI bus. */
  devices: z.number(),
  /** The kernel has NVIDIA's driver loaded. */
  driver: z.boolean(),
  /** nvidia-container-runtime is where containerd is told to look for it. */
  runtime: z.boolean(),
});
export type Nvidia = z.infer<typeof nvidiaSchema>;

/** Versions such as 1.31.9 of the Kubernetes that a node has; null: it cannot be told, or the node has no such part. */
export const nodeKubernetesSchema = z.object({
  /** Of the program that kubelet.service starts. */
  kubelet: z.string().nullable(),
  /** Of the image in the static pod's manifest. */
  apiServer: z.string().nullable(),
});
export type NodeKubernetes = z.infer<typeof nodeKubernetesSchema>;

export const hostFactsSchema = z.object({
  hostname: z.string(),
  machineId: z.string(),
  bootId: z.string(),
  operatingSystem: z.object({ id: z.string(), versionId: z.string(), prettyName: z.string() }),
  kernel: z.string(),
  architecture: z.string(),
  cpus: z.number(),
  memoryBytes: z.number(),
  rootDisk: z.object({ totalBytes: z.number(), freeBytes: z.number() }),
  python: z.string().nullable(),
  cgroupVersion: z.union([z.literal(1), z.literal(2)]),
  /** Absent where nobody has compared it. */
  clock: clockOffsetSchema.optional(),
  swaps: z.array(z.string()),
  searchDomains: z.array(z.string()),
  addresses: z.array(z.string()),
  blockDevices: z.array(blockDeviceSchema),
  arrays: z.array(arraySchema),
  mounts: z.array(mountSchema),
  units: z.array(unitSchema),
  dataDirectories: z.array(dataDirectorySchema),
  fstab: z.string(),
  mdadmConf: z.string().nullable(),
  /** Tools of the storage step that are not installed: mdadm, mkfs.ext4, rsync, lsof, update-initramfs … */
  missingTools: z.array(z.string()),
  /** Digest of the storage plan that step 7 proved last on this host, after a restart; null: none. */
  provenStorage: z.string().nullable().optional(),
  /** Every Python 3; looked for on the control host only. */
  interpreters: z.array(interpreterSchema).optional(),
  /** Release of the cluster's checkout of Kubespray, such as v2.24.1; looked for on the control host only. */
  kubespray: z.string().nullable().optional(),
  /** Looked for on the control host only; absent in facts of earlier versions. */
  controlHost: controlHostFactsSchema.optional(),
  /** Absent in facts of earlier versions. */
  nvidia: nvidiaSchema.optional(),
  /** Null: the host is no node of a cluster. Absent in facts of earlier versions, and where only the storage was looked at. */
  kubernetes: nodeKubernetesSchema.nullable().optional(),
  /** By what its kubelet belongs to a cluster; absent as `kubernetes` is. */
  kubeletIdentity: kubeletIdentitySchema.optional(),
  /** Absent in facts that an earlier version has read. */
  system: systemFactsSchema.optional(),
});
/** Facts of one host. */
export type HostFacts = z.infer<typeof hostFactsSchema>;

/** Facts of a cluster's hosts, or a part of them, by inventory name. */
export type ClusterFacts<Part extends keyof HostFacts = keyof HostFacts> = Readonly<
  Record<string, Pick<HostFacts, Part>>
>;

/** How facts say that somebody, perhaps the kernel itself, has the device for himself alone. */
export const heldExclusively = 'something holds it open exclusively';
