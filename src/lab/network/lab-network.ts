import { createHash } from 'node:crypto';
import { readdir, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { LabError } from '../errors.js';
import { withFileLock } from '../../local/file-lock.js';
import { deleteLink, deleteNamespace, ip, ipIn, linkExists, namespaceExists, takenNetworks } from './ip.js';
import { chooseSubnet, overlaps, parseSubnet } from './subnet.js';

/** Machine-wide, because subnets of all labs must differ, whatever cache they live in. */
const lockFile = '/run/lock/slipway-lab-network';

/** The machines' part of the subnet; .1 is this machine. */
const firstAddress = 10;
const lastAddress = 250;

/** In the namespace of a machine that is a guest with an address of its own. */
const guestTap = 'tap0';

interface NetworkRecord {
  /** The first three numbers. */
  readonly subnet: string;
  /** Machine → last number. */
  readonly addresses: Readonly<Record<string, number>>;
}

/**
 * The network of a lab's systemd machines. Each has a network namespace of its own; a bridge in one more namespace
 * connects them, and one link leads from there to this machine. Firewalls and bridges of this machine have no part in it,
 * and with the namespaces everything is gone.
 */
export class LabNetwork {
  readonly #id: string;

  constructor(readonly folder: string) {
    this.#id = createHash('sha256').update(folder).digest('hex').slice(0, 8);
  }

  /** Name under /run/netns of a machine's namespace. */
  namespaceOf(machine: string): string {
    return `slipway-${this.#id}-${machine}`;
  }

  /** This machine's address in the lab's network, which is made if need be. */
  async hostAddress(): Promise<string> {
    return this.#locked(async () => `${(await this.#ensure()).subnet}.1`);
  }

  /** Gives the machine its namespace and address, making the lab's network if need be; what is there is kept. */
  async connect(machine: string): Promise<string> {
    return this.#locked(async () => {
      const record = await this.#ensure();
      const number = record.addresses[machine] ?? freeNumber(Object.values(record.addresses));
      await this.#write({ ...record, addresses: { ...record.addresses, [machine]: number } });
      await this.#addMachine(machine, record.subnet, number);
      return `${record.subnet}.${number}`;
    });
  }

  /**
   * Gives the machine's address to a guest in its namespace: a bridge there leads from the link to a tap, and the namespace
   * itself has no address any more. What is there is kept.
   * @returns the tap's name, and the hardware address that the guest has to have
   */
  async lendAddress(machine: string): Promise<{ readonly tap: string; readonly hardwareAddress: string }> {
    return this.#locked(async () => {
      const record = await this.#read();
      const number = record?.addresses[machine];
      if (record === undefined || number === undefined) throw notConnected(machine);
      const namespace = this.namespaceOf(machine);
      if (!(await linkExists(guestTap, namespace))) {
        await ipIn(
          namespace,
          'addr flush dev eth0',
          'link add bridge type bridge',
          'link set bridge up',
          'link set eth0 master bridge',
          `tuntap add dev ${guestTap} mode tap`,
          `link set ${guestTap} master bridge up`,
        );
      }
      return { tap: guestTap, hardwareAddress: hardwareAddress(`${record.subnet}.${number}`, 'guest') };
    });
  }

  /**
   * Takes the machine's namespace away, and with the last one the lab's bridge and link.
   * @param address whether it keeps its address for the next time
   */
  async disconnect(machine: string, address: 'keep' | 'free'): Promise<void> {
    await this.#locked(async () => {
      const record = await this.#read();
      await this.#removeMachine(machine, record?.addresses[machine]);
      if (record && address === 'free') {
        const others = Object.entries(record.addresses).filter(([name]) => name !== machine);
        await this.#write({ ...record, addresses: Object.fromEntries(others) });
      }
      if ((await this.#machineNamespaces()).length === 0) await this.#removeSwitch();
    });
  }

  /** Pulls or plugs the cable between a machine and the lab's bridge. @throws LabError for a machine that has none */
  async setLink(machine: string, state: 'up' | 'down'): Promise<void> {
    const number = (await this.#read())?.addresses[machine];
    if (number === undefined) throw notConnected(machine);
    await ipIn(this.#switch, `link set m${number} ${state}`);
  }

  /** Removes every namespace and link of the lab, also of machines that nobody remembers. */
  async down(): Promise<void> {
    await this.#locked(async () => {
      for (const namespace of await this.#machineNamespaces()) await deleteNamespace(namespace);
      await this.#removeSwitch();
    });
  }

  get #switch(): string {
    return `slipway-${this.#id}`;
  }

  get #hostLink(): string {
    return `slw-${this.#id}`;
  }

  #locked<T>(work: () => Promise<T>): Promise<T> {
    return withFileLock(lockFile, work);
  }

  async #ensure(): Promise<NetworkRecord> {
    const record = await this.#read();
    if (record && (await namespaceExists(this.#switch))) return record;
    await this.#removeSwitch();
    const made = { subnet: await this.#freeSubnet(record?.subnet), addresses: record?.addresses ?? {} };
    try {
      await ip(
        `netns add ${this.#switch}`,
        `link add ${this.#hostLink} type veth peer name uplink netns ${this.#switch}`,
        `addr add ${made.subnet}.1/24 dev ${this.#hostLink}`,
        `link set ${this.#hostLink} up`,
      );
      await ipIn(
        this.#switch,
        'link add bridge type bridge',
        'link set bridge up',
        'link set uplink master bridge up',
      );
      await this.#write(made);
    } catch (error) {
      await this.#removeSwitch();
      throw error;
    }
    return made;
  }

  /** The subnet the lab had before, unless somebody else uses it by now. */
  async #freeSubnet(before: string | undefined): Promise<string> {
    const taken = await takenNetworks();
    const earlier = before === undefined ? undefined : parseSubnet(`${before}.0/24`);
    if (before !== undefined && earlier && !taken.some((each) => overlaps(each, earlier))) return before;
    const subnet = chooseSubnet(taken, parseInt(this.#id, 16));
    if (subnet !== undefined) return subnet;
    throw new LabError('Every subnet for labs (10.201.0.0–10.254.255.255) is in use here.');
  }

  async #addMachine(machine: string, subnet: string, number: number): Promise<void> {
    const namespace = this.namespaceOf(machine);
    const address = `${subnet}.${number}`;
    if (await namespaceExists(namespace)) return;
    try {
      await ip(`netns add ${namespace}`);
      await ipIn(
        this.#switch,
        `link add m${number} type veth peer name eth0 address ${hardwareAddress(address)} netns ${namespace}`,
        `link set m${number} master bridge up`,
      );
      await ipIn(
        namespace,
        'link set lo up',
        `addr add ${address}/24 dev eth0`,
        'link set eth0 up',
        `route add default via ${subnet}.1`,
      );
    } catch (error) {
      await this.#removeMachine(machine, number);
      throw error;
    }
  }

  /**
   * The kernel empties a deleted namespace some time later, so links that others would run into are deleted by name.
   */
  async #removeMachine(machine: string, number: number | undefined): Promise<void> {
    if (number !== undefined && (await namespaceExists(this.#switch))) {
      await deleteLink(`m${number}`, ['-netns', this.#switch]);
    }
    await deleteNamespace(this.namespaceOf(machine));
  }

  async #removeSwitch(): Promise<void> {
    await deleteLink(this.#hostLink);
    await deleteNamespace(this.#switch);
  }

  async #machineNamespaces(): Promise<string[]> {
    const names = await readdir('/run/netns').catch(() => []);
    return names.filter((name) => name.startsWith(this.namespaceOf('')));
  }

  async #read(): Promise<NetworkRecord | undefined> {
    const text = await readFile(this.#file, 'utf8').catch(() => undefined);
    return text === undefined ? undefined : (JSON.parse(text) as NetworkRecord);
  }

  async #write(record: NetworkRecord): Promise<void> {
    await writeFile(`${this.#file}.new`, JSON.stringify(record));
    await rename(`${this.#file}.new`, this.#file);
  }

  get #file(): string {
    return join(this.folder, 'network.json');
  }
}

/**
 * The same after each start, so that neighbours need not learn another one, which takes them half a minute.
 * @param owner a guest has another one than the link that leads to it: a bridge keeps what is for its own links
 */
export function hardwareAddress(address: string, owner: 'machine' | 'guest' = 'machine'): string {
  const bytes = address.split('.').map((number) => Number(number).toString(16).padStart(2, '0'));
  return [owner === 'guest' ? '02:01' : '02:00', ...bytes].join(':');
}

function notConnected(machine: string): LabError {
  return new LabError(`${machine} is not connected to the lab's network.`);
}

function freeNumber(used: readonly number[]): number {
  for (let number = firstAddress; number <= lastAddress; number += 1) {
    if (!used.includes(number)) return number;
  }
  throw new LabError(`A lab has room for ${lastAddress - firstAddress + 1} systemd machines.`);
}
