import { membersOf } from '../../cluster/specification/members.js';
import type { ClusterPlan } from '../../cluster/plan/plan.js';
import { stoppedInService } from '../../cluster/plan/work-order.js';
import type { ClusterRun } from '../running/cluster-run.js';
import { hostAddressOf } from '../../protocol/host-addresses.js';

/**
 * Akash's provider while nodes of a running cluster are stopped: with its tenants' pods away it would give their leases
 * up (trap T14). Its number of replicas is kept in the cluster, so that a run that is cut off leaves nothing to remember.
 */
export class ProviderPause {
  private paused: readonly string[] = [];
  private isBegun = false;

  constructor(private readonly run: ClusterRun) {}

  /** Before step 7, where it stops nodes that run. */
  async beginFor({ order, storage }: ClusterPlan): Promise<void> {
    if (stoppedInService(order, storage).length > 0) await this.begin();
  }

  /** Once; where no control plane runs, there is nobody to ask, and no provider. */
  async begin(): Promise<void> {
    const { run } = this;
    const running = run.plan?.order.runningControlPlanes ?? [];
    const host = run.activeHosts().find(({ name }) => running.includes(name));
    if (this.isBegun || host === undefined) return;
    this.isBegun = true;
    const done = await run
      .stepsOn(host)
      .run('pauseProvider', { host: hostAddressOf(run.specification, host) });
    this.paused = done?.paused ?? [];
  }

  /** All nodes are back. Also one is resumed that an earlier run has left paused. */
  async end(): Promise<void> {
    const { run } = this;
    const [host] = membersOf(run.activeSpecification()).controlPlanes;
    if (host === undefined) return;
    await run.forHost(host, async (steps) => {
      await steps.run('resumeProvider', { host: hostAddressOf(run.specification, host) });
    });
    this.paused = [];
  }

  /** What an operator has to know whose run has ended before that; empty: nothing. */
  stillPaused(): string {
    if (this.paused.length === 0) return '';
    return `${this.paused.join(', ')} is still scaled to 0; the next up that comes to its end scales it back.`;
  }
}
