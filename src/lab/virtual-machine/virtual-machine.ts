import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';

import { LabError } from '../errors.js';
import type { LabDisk, LabVirtualMachine } from '../machine.js';
import type { LabNetwork } from '../network/lab-network.js';
import { writeRecord, type VirtualMachineRecord } from '../record.js';
import { SshSession, type ScriptOptions, type ScriptResult } from '../ssh-session.js';
import {
  diskSlots,
  networkName,
  socketName,
  type AttachedDisk,
  type GuestNetwork,
} from './qemu-arguments.js';
import {
  consoleTail,
  createDisk,
  findQemu,
  plugDisk,
  quitQemu,
  startQemu,
  unplugDisk,
} from './qemu-process.js';
import { withQmp } from './qmp.js';
import { bootTimeout } from './saved-state.js';

/** Where a machine by itself is reached. */
export const loopback = '127.0.0.1';

export interface VirtualMachineParts {
  /** Path of the key that opens it. */
  readonly privateKey: string;
  /** The lab's network, for a machine that is part of it. */
  readonly network?: LabNetwork | undefined;
}

interface Bootable {
  readonly folder: string;
  readonly record: VirtualMachineRecord;
  readonly network?: GuestNetwork | undefined;
}

/** A complete virtual machine, running or not. {@link createVirtualMachine} makes one. */
export class VirtualMachine implements LabVirtualMachine {
  readonly kind = 'virtual-machine';
  readonly user = 'root';
  readonly #session: SshSession;
  #record: VirtualMachineRecord;

  constructor(
    readonly folder: string,
    record: VirtualMachineRecord,
    readonly parts: VirtualMachineParts,
  ) {
    this.#record = record;
    this.#session = new SshSession(this);
  }

  get name(): string {
    return this.#record.name;
  }

  get address(): string {
    return this.#record.address ?? loopback;
  }

  get privateKey(): string {
    return this.parts.privateKey;
  }

  get port(): number {
    return this.#record.port;
  }

  get hostKey(): string {
    return this.#record.hostKey;
  }

  get isNode(): boolean {
    return this.#record.isNode === true;
  }

  get disks(): readonly LabDisk[] {
    return this.#record.disks;
  }

  run(script: string, options?: ScriptOptions): Promise<ScriptResult> {
    return this.#session.run(script, options);
  }

  async isRunning(): Promise<boolean> {
    return (await findQemu(this.folder)) !== undefined;
  }

  async start(): Promise<void> {
    if (!(await this.isRunning())) await this.#boot();
    await this.waitUntilReady();
  }

  /** Waits for SSH to answer. */
  async waitUntilReady(): Promise<void> {
    await waitForLogin(this.#session, this.folder);
  }

  async powerCut(): Promise<void> {
    this.close();
    await quitQemu(this.folder);
  }

  async unplugNetwork(): Promise<void> {
    await this.#setLink(false);
    this.close();
  }

  async plugNetwork(): Promise<void> {
    await this.#setLink(true);
  }

  async destroy(): Promise<void> {
    await this.powerCut();
    if (this.#record.address !== undefined) await this.parts.network?.disconnect(this.name, 'free');
    await rm(this.folder, { recursive: true, force: true });
  }

  close(): void {
    this.#session.close();
  }

  async attachDisk(disk: LabDisk): Promise<void> {
    checkDisks([...this.disks, disk]);
    const used = new Set(this.#record.disks.map(({ slot }) => slot));
    const slot = [...Array(diskSlots).keys()].find((each) => !used.has(each));
    if (slot === undefined)
      throw new LabError(`${this.name} has ${diskSlots} disks already and no slot for more.`);
    const attached = { file: diskFile(this.folder, disk.serial), serial: disk.serial, slot };
    await createDisk(attached.file, disk);
    if (await this.isRunning()) {
      await withQmp(join(this.folder, socketName), (qmp) => plugDisk(qmp, attached));
    }
    await this.#keep([...this.#record.disks, { ...disk, slot }]);
  }

  async detachDisk(serial: string): Promise<void> {
    const [disk] = this.#record.disks.filter((each) => each.serial === serial);
    if (!disk) throw new LabError(`${this.name} has no disk with the serial number ${serial}.`);
    const file = diskFile(this.folder, serial);
    if (await this.isRunning()) {
      await withQmp(join(this.folder, socketName), (qmp) => unplugDisk(qmp, { ...disk, file }));
    }
    await rm(file, { force: true });
    await this.#keep(this.#record.disks.filter((each) => each !== disk));
  }

  async swapDisks(): Promise<void> {
    if (await this.isRunning())
      throw new LabError(`${this.name} runs: cut its power before swapping its disks.`);
    const slots = this.#record.disks.map(({ slot }) => slot).reverse();
    await this.#keep(this.#record.disks.map((disk, index) => ({ ...disk, slot: slots[index] ?? disk.slot })));
  }

  async #boot(): Promise<void> {
    const record = this.#record;
    const network = record.address === undefined ? undefined : await connect(record, this.parts.network);
    if (network?.address !== record.address) {
      throw new LabError(
        `${this.name} cannot have its address ${record.address} again: destroy it and start anew.`,
      );
    }
    await boot({ folder: this.folder, record, network });
  }

  async #setLink(up: boolean): Promise<void> {
    await withQmp(join(this.folder, socketName), (qmp) => qmp.execute('set_link', { name: networkName, up }));
  }

  async #keep(disks: VirtualMachineRecord['disks']): Promise<void> {
    this.#record = { ...this.#record, disks: [...disks].sort((one, other) => one.slot - other.slot) };
    await writeRecord(this.folder, this.#record);
  }
}

/** Gives the machine its place in a lab's network, if it is to have one. A node has its address itself. */
export async function connect(
  { name, isNode }: Pick<VirtualMachineRecord, 'name' | 'isNode'>,
  network: LabNetwork | undefined,
): Promise<GuestNetwork | undefined> {
  if (network === undefined) return undefined;
  const place = { address: await network.connect(name), namespace: network.namespaceOf(name) };
  return isNode === true ? { ...place, link: await network.lendAddress(name) } : place;
}

/** Boots from the machine's own root disk, through its boot loader. */
export async function boot({ folder, record, network }: Bootable): Promise<void> {
  await startQemu({
    ...record,
    ...(network !== undefined && { network }),
    rootDisk: join(folder, 'root.qcow2'),
    folder,
    generation: randomUUID(),
    disks: attachedDisks(folder, record.disks),
  });
}

/** @throws LabError at once when QEMU has ended, with what the guest said last */
export async function waitForLogin(
  session: SshSession,
  folder: string,
  timeout = bootTimeout,
): Promise<void> {
  await session.waitUntilReady(timeout, async () => {
    if (await findQemu(folder)) return;
    throw new LabError(
      `${session.where.name} has been powered off while it booted.\n${await consoleTail(folder)}`,
    );
  });
}

export function attachedDisks(folder: string, disks: VirtualMachineRecord['disks']): AttachedDisk[] {
  return disks.map(({ serial, slot }) => ({ serial, slot, file: diskFile(folder, serial) }));
}

export function diskFile(folder: string, serial: string): string {
  return join(folder, `disk-${serial}.qcow2`);
}

/** @throws LabError for disks that no virtual machine can have */
export function checkDisks(disks: readonly LabDisk[]): void {
  for (const { serial, gib } of disks) {
    if (!/^[A-Za-z0-9_-]{1,20}$/.test(serial)) {
      throw new LabError(
        `"${serial}" is no serial number for a disk: 1 to 20 characters of A–Z, a–z, 0–9, _ and -.`,
      );
    }
    if (!(Number.isInteger(gib) && gib >= 1 && gib <= 1024)) {
      throw new LabError(`The disk ${serial} cannot be ${gib} GiB: choose a whole number from 1 to 1024.`);
    }
  }
  if (new Set(disks.map(({ serial }) => serial)).size < disks.length) {
    throw new LabError('Two disks of a machine have the same serial number.');
  }
  if (disks.length > diskSlots) throw new LabError(`A virtual machine has at most ${diskSlots} disks.`);
}
