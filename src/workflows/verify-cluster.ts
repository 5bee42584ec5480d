import { ephemeralStorageOf } from '../cluster/specification/members.js';
import { planStorage } from '../cluster/storage/make-storage-plan.js';
import type { Report } from '../cluster/report/report.js';
import { targetOfPlan, type StorageTarget } from '../cluster/storage/storage-plan.js';
import { ClusterRun } from './running/cluster-run.js';
import { gatherFacts } from './phases/plan-cluster.js';
import { readSpecification } from './running/read-specification.js';
import { releaseInUse } from './phases/release-in-use.js';
import { confirmCluster } from './phases/confirm-cluster.js';

/**
 * Step 9 of the document, and everything else that can be looked at, without changing anything. Start it with the
 * workflow ID `verify/<name>`, or on a schedule: it never waits for a person; a host that cannot be looked at is
 * reported as failed.
 *
 * @param specificationInput as for `provisionCluster`
 */
export async function verifyCluster(specificationInput: unknown): Promise<Report> {
  const specification = readSpecification(specificationInput);
  const run = new ClusterRun(specification, { asksAboutFailures: false });
  return run.reportOf(
    async () => {
      run.progress.setPhase('verifying');
      await gatherFacts(run, run.activeHosts());
      const release = await releaseInUse({
        specification,
        facts: Object.fromEntries(run.facts),
        controlHost: run.controlHost,
      });
      await confirmCluster(run, {
        release,
        cluster: specification,
        storage: storageTargets(run),
      });
    },
    () => Promise.resolve(''),
  );
}

/** What step 7 should have made of each host. */
function storageTargets(run: ClusterRun): Map<string, StorageTarget> {
  const targets = new Map<string, StorageTarget>();
  for (const host of run.activeHosts()) {
    const facts = run.facts.get(host.name);
    if (!facts) continue;
    const storage = ephemeralStorageOf(run.specification, host);
    const target = targetOfPlan(planStorage({ facts, host: host.name, storage }));
    if (target !== undefined) targets.set(host.name, target);
  }
  return targets;
}
