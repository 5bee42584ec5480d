import { sha256 } from '@noble/hashes/sha2.js';
import { bytesToHex, utf8ToBytes } from '@noble/hashes/utils.js';

/**
 * Digests and names derived from values. Pure JavaScript, because Temporal's workflow sandbox has neither
 * `node:crypto` nor random numbers that would be the same on replay.
 */

/**
 * JSON text that depends on a value's meaning only: keys are sorted by UTF-16 code units (as RFC 8785 does),
 * properties that are `undefined` are left out, there is no white space.
 * @throws TypeError for what JSON cannot carry: functions, symbols, bigints, NaN, infinite numbers, `undefined` in a
 * list or as the whole value
 */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'number') {
    if (!Number.isFinite(value)) throw new TypeError(`JSON cannot carry ${String(value)}.`);
    return JSON.stringify(value);
  }
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item)).join(',')}]`;
  if (typeof value === 'object') {
    const properties = Object.entries(value)
      .filter(([, item]) => item !== undefined)
      .sort(([left], [right]) => (left < right ? -1 : 1))
      .map(([key, item]) => `${JSON.stringify(key)}:${canonicalJson(item)}`);
    return `{${properties.join(',')}}`;
  }
  throw new TypeError(`JSON cannot carry a value of type ${typeof value}.`);
}

/**
 * `sha256:<64 hex digits>` of the value's canonical JSON: what an approval is bound to.
 * @throws TypeError see {@link canonicalJson}
 */
export function digestOf(value: unknown): `sha256:${string}` {
  return `sha256:${hashOf(value)}`;
}

/**
 * A UUID that is always the same for the same parts, in RFC 9562's form for custom values (version 8). Parts are not
 * simply joined: ("ab", "c") and ("a", "bc") give different ones.
 */
export function uuidFrom(...parts: readonly string[]): string {
  const hex = hashOf(['uuid', ...parts]);
  const variant = ((Number.parseInt(hex.charAt(16), 16) & 0b0011) | 0b1000).toString(16);
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `${variant}${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-');
}

/** An array's UUID in the form that mdadm reads and writes: 8 hex digits four times, with colons. */
export function mdUuidFrom(...parts: readonly string[]): string {
  const hex = hashOf(['md', ...parts]);
  return [hex.slice(0, 8), hex.slice(8, 16), hex.slice(16, 24), hex.slice(24, 32)].join(':');
}

function hashOf(value: unknown): string {
  return bytesToHex(sha256(utf8ToBytes(canonicalJson(value))));
}
