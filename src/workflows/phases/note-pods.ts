import { type HostAddress, hostAddressOf } from '../../protocol/host-addresses.js';
import { patched } from '@temporalio/workflow';
import { membersOf } from '../../cluster/specification/members.js';
import type { ClusterPlan } from '../../cluster/plan/plan.js';
import type { HostSpecification, Specification } from '../../cluster/specification/specification.js';
import { stoppedInService } from '../../cluster/plan/work-order.js';
import type { ClusterRun } from '../running/cluster-run.js';
import type { StepRunner } from '../running/step-runner.js';

/** Since when pods are noted before step 7. */
const change = 'pods-noted-before-step-7';

/** Before step 7, where it stops nodes that run. All at once: under root-dir the API server may be away until step 8. */
export async function notePods(run: ClusterRun, { order, storage }: ClusterPlan): Promise<void> {
  const nodes = stoppedInService(order, storage);
  const host = run.activeHosts().find(({ name }) => order.runningControlPlanes.includes(name));
  if (nodes.length === 0 || host === undefined || !patched(change)) return;
  await run.stepsOn(host).run('notePods', { host: hostAddressOf(run.specification, host), nodes });
}

/** Once the old data of a host is deleted. */
export async function forgetPods(
  steps: StepRunner,
  specification: Specification,
  host: HostSpecification,
): Promise<void> {
  const asked = podsNotedOn(specification);
  if (asked !== undefined) await steps.run('forgetPods', { host: asked, nodes: [host.name] });
}

/** The control plane that is asked about the pods of a host that is worked on by itself. */
export function podsNotedOn(specification: Specification): HostAddress | undefined {
  const [first] = membersOf(specification).controlPlanes;
  return first !== undefined && patched(change) ? hostAddressOf(specification, first) : undefined;
}
