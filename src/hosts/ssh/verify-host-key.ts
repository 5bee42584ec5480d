import { HostKeyChangedError, HostKeyUnknownError } from '../errors.js';
import { describedKey, fingerprint, hostKeyText, parseHostKey, sameKey, type HostKey } from '../host-key.js';
import { KnownHosts, knownHostsFile } from './known-hosts.js';
import type { HostAddress } from '../../protocol/host-addresses.js';

export type SshHostAddress = Extract<HostAddress, { kind: 'ssh' }>;

/** Told when a host without a known key is logged in to for the first time, so that somebody can compare the fingerprint. */
export interface FirstContact {
  readonly host: string;
  readonly address: string;
  readonly port: number;
  /** Such as `SHA256:…`, as `ssh-keygen -l` shows it. */
  readonly fingerprint: string;
  /** The known_hosts file that the key was recorded in. */
  readonly file: string;
}

/**
 * The keys by which a host is known; the specification's key stands above the pinned ones.
 * @param trusted leaves out what was only seen at a first contact: these keys are enough to send a password
 */
export async function trustedKeys(
  stateFolder: string,
  address: SshHostAddress,
  { trusted = false } = {},
): Promise<HostKey[]> {
  const stated = address.hostKey === undefined ? undefined : parseHostKey(address.hostKey);
  if (stated !== undefined) return [stated];
  return await new KnownHosts(knownHostsFile(stateFolder, address.cluster)).keysOf(address, { trusted });
}

/** The key that a host has shown. */
interface ShownKey {
  /** Where known keys are kept. */
  readonly stateFolder: string;
  readonly address: SshHostAddress;
  readonly shown: HostKey;
}

/**
 * Judges the key that a host shows, before anything is sent by which to log in.
 * @throws HostKeyChangedError when it is another one than the known one, or a revoked one
 * @throws HostKeyUnknownError when a password is to be sent, and nobody vouches for the key
 */
export async function verifyHostKey({
  stateFolder,
  address,
  shown,
  sendsPassword,
}: ShownKey & { readonly sendsPassword: boolean }): Promise<void> {
  const isShown = (key: HostKey) => sameKey(key, shown);
  const file = knownHostsFile(stateFolder, address.cluster);
  if ((await new KnownHosts(file).revokedKeysOf(address)).some(isShown)) throw revoked(address, shown, file);
  const known = await trustedKeys(stateFolder, address);
  if (known.length > 0 && !known.some(isShown)) throw changed(stateFolder, address, known, shown);
  if (!sendsPassword) return;
  const trusted = await trustedKeys(stateFolder, address, { trusted: true });
  if (!trusted.some(isShown)) throw unknown(address, shown);
}

/**
 * Pins the key of a host without a known one, once it has let the worker in: who refuses may be a stranger, whose key
 * would lock the host itself out. A stated key is recorded too, so that ssh and Ansible find it in the same file.
 * @throws HostKeyChangedError when another first contact has pinned another key meanwhile
 */
export async function pinHostKey({
  stateFolder,
  address,
  shown,
  onFirstContact,
}: ShownKey & {
  readonly onFirstContact: ((contact: FirstContact) => void) | undefined;
}): Promise<void> {
  const file = knownHostsFile(stateFolder, address.cluster);
  const isStated = address.hostKey !== undefined;
  const known = isStated ? [] : await trustedKeys(stateFolder, address);
  if (known.some((key) => sameKey(key, shown))) return;
  const { keys, added } = await new KnownHosts(file).pin(address, shown, { trusted: isStated });
  if (!keys.some((key) => sameKey(key, shown))) throw changed(stateFolder, address, keys, shown);
  if (isStated || !added) return;
  const { name: host, port } = address;
  onFirstContact?.({ host, address: address.address, port, fingerprint: fingerprint(shown), file });
}

/** Pins a key that a person has confirmed, so that a password may be sent to this host. */
export async function confirmHostKey(
  stateFolder: string,
  address: SshHostAddress,
  key: HostKey,
): Promise<void> {
  await new KnownHosts(knownHostsFile(stateFolder, address.cluster)).pin(address, key, { trusted: true });
}

function changed(
  stateFolder: string,
  address: SshHostAddress,
  known: readonly HostKey[],
  shown: HostKey,
): HostKeyChangedError {
  const { name, cluster, hostKey } = address;
  const file = knownHostsFile(stateFolder, cluster);
  const place = hostKey === undefined ? `its line in ${file}` : 'its hostKey in the specification';
  return new HostKeyChangedError(
    `${placeOf(address)} shows the host key ${describedKey(shown)}, ` +
      `but it is known by ${known.map(describedKey).join(', ')}: another machine may be answering.`,
    { host: name, advice: `If the host was installed anew, remove or correct ${place}, then try again.` },
  );
}

function revoked(address: SshHostAddress, shown: HostKey, file: string): HostKeyChangedError {
  return new HostKeyChangedError(
    `${placeOf(address)} shows the host key ${describedKey(shown)}, which is marked as revoked: whoever has it may be answering.`,
    { host: address.name, advice: `Give the host another key. Its line with @revoked is in ${file}.` },
  );
}

function unknown(address: SshHostAddress, shown: HostKey): HostKeyUnknownError {
  return new HostKeyUnknownError(
    `${placeOf(address)} shows the host key ${describedKey(shown)}, which nobody has confirmed. ` +
      'Another machine may be answering, so the password was not sent there.',
    {
      host: address.name,
      advice:
        `Compare the fingerprint with the host's own (${tellFingerprints}); then confirm it by "slipway plan" ` +
        "at a terminal on the worker's machine and retry, or abort and put this line into the host's entry in " +
        `cluster.yaml: hostKey: ${hostKeyText(shown)}`,
    },
    shown,
  );
}

/** Shows, at the host's own console, the fingerprints of its keys. */
export const tellFingerprints = 'cat /etc/ssh/ssh_host_*_key.pub | ssh-keygen -lf -';

/** Such as `worker-1 (10.0.0.1, port 22)`. */
export function placeOf({ name, address, port }: SshHostAddress): string {
  return `${name} (${address}, port ${port})`;
}
