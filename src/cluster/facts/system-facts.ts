import { z } from 'zod';

/** Facts about a host's system that decide whether a cluster can be made of it, and nothing else. */

/** A socket that waits for others: TCP that listens, UDP that is bound and not connected. */
export const listenerSchema = z.object({
  protocol: z.enum(['tcp', 'udp']),
  /** `*` is every address, of whichever family. */
  address: z.string(),
  port: z.number(),
  /** The process's name, which the kernel cuts after 15 characters; null: none, the kernel itself listens. */
  process: z.string().nullable(),
  /** The service of systemd that has started a part of Kubernetes; absent for those in pods, and for other programs. */
  unit: z.string().optional(),
});
export type Listener = z.infer<typeof listenerSchema>;

const networkInterfaceSchema = z.object({
  name: z.string(),
  /** Bytes of the longest packet. */
  mtu: z.number(),
  addresses: z.array(z.string()),
});
export type NetworkInterface = z.infer<typeof networkInterfaceSchema>;

/** The file system in which a path is, or will be once it exists. Sizes in bytes. */
export const spaceSchema = z.object({
  path: z.string(),
  mountedAt: z.string(),
  /** What is mounted there, such as a block device, which may be mounted elsewhere too; absent in facts of earlier versions. */
  source: z.string().optional(),
  totalBytes: z.number(),
  freeBytes: z.number(),
  /** 0 where the file system counts none. */
  inodes: z.number(),
  freeInodes: z.number(),
});
export type Space = z.infer<typeof spaceSchema>;

/** The setting of a kernel that loads no module any more. */
export const modulesDisabled = 'kernel.modules_disabled';

/** A kernel module that the kernel does not get. */
export const refusedModuleSchema = z.object({
  name: z.string(),
  /** A rule of modprobe's configuration, such as `install /bin/false`, or {@link modulesDisabled}. */
  by: z.string(),
});
export type RefusedModule = z.infer<typeof refusedModuleSchema>;

/** Where systemd-resolved writes which servers it asks, without its own loopback address. */
export const resolvedFile = '/run/systemd/resolve/resolv.conf';

export const systemFactsSchema = z.object({
  /** Name of the first process: systemd, or what is there in its place. */
  init: z.string(),
  /** Whether something keeps the clock right; null: the host cannot tell. */
  timeSynchronized: z.boolean().nullable(),
  /** Whether there is a file that tells programs their name servers; absent in facts of earlier versions. */
  hasResolvConf: z.boolean().optional(),
  /** Where a link to nothing leads that is in the place of that file; absent where there is no such link. */
  resolvConfLink: z.string().optional(),
  /** Whether there is {@link resolvedFile}; absent in facts of earlier versions. */
  hasResolvedFile: z.boolean().optional(),
  /** Without those in the range of NodePorts, of which a node may have thousands. */
  listeners: z.array(listenerSchema),
  /** Those that have an address of global scope. */
  interfaces: z.array(networkInterfaceSchema),
  /** Kernel modules that are neither there nor found by modprobe; null: a container, which loads none. */
  missingModules: z.array(z.string()).nullable(),
  /** Those that would be found, and that something keeps out; absent in a container and in facts of earlier versions. */
  refusedModules: z.array(refusedModuleSchema).optional(),
  space: z.array(spaceSchema),
  unattendedUpgrades: z.object({
    enabled: z.boolean(),
    reboots: z.boolean(),
    /** What starts them: a timer of systemd, tables of cron by their path; absent in facts of earlier versions. */
    startedBy: z.array(z.string()).optional(),
  }),
  /** Firewalls that somebody else has set up and that are on: ufw, firewalld. */
  firewalls: z.array(z.string()),
});
export type SystemFacts = z.infer<typeof systemFactsSchema>;

/** What steps 1 and 2 need of the machine on which Kubespray runs. */
export const controlHostFactsSchema = z.object({
  hasGit: z.boolean(),
  /** The cluster has its checkout, and a virtual environment with all requirements, there already. */
  isInstalled: z.boolean(),
  /** Of the file system in which they are, or will be. */
  freeBytes: z.number(),
  mountedAt: z.string(),
});
export type ControlHostFacts = z.infer<typeof controlHostFactsSchema>;

/** How far a host's clock was from that of the machine that asked. Milliseconds. */
export const clockOffsetSchema = z.object({
  /** Positive: the host is ahead. */
  milliseconds: z.number(),
  /** The truth is within so much of it, because it is not known when exactly in between the host has looked. */
  uncertainty: z.number(),
  /** The machine that asked. */
  by: z.string(),
});
export type ClockOffset = z.infer<typeof clockOffsetSchema>;

/** The timer by which apt upgrades packages, where its settings and the package unattended-upgrades make it do so. */
export const upgradeTimer = 'apt-daily-upgrade.timer';

/** The socket by which systemd starts Docker for whoever asks it something. */
export const dockerSocket = 'docker.socket';

/** Kernel modules that something in a cluster may need; which of them it does is decided by the specification. */
export const modulesLookedAt = [
  ...['overlay', 'br_netfilter', 'nf_conntrack', 'nf_tables', 'vxlan', 'dummy'],
  ...['ipip', 'ip_vs', 'ip_vs_rr', 'ip_vs_wrr', 'ip_vs_sh', 'ip_vs_wlc', 'ip_vs_lc'],
  ...['raid0', 'raid1', 'raid10'],
] as const;

/** Where a cluster needs room. */
export const roomPaths = [
  ...['/', '/boot', '/tmp', '/usr/local/bin', '/opt/cni', '/var/log'],
  ...['/var/lib/containerd', '/var/lib/kubelet', '/var/lib/etcd'],
] as const;
