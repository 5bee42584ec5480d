import type { BlockDevice } from '../facts/facts.js';

/** The link by which commands name the disk: one that holds the serial number if there is one, then the shortest. */
export function stableLink({ byId, serial }: BlockDevice): string | null {
  const rank = (link: string) => (serial !== null && link.includes(serial) ? 0 : 1);
  const best = [...byId].sort(
    (left, right) => rank(left) - rank(right) || left.length - right.length || (left < right ? -1 : 1),
  );
  return best[0] ?? null;
}
