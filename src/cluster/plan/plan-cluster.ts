import type { ChosenRelease } from '../release-choice/choose-release.js';
import { digestOf } from '../values/digest.js';
import type { HostFacts } from '../facts/facts.js';
import type { Finding } from '../checks/findings.js';
import { firewallAdvice } from '../network/firewall.js';
import { gpuAdvice } from '../kubespray/gpu.js';
import type { StorageLayouts } from '../kubespray/group-variables.js';
import { kubeletFolderAdvice } from '../kubespray/kubelet-folder.js';
import type { ClusterPlan, Unread } from './plan.js';
import { withOverride } from '../preflight/preflight.js';
import type { Specification } from '../specification/specification.js';
import { targetOfPlan, type StoragePlan } from '../storage/storage-plan.js';
import { variableFindings } from '../kubespray/variable-findings.js';
import { approvedOrder, workOrder, type WorkOrder } from './work-order.js';

interface Input {
  readonly specification: Specification;
  readonly release: ChosenRelease;
  /** By inventory name. */
  readonly facts: Readonly<Record<string, HostFacts>>;
  /** By inventory name. */
  readonly storage: Readonly<Record<string, StoragePlan>>;
  readonly findings: readonly Finding[];
  readonly unread?: readonly Unread[] | undefined;
}

/** Puts the whole plan together; what is to be known of the release and of the variables are findings like any other. */
export function planCluster(input: Input): ClusterPlan {
  const { specification, release, facts, storage, findings, unread = [] } = input;
  const order = workOrder({ specification, facts, storage });
  const layouts = layoutsOf(storage);
  const own = [
    ...release.findings,
    ...variableFindings({ specification, release: release.name, storage: layouts }),
  ].map((finding) => withOverride(finding, specification.overrides));
  return {
    cluster: specification.name,
    ...(unread.length > 0 && { unread }),
    digest: digestOfPlan(storage, order),
    release: { name: release.name, why: release.why },
    storage,
    order,
    findings: [...own, ...findings],
    advice: [
      ...kubeletFolderAdvice({ specification, release: release.name, storage: layouts }),
      ...gpuAdvice(specification),
      ...firewallAdvice(specification),
    ],
  };
}

/** Where step 7 puts each host's data, by the plan. */
export function layoutsOf(storage: Readonly<Record<string, StoragePlan>>): StorageLayouts {
  return Object.fromEntries(
    Object.entries(storage).flatMap(([host, plan]) => {
      const target = targetOfPlan(plan);
      if (target === undefined) return [];
      return [[host, { mountPoint: target.mountPoint, layout: target.layout }] as const];
    }),
  );
}

/**
 * What an approval of the whole plan is bound to: every host's storage plan that is to be approved, by name, and where
 * a cluster is in use, in which order and how many at a time. Hosts that are satisfied or refused are not part of it, so
 * that it stays the same when one of those changes.
 * @returns null when nothing is to be approved
 */
function digestOfPlan(storage: Readonly<Record<string, StoragePlan>>, order: WorkOrder): string | null {
  const digests = Object.entries(storage).flatMap(([host, plan]) =>
    plan.kind === 'apply' ? [[host, plan.digest] as const] : [],
  );
  if (digests.length === 0) return null;
  const approved = approvedOrder(order, storage);
  const hosts = Object.fromEntries(digests);
  return digestOf(approved === null ? hosts : { hosts, order: approved });
}
