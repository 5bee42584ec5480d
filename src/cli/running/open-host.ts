import type { Specification } from '../../cluster/specification/specification.js';
import { AuthenticationFailedError } from '../../hosts/errors.js';
import type { Host } from '../../hosts/host.js';
import { readSecret } from '../../hosts/secrets.js';
import type { HostPool } from '../../hosts/host-pool.js';
import type { HostAddress } from '../../protocol/host-addresses.js';

/**
 * By key, or by the password that will copy the key; the key itself is not copied by looking.
 * @throws HostKeyUnknownError when the password is needed, and nobody vouches for the host's key: it is not sent
 */
export async function openHost(target: HostAddress, { ssh }: Specification, pool: HostPool): Promise<Host> {
  try {
    return await pool.connect(target);
  } catch (error) {
    if (!(error instanceof AuthenticationFailedError) || ssh.bootstrapPassword === undefined) throw error;
    return pool.connect(target, { password: await readSecret(ssh.bootstrapPassword) });
  }
}
