import type { ClusterPlan } from '../../cluster/plan/plan.js';
import type { ClusterRun } from '../running/cluster-run.js';

/**
 * Asks for the approval of everything that is destroyed or interrupted, on all hosts at once. A host that is denied, or
 * not answered for in time, drops out: its storage is left as it is, nothing more is changed on it, and Kubespray does
 * not see it, because without step 7 it would not be the node that was asked for.
 */
export async function approvePlan(run: ClusterRun, plan: ClusterPlan): Promise<void> {
  const hosts = run
    .activeHosts()
    .map(({ name }) => name)
    .filter((name) => plan.storage[name]?.kind === 'apply');
  if (plan.digest === null || hosts.length === 0) return;
  run.progress.setPhase('approval');
  const { approved, denied } = await run.questions.askApproval({
    plan: plan.digest,
    hosts,
    hours: run.specification.approval.hours,
  });
  for (const by of new Set(approved.values())) {
    const theirs = hosts.filter((host) => approved.get(host) === by);
    run.approvals.push({ plan: plan.digest, by, hosts: theirs });
  }
  for (const [host, why] of denied) run.drop(host, { result: 'denied', why });
}
