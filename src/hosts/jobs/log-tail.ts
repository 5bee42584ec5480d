import { tailOf } from '../run-errors.js';

const tailBytes = 2048;

/**
 * How many of the bytes make whole characters of UTF-8. Bytes that are no UTF-8 at all count as whole: they become
 * replacement characters.
 */
export function wholeCharacters(bytes: Uint8Array): number {
  const last = Math.max(0, bytes.length - 3);
  for (let start = bytes.length - 1; start >= last; start -= 1) {
    const byte = bytes[start] ?? 0;
    if (byte < 0x80) return bytes.length;
    if (byte >= 0xc0) return start + sequenceLength(byte) > bytes.length ? start : bytes.length;
  }
  return bytes.length;
}

/**
 * The last lines of a log, at most 2 KiB, not beginning in the middle of a line unless the line is that long. A carriage
 * return ends a line too: a progress bar draws hundreds of them, and what is said right behind it must not go with them.
 */
export function logTail(before: string, piece: string): string {
  const all = before + piece;
  const tail = tailOf(all, tailBytes);
  const firstEnd = tail.search(/[\r\n]/);
  const isCut = tail.length < all.length;
  return isCut && firstEnd >= 0 && firstEnd < tail.length - 1 ? tail.slice(firstEnd + 1) : tail;
}

function sequenceLength(lead: number): number {
  if (lead >= 0xf0) return 4;
  return lead >= 0xe0 ? 3 : 2;
}
