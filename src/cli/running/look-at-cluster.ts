import type { Specification } from '../../cluster/specification/specification.js';
import { SharedHostPool } from '../../hosts/pool/shared-host-pool.js';
import { slipwayHome } from '../../local/state-folder.js';
import { confirmHostKeys } from '../questions/confirm-host-keys.js';
import type { Terminal } from '../terminal/terminal.js';
import { lookAtHosts, type SeenMachines } from './look-at-hosts.js';
import { withMirror } from './with-mirror.js';

/**
 * What can be seen of a specification's machines, and of its mirror by them, without Temporal and without changing anything.
 * @throws CommandError where nobody vouches for a host's key
 */
export async function lookAtCluster(specification: Specification, terminal: Terminal): Promise<SeenMachines> {
  await confirmHostKeys({ specification, terminal, signal: new AbortController().signal });
  const pool = new SharedHostPool({ stateFolder: slipwayHome() });
  try {
    return await withMirror(specification, await lookAtHosts(specification, pool), pool);
  } finally {
    await pool.closeAll();
  }
}
