import type { Activities } from '../../protocol/steps.js';
import type { Dependencies } from '../running/dependencies.js';
import { step, withHost } from '../running/step.js';

/** Step 7.2: Reboot the node, first part: by this ID the restart is recognised afterwards. */
export function readBootId(dependencies: Pick<Dependencies, 'hosts'>): Activities['readBootId'] {
  return step(({ host: reach }) => withHost(dependencies, reach, (host) => host.bootId()));
}
