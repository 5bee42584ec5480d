import { LabError } from './errors.js';
import type { LabDisk, LabVirtualMachine } from './machine.js';

/** @throws LabError for a name that cannot be a folder, a host name and a part of a link's name at once */
export function checkMachineName(name: string, what: 'lab' | 'machine'): void {
  if (/^[a-z0-9]([a-z0-9-]{0,18}[a-z0-9])?$/.test(name)) return;
  throw new LabError(
    `"${name}" is no name for a ${what}: at most 20 characters of a–z, 0–9 and -, not at its ends.`,
  );
}

/** Two of 4 GiB, with serial numbers made of the machine's name. */
export function defaultDisks(name: string): LabDisk[] {
  const start = name.toUpperCase().slice(0, 18);
  return [1, 2].map((number) => ({ serial: `${start}-${number}`, gib: 4 }));
}

/** @throws LabError where a virtual machine is to be a node, and is there already as one that cannot */
export function checkSamePurpose(machine: LabVirtualMachine, isNode: boolean | undefined): void {
  if (isNode !== true || machine.isNode) return;
  throw new LabError(
    `The virtual machine ${machine.name} is there already, without what a node needs: destroy it first, or use another name.`,
  );
}

/** @throws LabError where a machine that is there already has other disks than those wanted */
export function checkSameDisks(machine: LabVirtualMachine, wanted: readonly LabDisk[] | undefined): void {
  if (wanted === undefined) return;
  const serials = (disks: readonly LabDisk[]) =>
    disks
      .map(({ serial }) => serial)
      .sort()
      .join(', ');
  if (serials(machine.disks) === serials(wanted)) return;
  throw new LabError(
    `The virtual machine ${machine.name} is there already with the disks ${serials(machine.disks) || 'none'}, ` +
      `not ${serials(wanted) || 'none'}: destroy it first, or use another name.`,
  );
}
