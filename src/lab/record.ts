import { readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import type { LabDisk } from './machine.js';

/** What a lab keeps about a machine that is complete, in `machine.json` of the machine's folder. */
export type MachineRecord = VirtualMachineRecord | SharedKernelMachineRecord;

/** Of a machine that shares this machine's kernel. */
export type SharedKernelMachineRecord = SystemdMachineRecord | NodeMachineRecord;

export interface VirtualMachineRecord {
  readonly kind: 'virtual-machine';
  readonly name: string;
  /** In the lab's network; absent for a machine of its own, which is reached at 127.0.0.1. */
  readonly address?: string;
  readonly port: number;
  /** Whether it can be a node of Kubernetes, with an address of its own in the lab's network. */
  readonly isNode?: boolean;
  readonly hostKey: string;
  readonly memoryMiB: number;
  readonly cpus: number;
  /** In the order of the slots they sit in. */
  readonly disks: readonly (LabDisk & { readonly slot: number })[];
}

export interface SystemdMachineRecord {
  readonly kind: 'systemd-machine';
  readonly name: string;
  readonly address: string;
  readonly hostKey: string;
  /** Folder of the image whose root file system it changes. */
  readonly image: string;
  /** Folders laid over the image's root file system, never written either. */
  readonly layers?: readonly string[];
}

export interface NodeMachineRecord {
  readonly kind: 'node-machine';
  readonly name: string;
  readonly address: string;
  readonly hostKey: string;
}

const fileName = 'machine.json';

/** The record of the machine in this folder; undefined for one that was never completed. */
export async function readMachineRecord(folder: string): Promise<MachineRecord | undefined> {
  const text = await readFile(join(folder, fileName), 'utf8').catch(() => undefined);
  return text === undefined ? undefined : (JSON.parse(text) as MachineRecord);
}

/** Written beside and renamed, so that a reader sees a whole one. */
export async function writeRecord(folder: string, record: MachineRecord): Promise<void> {
  const draft = join(folder, `${fileName}.new`);
  await writeFile(draft, `${JSON.stringify(record, undefined, 2)}\n`);
  await rename(draft, join(folder, fileName));
}
