import { randomBytes } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { quote } from '../hosts/script.js';
import { LabError } from './errors.js';
import { makeKey } from './images/login-key.js';
import type { SshSession } from './ssh-session.js';

/** What tells a machine from the others made of the same image. */
export interface Identity {
  readonly name: string;
  readonly machineId: string;
  /** The private host key's text. */
  readonly privateHostKey: string;
  /** "<type> <base64>". */
  readonly hostKey: string;
}

/** Makes a new identity; `folder` takes the key for a moment. */
export async function makeIdentity(name: string, folder: string): Promise<Identity> {
  const path = join(folder, 'host-key');
  await makeKey({ path, comment: name });
  const [privateHostKey, publicKey] = await Promise.all([
    readFile(path, 'utf8'),
    readFile(`${path}.pub`, 'utf8'),
  ]);
  await Promise.all([rm(path), rm(`${path}.pub`)]);
  return {
    name,
    machineId: randomBytes(16).toString('hex'),
    privateHostKey,
    hostKey: publicKey.split(' ').slice(0, 2).join(' '),
  };
}

/**
 * Gives a machine that runs on the image's identity its own, sets its clock (it stood still in a saved state), and waits
 * for its disks to appear. sshd reads the new key when it is told to.
 */
export async function giveIdentity(
  session: SshSession,
  identity: Identity,
  serials: readonly string[],
): Promise<void> {
  const result = await session.run(identityScript(identity, serials, Date.now()));
  if (result.exitCode === 0) return;
  throw new LabError(`${identity.name} did not take its own identity: ${result.stderr || result.stdout}`);
}

/** The shell text for {@link giveIdentity}. */
export function identityScript(identity: Identity, serials: readonly string[], now: number): string {
  const disks = serials.map((serial) => quote(`/dev/disk/by-id/nvme-QEMU_NVMe_Ctrl_${serial}`));
  return `date -s @${(now / 1000).toFixed(3)} >/dev/null
umask 077
echo ${quote(identity.privateHostKey.trim())} > /etc/ssh/ssh_host_ed25519_key
umask 022
echo ${quote(identity.hostKey)} > /etc/ssh/ssh_host_ed25519_key.pub
echo ${quote(identity.machineId)} > /etc/machine-id
echo ${quote(identity.name)} > /etc/hostname
hostname ${quote(identity.name)}
echo ${quote(hostsFile(identity.name))} > /etc/hosts
echo ${quote(resolvConfText)} > /etc/resolv.conf
kill -HUP "$(cat /run/sshd.pid)"
tries=0
for disk in ${disks.join(' ')}; do
  until [ -e "$disk" ]; do
    tries=$((tries + 1))
    [ $tries -lt 300 ] || { echo "$disk has not appeared" >&2; exit 1; }
    sleep 0.1
  done
done
sync
`;
}

/** The text of /etc/hosts, by which a machine finds its own name. */
export function hostsFile(name: string): string {
  return `127.0.0.1 localhost\n127.0.1.1 ${name}\n`;
}

/** The text of /etc/resolv.conf: what the C library takes where there is no such file. An image cannot hold one. */
export const resolvConfText = 'nameserver 127.0.0.1\n';
