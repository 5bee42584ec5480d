import { groupBy } from '../values/group-by.js';
import { outlineText, namesText, type Item, type Section } from '../text/outline.js';
import type { Finding } from '../checks/findings.js';
import type { ClusterPlan } from './plan.js';
import { storageItems } from './render-storage-plan.js';
import { counted } from '../text/quantities.js';
import { approvedOrder, orderItems } from './work-order.js';

/**
 * The plan for a terminal: release, disks by serial number, what is not used and why, what is moved and restarted, the
 * exact commands, findings, what is left to the operator, and the digest that an approval names. No host whose disks are
 * to be approved is left out: hosts that are to be treated alike take one line each.
 */
export function renderPlan(plan: ClusterPlan): string {
  return outlineText(planSections(plan));
}

function planSections(plan: ClusterPlan): Section[] {
  const sections: Section[] = [
    {
      heading: 'Not looked at',
      items: (plan.unread ?? []).map(({ host, why }) => ({ text: `${host}: ${why}` })),
    },
    {
      heading: `Plan for cluster ${plan.cluster}`,
      items: [{ text: `Kubespray ${plan.release.name}. ${plan.release.why}` }],
    },
    { heading: 'Ephemeral storage', items: storageItems(plan.storage) },
    { heading: 'Order', items: orderItems(plan.order, plan.storage) },
    { heading: 'Findings', items: findingItems(plan.findings) },
    { heading: 'Left to you', items: plan.advice.map((text) => ({ text })) },
    { heading: 'Approval', items: [approvalItem(plan)] },
  ];
  return sections.filter(({ items }) => items.length > 0);
}

function approvalItem({ digest, storage, order, unread = [] }: ClusterPlan): Item {
  const hosts = Object.entries(storage).flatMap(([host, plan]) => (plan.kind === 'apply' ? [host] : []));
  const open = unread.flatMap(({ host, isNode }) => (isNode ? [host] : []));
  if (open.length > 0) return { text: untoldText(open, hosts) };
  if (digest === null)
    return { text: 'Nothing in this plan needs one: no disk is written and no host restarted.' };
  const inOrder = approvedOrder(order, storage) === null ? '' : ', in this order';
  return {
    text: `${digest} stands for the disks and restarts of ${counted(hosts.length, 'host')} above${inOrder}: ${namesText(hosts)}.`,
  };
}

/** A digest of the hosts that were looked at is not the one that `up` asks for. */
function untoldText(open: readonly string[], hosts: readonly string[]): string {
  const were = open.length === 1 ? 'was' : 'were';
  const why = `Cannot be told, because ${counted(open.length, 'host')} ${were} not looked at: ${namesText(open)}.`;
  if (hosts.length === 0) return why;
  return `${why} The disks and restarts of ${counted(hosts.length, 'host')} above are part of it: ${namesText(hosts)}.`;
}

const order = { error: 0, warning: 1, accepted: 2 } as const;

/** Errors first; a finding that several hosts share is told once. */
export function findingItems(findings: readonly Finding[]): Item[] {
  const groups = groupBy(findings, ({ check, severity, is, shouldBe, overridden }) =>
    JSON.stringify([check, severity, is, shouldBe, overridden]),
  );
  return groups
    .sort(([left], [right]) => order[stateOf(left)] - order[stateOf(right)])
    .map((group) => findingItem(group));
}

function findingItem(group: readonly [Finding, ...Finding[]]): Item {
  const [{ check, is, shouldBe, advice, overridden }] = group;
  const hosts = group.flatMap(({ host }) => (host === null ? [] : [host]));
  const where = hosts.length === 0 ? '' : ` on ${namesText(hosts)}`;
  const text = `${stateOf(group[0])} ${check}${where}: is ${is}; should be ${shouldBe}.`;
  if (overridden !== null) return { text, items: [{ text: `accepted because: ${overridden}` }] };
  const isForAll = group.every((finding) => finding.advice === advice);
  return { text, items: [{ text: isForAll ? advice : `${advice} Likewise on the others.` }] };
}

function stateOf({ severity, overridden }: Finding): keyof typeof order {
  return overridden === null ? severity : 'accepted';
}
