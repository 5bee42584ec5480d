import type { EphemeralStorage } from '../specification/specification.js';

/** A disk chosen for the array, named so that no restart can change what it means. */
export interface PlannedDisk {
  readonly serial: string;
  readonly wwn: string | null;
  /** /dev/disk/by-id/… */
  readonly byId: string;
  readonly model: string | null;
  readonly bytes: number;
  /** The kernel's name when the facts were read; for the reader only, never for a command. */
  readonly nameThen: string;
}

/** A block device that was not chosen, and every reason why not, as full sentences. */
export interface ExcludedDevice {
  readonly name: string;
  readonly serial: string | null;
  readonly reasons: readonly string[];
}

export type Layout = 'root-dir' | 'bind';

/**
 * What an approval is about: it stays the same while the work goes on, so that a plan made anew in the middle has the
 * same digest. Everything a command destroys or interrupts is in here.
 */
export interface StorageTarget {
  readonly host: string;
  readonly machineId: string;
  readonly disks: readonly PlannedDisk[];
  readonly array: {
    readonly name: string;
    readonly device: string;
    readonly level: EphemeralStorage['level'];
    /** mdadm's form: 8 hex digits four times, with colons. Derived from machine ID and serials. */
    readonly uuid: string;
  };
  readonly fileSystem: {
    readonly type: 'ext4';
    /** Derived as the array's is. */
    readonly uuid: string;
    /** For fstab; `discard` only when no member rotates; always `nofail`. */
    readonly mountOptions: readonly string[];
  };
  readonly mountPoint: string;
  readonly layout: Layout;
  /** `fresh`: nothing to move. `migrate`: units are stopped, data is moved. */
  readonly path: 'fresh' | 'migrate';
  /** Directories whose data belong on the array, whether they exist already or not. */
  readonly moves: readonly { readonly from: string; readonly to: string; readonly unit: string }[];
  /** Whether the host is restarted on the way. */
  readonly reboots: boolean;
}

/** A plan for one host's step 7. */
export type StoragePlan =
  | {
      readonly kind: 'apply';
      readonly target: StorageTarget;
      /** `sha256:<hex>` of the target, by `storageDigest` in make-storage-plan.ts. */
      readonly digest: string;
      readonly excluded: readonly ExcludedDevice[];
      /** Bytes that are copied onto the array; it has been checked that they fit. For the reader. */
      readonly bytesToCopy: number;
      /** The exact commands, for the reader. */
      readonly commands: readonly string[];
      /** What the operator should know before they approve, a sentence each. */
      readonly advice: readonly string[];
    }
  /** The host already is as the target says: nothing is done, nothing asked. */
  | { readonly kind: 'satisfied'; readonly target: StorageTarget; readonly digest: string }
  /** The specification asks for no storage on this host. */
  | { readonly kind: 'none' }
  /** It cannot be done; why, and the reason for each device. */
  | {
      readonly kind: 'refused';
      readonly host: string;
      readonly why: string;
      readonly excluded: readonly ExcludedDevice[];
    };

/** The plans for a cluster's hosts, by inventory name. */
export type StoragePlans = Readonly<Record<string, StoragePlan>>;

/** What the host is to be, or is already; undefined where nothing can or is to be done, or no plan was made. */
export function targetOfPlan(plan: StoragePlan | null | undefined): StorageTarget | undefined {
  return plan?.kind === 'apply' || plan?.kind === 'satisfied' ? plan.target : undefined;
}
