import type { Activities } from '../../protocol/steps.js';
import type { Dependencies } from '../running/dependencies.js';
import { step, withHost } from '../running/step.js';
import { readFacts, readFactsAndClock } from '../../probes/read-facts.js';

/** Reads from a host all that plans and checks need, changing nothing (step 3: gather facts). */
export function gatherFacts(dependencies: Pick<Dependencies, 'hosts'>): Activities['gatherFacts'] {
  return step(({ host, mountPoint, controlHostOf, roomFor, storageOnly = false }) =>
    withHost(dependencies, host, (open) =>
      storageOnly
        ? readFacts(open, mountPoint)
        : readFactsAndClock(open, mountPoint, { controlHostOf, roomFor }),
    ),
  );
}
