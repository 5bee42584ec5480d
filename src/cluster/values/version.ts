/** A release's number in parts: [2, 24, 1]. */
export type Version = readonly [major: number, minor: number, patch: number];

/** Reads `v2.24.1` or `2.24.1`; undefined for anything else. */
export function parseVersion(name: string): Version | undefined {
  const parts = /^v?([0-9]{1,9})\.([0-9]{1,9})\.([0-9]{1,9})$/.exec(name);
  return parts === null ? undefined : [Number(parts[1]), Number(parts[2]), Number(parts[3])];
}

/** The Git tag of a release that may be written without its `v`. */
export function tagOf(name: string): string {
  return name.startsWith('v') ? name : `v${name}`;
}

/** Orders versions for `sort`, the newest first. */
export function newestFirst(left: Version, right: Version): number {
  return right[0] - left[0] || right[1] - left[1] || right[2] - left[2];
}

/** Whether the first of two minor releases, such as 1.31, is newer than the second. */
export function isNewer(left: string, right: string): boolean {
  return isLater(`${left}.0`, `${right}.0`);
}

/** The same for two versions with their patch number. */
export function isLater(left: string, right: string): boolean {
  const [one, other] = [parseVersion(left), parseVersion(right)];
  return one !== undefined && other !== undefined && newestFirst(one, other) < 0;
}

/** Whether two releases differ in the patch number at most. */
export function sameMinor(left: string, right: string): boolean {
  const [first, second] = [parseVersion(left), parseVersion(right)];
  return first !== undefined && first[0] === second?.[0] && first[1] === second[1];
}
