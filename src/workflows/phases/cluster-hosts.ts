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
import { HostWorkflow } from './host-workflow.js';
import { hostAddressOf } from '../../protocol/host-addresses.js';
import { runBoth } from '../running/run-both.js';

/** The workflows of a cluster's hosts, from the first change on a host to the last. */
export class ClusterHosts {
  private workflows: readonly HostWorkflow[] = [];

  constructor(private readonly run: ClusterRun) {}

  /**
   * Step 7 on every host that asks for it, in the plan's order; the others only take their lock. What was not approved is
   * asked about by the host's own workflow.
   */
  async prepare(plan: ClusterPlan, approved: ApprovedPlans): Promise<void> {
    const hosts = this.run.activeHosts();
    this.workflows = hosts.map((host) => new HostWorkflow(this.run, host));
    const begin = (workflow: HostWorkflow) =>
      workflow.prepare(this.inputFor(workflow.host, approved, hosts.length));
    await runBoth(
      () => forEachBounded(this.workflowsOf(plan.order.sideBySide), begin),
      () => this.prepareInUse(plan.order, begin),
    );
    await condition(() => this.workflows.every((workflow) => workflow.isPreparedOrOver()));
  }

  /**
   * Hosts of a cluster that is in use, each only when those before it are back. A person who is asked about one keeps the
   * others waiting. Without one of its control planes Kubespray is not run at all, so then nothing more is begun.
   */
  private async prepareInUse(
    order: WorkOrder,
    begin: (workflow: HostWorkflow) => Promise<void>,
  ): Promise<void> {
    const [controlPlanes, workers] = [this.workflowsOf(order.oneByOne), this.workflowsOf(order.workers)];
    const untilBack = async (workflow: HostWorkflow) => {
      await begin(workflow);
      await workflow.preparedOrOver();
    };
    for (const [index, workflow] of controlPlanes.entries()) {
      await untilBack(workflow);
      if (!this.run.hasEnded(workflow.host.name)) continue;
      for (const left of [...controlPlanes.slice(index + 1), ...workers]) left.leaveOut();
      return;
    }
    await forEachBounded(workers, untilBack, { atOnce: order.maxUnavailable });
  }

  private workflowsOf(names: readonly string[]): HostWorkflow[] {
    return this.workflows.filter(({ host }) => names.includes(host.name));
  }

  /** What is left to do on each host after Kubespray. */
  async finish(): Promise<void> {
    await forEachBounded(this.workflows, (workflow) => workflow.finish());
    await Promise.all(this.workflows.map((workflow) => workflow.over()));
  }

  /** Ends every workflow before its next step. @param why for the report */
  async letGo(why: string): Promise<void> {
    await forEachBounded(this.workflows, (workflow) => workflow.letGo(why));
  }

  /** Where kubelet's and containerd's data live, by host, for Kubespray's variables. */
  storageLayouts(): StorageLayouts {
    const workflows = this.workflows.filter(({ host }) => !this.run.hasEnded(host.name));
    return storageLayouts(Object.fromEntries(workflows.map(({ host, storage }) => [host.name, storage])));
  }

  /** What step 7 made of each host, for verification. */
  storageTargets(): Map<string, StorageTarget> {
    return new Map(
      this.workflows.flatMap(({ host, storage }) => {
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
