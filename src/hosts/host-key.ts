import { createHash } from 'node:crypto';

/** A machine's public key as it stands in a known_hosts file. */
export interface HostKey {
  /** Such as `ssh-ed25519`. */
  readonly type: string;
  readonly base64: string;
}

/** Algorithms by which a host may prove its key, best first. An RSA key has three. */
const algorithmsByType: Readonly<Record<string, readonly string[]>> = {
  'ssh-ed25519': ['ssh-ed25519'],
  'ecdsa-sha2-nistp256': ['ecdsa-sha2-nistp256'],
  'ecdsa-sha2-nistp384': ['ecdsa-sha2-nistp384'],
  'ecdsa-sha2-nistp521': ['ecdsa-sha2-nistp521'],
  'ssh-rsa': ['rsa-sha2-512', 'rsa-sha2-256', 'ssh-rsa'],
};

/** Reads a key as the protocol carries it: a length of four bytes, the type, the rest. */
export function hostKeyFromWire(blob: Buffer): HostKey {
  const type = blob.subarray(4, 4 + blob.readUInt32BE(0)).toString('latin1');
  return { type, base64: blob.toString('base64') };
}

/** Reads "<type> <base64>", with or without a comment behind. */
export function parseHostKey(text: string): HostKey | undefined {
  const [type, base64] = text.trim().split(/\s+/);
  return type === undefined || base64 === undefined ? undefined : { type, base64 };
}

/** "<type> <base64>" as in the specification and in known_hosts. */
export function hostKeyText({ type, base64 }: HostKey): string {
  return `${type} ${base64}`;
}

/** "SHA256:…" as `ssh-keygen -l` shows it. */
export function fingerprint({ base64 }: HostKey): string {
  const digest = createHash('sha256').update(Buffer.from(base64, 'base64')).digest('base64');
  return `SHA256:${digest.replace(/=+$/, '')}`;
}

/** Type and fingerprint, by which people compare keys. */
export function describedKey(key: HostKey): string {
  return `${key.type} ${fingerprint(key)}`;
}

export function sameKey(one: HostKey, other: HostKey): boolean {
  return one.type === other.type && one.base64 === other.base64;
}

/**
 * The order in which key algorithms are asked for: those of the keys already known first, because a host has several
 * keys, and another one than the known one would look like a change.
 */
export function preferredAlgorithms(known: readonly HostKey[]): string[] {
  const first = known.flatMap(({ type }) => algorithmsByType[type] ?? []);
  return [...new Set([...first, ...Object.values(algorithmsByType).flat()])];
}
