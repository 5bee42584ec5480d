import type { HousekeepingActivities } from '../../protocol/housekeeping.js';
import type { Dependencies } from '../running/dependencies.js';
import { withHeartbeats } from '../running/heartbeats.js';
import { withHost } from '../running/step.js';

/** Ends a detached job: used when a workflow is cancelled in a step that may be ended half-way. */
export function stopJob(dependencies: Dependencies): HousekeepingActivities['stopJob'] {
  return withHeartbeats(async ({ host: address, jobKey }) =>
    withHost(dependencies, address, (host) => dependencies.jobs.stop(host, jobKey)),
  );
}
