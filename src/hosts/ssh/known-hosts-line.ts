import { createHmac } from 'node:crypto';
import { parseHostKey, type HostKey } from '../host-key.js';

/** One line of a known_hosts file, sshd(8). */
export interface KnownHostsLine {
  /** `revoked`: this key must never be taken. Undefined for an ordinary line. */
  readonly marker: 'revoked' | 'cert-authority' | undefined;
  readonly key: HostKey;
  readonly comment: string | undefined;
  /** Whether it is about a host, named as `knownHostsName` does. */
  isOf(name: string): boolean;
}

/** Undefined for a comment, an empty line, and whatever is no key. */
export function parseKnownHostsLine(line: string): KnownHostsLine | undefined {
  const words = line.trim().split(/\s+/);
  const marker = words[0]?.startsWith('@') === true ? words.shift()?.slice(1) : undefined;
  const [names = '', type, base64, comment] = words;
  const key = names.startsWith('#') ? undefined : parseHostKey(`${type ?? ''} ${base64 ?? ''}`);
  if (key === undefined || base64 === undefined) return undefined;
  if (marker !== undefined && marker !== 'revoked' && marker !== 'cert-authority') return undefined;
  return { marker, key, comment, isOf: (name) => isNamed(names, name) };
}

/** Names, patterns with `*` and `?`, those with `!` before them that are left out, or one name that is hashed. */
function isNamed(names: string, name: string): boolean {
  if (names.startsWith('|')) return isHashOf(names, name);
  const patterns = names.split(',');
  const fits = (pattern: string) => asRegExp(pattern).test(name);
  if (patterns.some((pattern) => pattern.startsWith('!') && fits(pattern.slice(1)))) return false;
  return patterns.some((pattern) => !pattern.startsWith('!') && fits(pattern));
}

function asRegExp(pattern: string): RegExp {
  const text = pattern
    .replace(/[.+^${}()|[\]\\]/g, '\\$&')
    .replace(/\*/g, '.*')
    .replace(/\?/g, '.');
  return new RegExp(`^${text}$`, 'i');
}

/** `|1|<salt>|<HMAC-SHA1 of the name>`, as `ssh-keygen -H` leaves it. */
function isHashOf(hashed: string, name: string): boolean {
  const [, version, salt = '', hash] = hashed.split('|');
  const own = createHmac('sha1', Buffer.from(salt, 'base64')).update(name).digest('base64');
  return version === '1' && hash === own;
}
