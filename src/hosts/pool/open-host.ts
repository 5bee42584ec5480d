import type { HostAddress } from '../../protocol/host-addresses.js';
import { AuthenticationFailedError } from '../errors.js';
import type { Host } from '../host.js';
import { readSecret, type SecretLocation } from '../secrets.js';
import type { HostPool } from './host-pool.js';

/** The part of a specification that says by which password a host is entered before it has the key. */
interface BootstrapLogin {
  readonly ssh: { readonly bootstrapPassword?: SecretLocation | undefined };
}

/**
 * By key, or by the password that will copy the key; the key itself is not copied by looking.
 * @throws HostKeyUnknownError when the password is needed, and nobody vouches for the host's key: it is not sent
 */
export async function openHost(address: HostAddress, { ssh }: BootstrapLogin, pool: HostPool): Promise<Host> {
  try {
    return await pool.connect(address);
  } catch (error) {
    if (!(error instanceof AuthenticationFailedError) || ssh.bootstrapPassword === undefined) throw error;
    return pool.connect(address, { password: await readSecret(ssh.bootstrapPassword) });
  }
}
