import { readFile, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

import { command } from '../command.js';
import { withFileLock } from '../../local/file-lock.js';
import { imagesFolder } from '../folders.js';

export interface LoginKey {
  /** Path of the private key. */
  readonly privateKey: string;
  /** One line as in authorized_keys. */
  readonly publicKey: string;
}

/** The key that opens every lab machine of this cache, made once. It opens nothing else. */
export async function loginKey(): Promise<LoginKey> {
  const privateKey = join(imagesFolder(), 'id_ed25519');
  await withFileLock(join(imagesFolder(), 'login-key.lock'), async () => {
    const there = await stat(`${privateKey}.pub`).catch(() => undefined);
    if (there === undefined) await makeKey({ path: privateKey, comment: 'slipway-lab' });
  });
  return { privateKey, publicKey: (await readFile(`${privateKey}.pub`, 'utf8')).trim() };
}

/** Makes an ed25519 key pair at `path` and `path`.pub; the public part appears last, and only when both are complete. */
export async function makeKey(key: { readonly path: string; readonly comment: string }): Promise<void> {
  const draft = `${key.path}.new`;
  await rm(draft, { force: true });
  await command('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', key.comment, '-f', draft], {
    what: 'make an SSH key for lab machines',
  });
  await rename(draft, key.path);
  await rename(`${draft}.pub`, `${key.path}.pub`);
}
