import type { ClusterPlan } from '../../cluster/plan/plan.js';
import type { ApprovedPlans } from '../../protocol/approvals.js';
import type { ClusterRun } from '../running/cluster-run.js';

/**
 * Asks for the approval of everything that is destroyed or interrupted, on all hosts at once. A host that is denied, or
 * not answered for in time, drops out: its storage is left as it is, nothing more is changed on it, and Kubespray does
 * not see it, because without step 7 it would not be the node that was asked for.
 * @returns what was approved; nothing of it is done without
 */
export async function approvePlan(run: ClusterRun, plan: ClusterPlan): Promise<ApprovedPlans> {
  const digests = new Map(
    run.activeHosts().flatMap(({ name }) => {
      const storage = plan.storage[name];
      return storage?.kind === 'apply' ? [[name, storage.digest] as const] : [];
    }),
  );
  if (plan.digest === null || digests.size === 0) return new Map();
  run.progress.setPhase('approval');
  const { approved, denied } = await run.questions.askApproval({
    plan: plan.digest,
    digests,
    hours: run.specification.approval.hours,
  });
  for (const who of new Set([...approved.values()].map(({ by }) => by))) {
    const theirs = [...digests.keys()].filter((host) => approved.get(host)?.by === who);
    run.approvals.push({ kind: 'plan', plan: plan.digest, by: who, hosts: theirs });
  }
  for (const [host, why] of denied) run.drop(host, { result: 'denied', why });
  return approved;
}
