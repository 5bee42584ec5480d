import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { hostsFile, type Identity } from '../identity.js';

/**
 * Gives a root file system, or the layer over one, what tells its machine from others, before that is first switched on.
 * @param folder of the files
 */
export async function writeIdentity(
  folder: string,
  { identity, resolvConf }: { readonly identity: Identity; readonly resolvConf: string },
): Promise<void> {
  const put = async (path: string, text: string, mode = 0o644) => {
    const file = join(folder, path);
    await mkdir(dirname(file), { recursive: true });
    // A file that is there would keep its mode, and a link would lead elsewhere.
    await rm(file, { force: true });
    await writeFile(file, text, { mode });
  };
  await put('etc/hostname', `${identity.name}\n`);
  await put('etc/hosts', hostsFile(identity.name));
  await put('etc/resolv.conf', resolvConf);
  await put('etc/machine-id', `${identity.machineId}\n`);
  await put('etc/ssh/ssh_host_ed25519_key', identity.privateHostKey, 0o600);
  await put('etc/ssh/ssh_host_ed25519_key.pub', `${identity.hostKey}\n`);
}
