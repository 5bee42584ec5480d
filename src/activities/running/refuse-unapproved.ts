import type { Host } from '../../hosts/host.js';
import type { ApprovedPlan } from '../../protocol/approvals.js';
import { refused } from './refusals.js';

/**
 * The last look at an approval, in the step that destroys something: it must be of just what the step was given. A step
 * that a workflow of an earlier version has asked for bears none.
 * @throws RefusedError
 */
export function refuseUnapproved(host: Host, approved: ApprovedPlan | undefined, digest: string): void {
  if (approved === undefined || approved.digest === digest) return;
  throw refused(
    host,
    `what ${approved.by} has approved (${approved.digest}) is not what this step was given (${digest}).`,
    'Abort this host and run "slipway up" again: it makes the plan anew and asks.',
  );
}
