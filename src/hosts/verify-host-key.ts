import { HostKeyChangedError } from './errors.js';
import { fingerprint, parseHostKey, sameKey } from './host-key.js';
import type { HostKey } from './host-key.js';
import { KnownHosts, knownHostsFile } from './known-hosts.js';
import type { HostTarget } from './target.js';

export type SshTarget = Extract<HostTarget, { kind: 'ssh' }>;

/** Told when a host without a known key is reached for the first time, so that somebody can compare the fingerprint. */
export interface FirstContact {
  readonly host: string;
  readonly address: string;
  readonly port: number;
  /** Such as `SHA256:…`, as `ssh-keygen -l` shows it. */
  readonly fingerprint: string;
  /** The known_hosts file that the key was recorded in. */
  readonly file: string;
}

/** The keys by which a host is known; the specification's key stands above the pinned ones. */
export async function knownKeys(stateFolder: string, target: SshTarget): Promise<HostKey[]> {
  const stated = target.hostKey === undefined ? undefined : parseHostKey(target.hostKey);
  if (stated !== undefined) return [stated];
  return await new KnownHosts(knownHostsFile(stateFolder, target.cluster)).keysOf(target);
}

/**
 * Judges the key that a host shows, and pins it at the first contact.
 * @throws HostKeyChangedError when it is another one than the known one
 */
export async function verifyHostKey(options: {
  readonly stateFolder: string;
  readonly target: SshTarget;
  readonly shown: HostKey;
  readonly onFirstContact: ((contact: FirstContact) => void) | undefined;
}): Promise<void> {
  const { stateFolder, target, shown, onFirstContact } = options;
  const file = knownHostsFile(stateFolder, target.cluster);
  const before = await knownKeys(stateFolder, target);
  const isKnown = before.some((key) => sameKey(key, shown));
  if (before.length > 0 && !isKnown) throw changed(target, file, before, shown);
  if (isKnown && target.hostKey === undefined) return;
  // Keys stated in the specification are recorded too, so that ssh and Ansible find them in the same file.
  const { keys, added } = await new KnownHosts(file).pin(target, shown, { trusted: isKnown });
  if (!keys.some((key) => sameKey(key, shown))) throw changed(target, file, keys, shown);
  if (isKnown || !added) return;
  const { name, address, port } = target;
  onFirstContact?.({ host: name, address, port, fingerprint: fingerprint(shown), file });
}

function changed(
  target: SshTarget,
  file: string,
  known: readonly HostKey[],
  shown: HostKey,
): HostKeyChangedError {
  const { name, address, port } = target;
  const place = target.hostKey === undefined ? `its line in ${file}` : 'its hostKey in the specification';
  return new HostKeyChangedError(
    `${name} (${address}, port ${port}) shows the host key ${described(shown)}, ` +
      `but it is known by ${known.map(described).join(', ')}: another machine may be answering.`,
    { host: name, advice: `If the host was installed anew, remove or correct ${place}, then try again.` },
  );
}

function described(key: HostKey): string {
  return `${key.type} ${fingerprint(key)}`;
}
