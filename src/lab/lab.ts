import { mkdir, readdir, rm } from 'node:fs/promises';
import { isAbsolute, join } from 'node:path';

import { LabError } from './errors.js';
import { withFileLock } from '../local/file-lock.js';
import { labsFolder } from './folders.js';
import type { OnProgress } from './images/ensure-image.js';
import { loginKey } from './images/login-key.js';
import type { LabDisk, LabMachine, LabNodeMachine, LabSystemdMachine, LabVirtualMachine } from './machine.js';
import { stopMirror } from './mirror/mirror-process.js';
import { LabNetwork } from './network/lab-network.js';
import { createNodeMachine } from './node-machine/create.js';
import { NodeMachine } from './node-machine/node-machine.js';
import { readMachineRecord, type MachineRecord } from './record.js';
import { createSystemdMachine } from './systemd-machine/create.js';
import { discardMachine } from './systemd-machine/shared-kernel-machine.js';
import { SystemdMachine } from './systemd-machine/systemd-machine.js';
import { checkMachineName, checkSameDisks, checkSamePurpose, defaultDisks } from './check-machine.js';
import { createVirtualMachine } from './virtual-machine/create.js';
import { leaveQemus, quitQemu } from './virtual-machine/qemu-process.js';
import { VirtualMachine } from './virtual-machine/virtual-machine.js';

/** Of a virtual machine that asks for nothing else. */
export const defaultSize = { memoryMiB: 768, cpus: 1 } as const;

/** Of one that is to be a node. With a second processor each process costs twice the time: one waits for the other. */
const nodeSize = { memoryMiB: 2048, cpus: 1 } as const;

export interface LabOptions {
  /** Labs of other names do not touch each other: [a-z0-9-], at most 20 characters. */
  readonly name: string;
  /** The lab's folder instead of one in the cache; an absolute, short path. */
  readonly folder?: string;
  /** Told, one line each, what takes its time: images being built, machines being booted. */
  readonly onProgress?: OnProgress;
}

export interface VirtualMachineOptions {
  /** Unique in the lab, and the guest's host name: [a-z0-9-], at most 20 characters. */
  readonly name: string;
  /** Default: two of 4 GiB with serial numbers made of the machine's name, `<NAME>-1` and `<NAME>-2`. */
  readonly disks?: readonly LabDisk[];
  /** Default 768, for a node 2048. Each size has a saved state of its own, made at its first use. */
  readonly memoryMiB?: number;
  /** Default 1. */
  readonly cpus?: number;
  /**
   * Whether it is part of the lab's network, as systemd machines are: they reach its SSH port 22 and kubelet's 10250 at
   * its address, and it reaches them. Default: by itself, reached at 127.0.0.1 only, reaching nothing.
   */
  readonly inNetwork?: boolean;
  /**
   * Whether the real Kubespray can make it a node: with what that installs by apt and without what it brings, more room and
   * memory, and in the lab's network with all its ports. Default: no.
   */
  readonly isNode?: boolean;
}

export interface MachineOptions {
  /** Unique in the lab, and its host name: [a-z0-9-], at most 20 characters. */
  readonly name: string;
  /** Folders laid over the root file system, the first on top; they are never written. Default: none. */
  readonly layers?: readonly string[];
}

export interface NodeOptions {
  /** Unique in the lab, and its host name: [a-z0-9-], at most 20 characters. */
  readonly name: string;
}

/** Throw-away machines under one name. They outlive this process: opening the lab again finds them. */
export interface Lab {
  readonly name: string;
  readonly folder: string;
  /**
   * A virtual machine with NVMe disks, a boot loader and an initramfs of its own, ready for SSH. One that is there
   * already is taken as it is, and started if it is off.
   * @throws LabError if it cannot be started, or one of this name is there with other disks
   */
  startVm(options: VirtualMachineOptions): Promise<LabVirtualMachine>;
  /**
   * A systemd machine: systemd and sshd on a shared root file system, in a network namespace of its own, ready for SSH.
   * One that is there already is taken as it is, and started if it is off.
   * @throws LabError if it cannot be started
   */
  startMachine(options: MachineOptions): Promise<LabSystemdMachine>;
  /**
   * A node machine: systemd and sshd on a root file system of its own, with control groups that kubelet may divide, ready
   * for SSH. One that is there already is taken as it is, and started if it is off.
   * @throws LabError if it cannot be started
   */
  startNode(options: NodeOptions): Promise<LabNodeMachine>;
  /** Every machine of this lab that was completed, running or not, by name. */
  machines(): Promise<LabMachine[]>;
  /** The machine of this name, or undefined. */
  find(name: string): Promise<LabMachine | undefined>;
  /**
   * For a process that is about to end, whatever it is doing: takes the power from every machine, and starts no more.
   * The next start goes on with their disks and addresses, and makes those anew that were only half made.
   */
  leave(): Promise<void>;
  /** Ends and deletes everything the lab has, a mirror's server too; the images in the cache stay. Safe to call twice. */
  down(): Promise<void>;
  /** Gives the kept SSH connections back; the machines go on. */
  close(): void;
}

/**
 * Opens a lab, new or there already.
 * @throws LabError for a name that cannot be used
 */
export async function openLab(options: LabOptions): Promise<Lab> {
  checkMachineName(options.name, 'lab');
  const folder = options.folder ?? join(labsFolder(), options.name);
  if (!isAbsolute(folder)) throw new LabError(`The lab's folder ${folder} is not an absolute path.`);
  await mkdir(join(folder, 'machines'), { recursive: true });
  return new FolderLab(options.name, folder, options.onProgress ?? (() => undefined));
}

/** The names of all labs in the cache. */
export async function listLabs(): Promise<string[]> {
  return readdir(labsFolder()).catch(() => []);
}

class FolderLab implements Lab {
  readonly #open = new Map<string, LabMachine>();
  readonly #network: LabNetwork;

  constructor(
    readonly name: string,
    readonly folder: string,
    readonly onProgress: OnProgress,
  ) {
    this.#network = new LabNetwork(folder);
  }

  async startVm(options: VirtualMachineOptions): Promise<LabVirtualMachine> {
    const { name } = options;
    checkMachineName(name, 'machine');
    return this.#locked(name, async () => {
      const there = await this.find(name);
      if (there) {
        if (!(there instanceof VirtualMachine))
          throw new LabError(`${name} is there already as a ${there.kind}.`);
        checkSameDisks(there, options.disks);
        checkSamePurpose(there, options.isNode);
        await there.start();
        return there;
      }
      const isNode = options.isNode === true;
      const size = isNode ? nodeSize : defaultSize;
      const machine = await createVirtualMachine({
        name,
        disks: options.disks ?? defaultDisks(name),
        memoryMiB: options.memoryMiB ?? size.memoryMiB,
        cpus: options.cpus ?? size.cpus,
        folder: this.#machineFolder(name),
        takenPorts: await this.#takenPorts(),
        network: options.inNetwork === true || isNode ? this.#network : undefined,
        isNode,
        onProgress: this.onProgress,
      });
      this.#open.set(name, machine);
      return machine;
    });
  }

  async startMachine({ name, layers }: MachineOptions): Promise<LabSystemdMachine> {
    checkMachineName(name, 'machine');
    return this.#locked(name, async () => {
      const there = await this.find(name);
      if (there) {
        if (!(there instanceof SystemdMachine))
          throw new LabError(`${name} is there already as a ${there.kind}.`);
        await there.start();
        return there;
      }
      const machine = await createSystemdMachine({
        name,
        folder: this.#machineFolder(name),
        network: this.#network,
        ...(layers !== undefined && { layers }),
        onProgress: this.onProgress,
      });
      this.#open.set(name, machine);
      return machine;
    });
  }

  async startNode({ name }: NodeOptions): Promise<LabNodeMachine> {
    checkMachineName(name, 'machine');
    return this.#locked(name, async () => {
      const there = await this.find(name);
      if (there) {
        if (!(there instanceof NodeMachine))
          throw new LabError(`${name} is there already as a ${there.kind}.`);
        await there.start();
        return there;
      }
      const machine = await createNodeMachine({
        name,
        folder: this.#machineFolder(name),
        network: this.#network,
        onProgress: this.onProgress,
      });
      this.#open.set(name, machine);
      return machine;
    });
  }

  async machines(): Promise<LabMachine[]> {
    const found = await Promise.all((await this.#names()).map((name) => this.find(name)));
    return found.filter((machine) => machine !== undefined);
  }

  async find(name: string): Promise<LabMachine | undefined> {
    const folder = this.#machineFolder(name);
    const record = await readMachineRecord(folder);
    if (record === undefined) {
      this.#open.delete(name);
      return undefined;
    }
    const known = this.#open.get(name);
    if (known?.hostKey === record.hostKey) return known;
    const machine = this.#opened(record, { folder, privateKey: (await loginKey()).privateKey });
    this.#open.set(name, machine);
    return machine;
  }

  #opened(
    record: MachineRecord,
    { folder, privateKey }: { readonly folder: string; readonly privateKey: string },
  ): LabMachine {
    const network = this.#network;
    switch (record.kind) {
      case 'virtual-machine':
        return new VirtualMachine(folder, record, { privateKey, network });
      case 'systemd-machine':
        return new SystemdMachine(record, { folder, network, privateKey });
      case 'node-machine':
        return new NodeMachine(record, { folder, network, privateKey });
    }
  }

  async leave(): Promise<void> {
    await leaveQemus();
    await stopMirror(this.folder);
    for (const name of await this.#names()) {
      const machine = await this.find(name);
      if (machine === undefined) await this.#discard(name);
      else await machine.powerCut();
    }
    this.close();
  }

  async down(): Promise<void> {
    this.close();
    for (const name of await this.#names()) {
      await this.#locked(name, () => this.#discard(name));
    }
    this.#open.clear();
    await stopMirror(this.folder);
    await this.#network.down();
    await rm(this.folder, { recursive: true, force: true });
  }

  close(): void {
    for (const machine of this.#open.values()) machine.close();
  }

  async #discard(name: string): Promise<void> {
    const folder = this.#machineFolder(name);
    await quitQemu(folder);
    await discardMachine({ name, folder, network: this.#network });
  }

  /** One at a time for each machine, also between processes. */
  #locked<T>(machine: string, work: () => Promise<T>): Promise<T> {
    return withFileLock(join(this.folder, 'locks', machine), work);
  }

  #machineFolder(name: string): string {
    return join(this.folder, 'machines', name);
  }

  async #names(): Promise<string[]> {
    return (await readdir(join(this.folder, 'machines')).catch(() => [])).sort();
  }

  async #takenPorts(): Promise<Set<number>> {
    const records = await Promise.all(
      (await this.#names()).map((name) => readMachineRecord(this.#machineFolder(name))),
    );
    return new Set(records.flatMap((record) => (record?.kind === 'virtual-machine' ? [record.port] : [])));
  }
}
