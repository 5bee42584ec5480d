import type { Activities } from '../../protocol/steps.js';
import type { Dependencies } from '../running/dependencies.js';
import { lookForOldData } from './old-data.js';
import { step, withHost } from '../running/step.js';

/** What `deleteOldData` would delete, for the question whether it may. Changes nothing. */
export function measureOldData(dependencies: Pick<Dependencies, 'hosts'>): Activities['measureOldData'] {
  return step(({ host: reach, target }) =>
    withHost(dependencies, reach, async (host) => ({ directories: await lookForOldData(host, target) })),
  );
}
