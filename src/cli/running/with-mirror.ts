import { planFromFacts } from '../../cluster/plan/plan-from-facts.js';
import { processorsOf } from '../../cluster/mirror/architecture.js';
import type { Specification } from '../../cluster/specification/specification.js';
import type { HostPool } from '../../hosts/pool/host-pool.js';
import { openHost } from '../../hosts/pool/open-host.js';
import { askMirror } from '../../probes/ask-mirror.js';
import type { SeenMachines } from './look-at-hosts.js';

/** What was seen, with what the hosts find in the mirror where the specification has one. */
export async function withMirror(
  specification: Specification,
  seen: SeenMachines,
  pool: HostPool,
): Promise<SeenMachines> {
  if (specification.mirror === undefined) return seen;
  const { release } = planFromFacts(specification, seen);
  try {
    const mirror = await askMirror({
      specification,
      release: release.name,
      processors: processorsOf(seen.facts),
      open: (address) => openHost(address, specification, pool),
    });
    return { ...seen, mirror };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return { ...seen, unread: [...seen.unread, { host: 'the mirror', isNode: false, why }] };
  }
}
