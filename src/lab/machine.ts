import type { ScriptOptions, ScriptResult } from './ssh-session.js';

/** A throw-away machine of a lab, reached as root by SSH with the lab's key. */
export interface LabMachine {
  readonly kind: 'virtual-machine' | 'systemd-machine' | 'node-machine';
  readonly name: string;
  readonly address: string;
  readonly port: number;
  readonly user: 'root';
  /** Path of the private key that opens it. */
  readonly privateKey: string;
  /** "<type> <base64>", this machine's own. */
  readonly hostKey: string;

  /**
   * Runs shell text as root under `sh -eu`. Any exit code is an answer; look at `exitCode`.
   * @throws LabError when the machine cannot be reached, the connection breaks, or the timeout passes
   */
  run(script: string, options?: ScriptOptions): Promise<ScriptResult>;

  /** Whether it is powered on; it may still be booting. */
  isRunning(): Promise<boolean>;

  /** Boots it with the disks it has, and returns when SSH answers. Nothing happens if it runs. */
  start(): Promise<void>;

  /**
   * Takes the power away at once. A virtual machine loses what it had not synced; those that share this machine's kernel lose
   * their processes, but not their files, whose cache is this machine's.
   */
  powerCut(): Promise<void>;

  /**
   * Pulls its network cable: nothing reaches it and nothing leaves it, and no connection is told. The kept SSH
   * connection is given up with it: it may die meanwhile without noticing.
   */
  unplugNetwork(): Promise<void>;

  /** Puts the cable in again. */
  plugNetwork(): Promise<void>;

  /** Ends it and deletes everything it had. */
  destroy(): Promise<void>;

  /** Gives the kept SSH connection back; the machine goes on. */
  close(): void;
}

/** A light machine that shares this machine's kernel. */
export interface LabSystemdMachine extends LabMachine {
  readonly kind: 'systemd-machine';

  /**
   * Makes its disk slow, for what it writes and waits for: at most so many writes a second until it is switched off; null
   * for as many as the disk takes.
   */
  limitWrites(perSecond: number | null): Promise<void>;
}

/** A machine that shares this machine's kernel and can be a node of Kubernetes. */
export interface LabNodeMachine extends LabMachine {
  readonly kind: 'node-machine';
}

/** An NVMe disk of a virtual machine. */
export interface LabDisk {
  /** As the guest sees it (`/dev/disk/by-id/nvme-QEMU_NVMe_Ctrl_<serial>`): 1–20 characters of [A-Za-z0-9_-]. */
  readonly serial: string;
  /** Size in GiB; only what is written takes room. */
  readonly gib: number;
}

/** A machine with a kernel, a boot loader and disks of its own. */
export interface LabVirtualMachine extends LabMachine {
  readonly kind: 'virtual-machine';
  /** Whether it can be a node of the real Kubespray's cluster. */
  readonly isNode: boolean;
  readonly disks: readonly LabDisk[];

  /** Puts another disk in; a running machine sees it appear. */
  attachDisk(disk: LabDisk): Promise<void>;

  /** Pulls a disk out and deletes it, even under a running machine. */
  detachDisk(serial: string): Promise<void>;

  /** Turns the order of the slots around, so that /dev/nvme0n1 becomes another disk. Only while powered off. */
  swapDisks(): Promise<void>;
}
