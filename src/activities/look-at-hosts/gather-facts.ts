import { hostStep } from '../running/step.js';
import { readFacts, readFactsAndClock } from '../../probes/read-facts.js';

/** Reads from a host all that plans and checks need, changing nothing (step 3: gather facts). */
export const gatherFacts = hostStep(
  'gatherFacts',
  (open, { mountPoint, controlHostOf, roomFor, storageOnly = false }) =>
    storageOnly
      ? readFacts(open, mountPoint)
      : readFactsAndClock(open, mountPoint, { controlHostOf, roomFor }),
);
