import { condition } from '@temporalio/workflow';
import { firewallRuleSet } from '../../cluster/network/firewall.js';
import { ephemeralStorageOf } from '../../cluster/specification/members.js';
import type { ClusterPlan } from '../../cluster/plan/plan.js';
import type { HostSpecification } from '../../cluster/specification/specification.js';
import { storageLayouts, type StorageLayouts } from '../../cluster/storage/storage-layouts.js';
import { targetOfPlan, type StorageTarget } from '../../cluster/storage/storage-plan.js';
import type { WorkOrder } from '../../cluster/plan/work-order.js';
import { forEachBounded } from '../../cluster/values/for-each-bounded.js';
import type { ClusterRun } from '../running/cluster-run.js';
import type { ApprovedPlans } from '../../protocol/approvals.js';
import type { PrepareHostInput } from '../../protocol/host-messages.js';
import { HostWork } from './host-work.js';
import { hostAddressOf } from '../../protocol/host-addresses.js';
import { runBoth } from '../running/run-both.js';

/** The workflows of a cluster's hosts, from the first change on a host to the last. */
export class HostWorks {
  private works: readonly HostWork[] = [];

  constructor(private readonly run: ClusterRun) {}

  /**
   * Step 7 on every host that asks for it, in the plan's order; the others only take their lock. What was not approved is
   * asked about by the host's own workflow.
   */
  async prepare(plan: ClusterPlan, approved: ApprovedPlans): Promise<void> {
    const hosts = this.run.activeHosts();
    this.works = hosts.map((host) => new HostWork(this.run, host));
    const begin = (work: HostWork) => work.prepare(this.inputFor(work.host, approved, hosts.length));
    await runBoth(
      () => forEachBounded(this.worksOf(plan.order.sideBySide), begin),
      () => this.prepareInUse(plan.order, begin),
    );
    await condition(() => this.works.every((work) => work.isPreparedOrOver()));
  }

  /**
   * Hosts of a cluster that is in use, each only when those before it are back. A person who is asked about one keeps the
   * others waiting. Without one of its control planes Kubespray is not run at all, so then nothing more is begun.
   */
  private async prepareInUse(order: WorkOrder, begin: (work: HostWork) => Promise<void>): Promise<void> {
    const [controlPlanes, workers] = [this.worksOf(order.oneByOne), this.worksOf(order.workers)];
    const untilBack = async (work: HostWork) => {
      await begin(work);
      await work.preparedOrOver();
    };
    for (const [index, work] of controlPlanes.entries()) {
      await untilBack(work);
      if (!this.run.hasEnded(work.host.name)) continue;
      for (const left of [...controlPlanes.slice(index + 1), ...workers]) left.leaveOut();
      return;
    }
    await forEachBounded(workers, untilBack, { atOnce: order.maxUnavailable });
  }

  private worksOf(names: readonly string[]): HostWork[] {
    return this.works.filter(({ host }) => names.includes(host.name));
  }

  /** What is left to do on each host after Kubespray. */
  async finish(): Promise<void> {
    await forEachBounded(this.works, (work) => work.finish());
    await Promise.all(this.works.map((work) => work.over()));
  }

  /** Ends every work before its next step. @param why for the report */
  async letGo(why: string): Promise<void> {
    await forEachBounded(this.works, (work) => work.letGo(why));
  }

  /** Where kubelet's and containerd's data live, by host, for Kubespray's variables. */
  storageLayouts(): StorageLayouts {
    const works = this.works.filter(({ host }) => !this.run.hasEnded(host.name));
    return storageLayouts(Object.fromEntries(works.map(({ host, storage }) => [host.name, storage])));
  }

  /** What step 7 made of each host, for verification. */
  storageTargets(): Map<string, StorageTarget> {
    return new Map(
      this.works.flatMap(({ host, storage }) => {
        const target = targetOfPlan(storage);
        return target === undefined ? [] : [[host.name, target] as const];
      }),
    );
  }

  private inputFor(host: HostSpecification, approved: ApprovedPlans, hostCount: number): PrepareHostInput {
    const { specification } = this.run;
    const storage = ephemeralStorageOf(specification, host);
    const address = hostAddressOf(specification, host);
    const approval = approved.get(host.name);
    return {
      cluster: specification.name,
      host: address,
      storage:
        storage === false
          ? null
          : {
              host: address,
              storage,
              approvedPlan: approval?.digest ?? null,
              approved: approval,
              approvalHours: specification.approval.hours,
            },
      kernelParameters: host.roles.includes('worker'),
      firewallRuleSet: specification.firewall.enabled
        ? firewallRuleSet({ specification, host: host.name })
        : null,
      ...(this.run.outdatedFirewalls.has(host.name) && { firewallFirst: true }),
      hostCount,
    };
  }
}
