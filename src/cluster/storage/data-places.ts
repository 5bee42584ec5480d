import type { StorageTarget } from './storage-plan.js';

/** One directory whose data belong on the array. */
export type Move = StorageTarget['moves'][number];

/** Where the data of one directory is, from the first copied file to the end. */
export interface DataPlaces {
  /** Its old place. */
  readonly from: string;
  /** Its new place. */
  readonly to: string;
  /** Where a copy grows. */
  readonly partial: string;
  /** Where the copy waits when it has been verified; then it is renamed to its new place. */
  readonly verified: string;
  /** The original, once the copy takes its place. */
  readonly old: string;
  /** The record that it is Slipway that has moved the data: a file beside the new place. */
  readonly moved: string;
}

/** Every name that step 7 has for the data of one directory. */
export function placesOf({ mountPoint }: Pick<StorageTarget, 'mountPoint'>, { from, to }: Move): DataPlaces {
  const name = to.slice(to.lastIndexOf('/') + 1);
  return {
    from,
    to,
    partial: `${mountPoint}/.slipway-${name}.partial`,
    verified: `${mountPoint}/.slipway-${name}.verified`,
    old: oldCopyOf(from),
    moved: `${mountPoint}/.slipway-${name}.moved`,
  };
}

/** The original, kept beside its old place until verification has passed. */
export function oldCopyOf(from: string): string {
  return `${from}.slipway-old`;
}

/** What is left of the original while it is deleted. */
export function deletingOf(from: string): string {
  return `${from}.slipway-deleting`;
}
