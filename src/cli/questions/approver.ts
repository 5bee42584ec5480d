import type { ClusterPlan } from '../../cluster/plan/plan.js';

/** Answers a plan in place of a person: approved, or one sentence why a person has to look at it. */
export type Approver = (plan: ClusterPlan | null, hosts: readonly string[]) => true | string;

/** `--yes`: approves whatever is asked. */
export const approveEverything: Approver = () => true;

/**
 * Approves only plans whose every disk is one that somebody made for a trial, by the beginning of its serial number.
 */
export function approveSerialsBeginningWith(prefix: string): Approver {
  return (plan, hosts) => {
    for (const host of hosts) {
      const storage = plan?.storage[host];
      if (storage?.kind !== 'apply') return `There is no plan for the disks of ${host}.`;
      const stranger = storage.target.disks.find(({ serial }) => !serial.startsWith(prefix));
      if (stranger !== undefined) {
        return `The disk ${stranger.serial} of ${host} is not one of the trial's own (${prefix}…).`;
      }
    }
    return true;
  };
}
