import { processorsOf } from '../../cluster/mirror/architecture.js';
import type { MirrorAnswers } from '../../cluster/mirror/mirror-answers.js';
import type { ClusterPlan } from '../../cluster/plan/plan.js';
import { workerAddress } from '../../protocol/host-addresses.js';
import type { ClusterRun } from '../running/cluster-run.js';

/** Asks the mirror from every host for what the plan's release downloads, where the specification has a mirror. */
export async function confirmMirror(
  run: ClusterRun,
  { release }: ClusterPlan,
): Promise<MirrorAnswers | undefined> {
  const specification = run.activeSpecification();
  if (specification.mirror === undefined) return undefined;
  const found = await run.controlHost.run('confirmMirror', {
    host: workerAddress(specification),
    specification,
    release: release.name,
    processors: processorsOf(Object.fromEntries(run.facts)),
  });
  return found ?? undefined;
}
