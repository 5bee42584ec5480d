import { isServiceActive, type ClusterFacts, type HostFacts } from '../facts/facts.js';
import { isOfControlPlane, membersOf } from '../specification/members.js';
import { namesText, type Item } from '../text/outline.js';
import type { Specification } from '../specification/specification.js';
import { targetOfPlan, type StoragePlan, type StoragePlans } from '../storage/storage-plan.js';

/**
 * In which order step 7 stops and restarts hosts. A cluster that runs on them already goes on: etcd keeps its quorum, and
 * no more workers are away at the same time than the specification allows. Names, in the specification's order.
 */
export interface WorkOrder {
  /** Nothing of a cluster runs on them: side by side, beside all others. */
  readonly sideBySide: readonly string[];
  /** Running control planes and etcd members: one at a time, before the running workers. */
  readonly oneByOne: readonly string[];
  /** Running workers: at most `maxUnavailable` at a time. */
  readonly workers: readonly string[];
  readonly maxUnavailable: number;
  /** Control planes that run: with them the cluster may have an akash-provider, to be paused meanwhile (trap T14). */
  readonly runningControlPlanes: readonly string[];
}

/** Where no plan was made for all hosts together. */
export const noOrder: WorkOrder = {
  sideBySide: [],
  oneByOne: [],
  workers: [],
  maxUnavailable: 1,
  runningControlPlanes: [],
};

interface Input {
  readonly specification: Pick<Specification, 'hosts' | 'maintenance'>;
  readonly facts: ClusterFacts;
  readonly storage: StoragePlans;
}

/** Puts the hosts in order. Who is satisfied keeps its place: its plan is made anew when its turn comes. */
export function workOrder({ specification, facts, storage }: Input): WorkOrder {
  const { hosts, maintenance } = specification;
  const isInUse = ({ name }: { readonly name: string }) => isRunning(facts[name], storage[name]);
  const running = hosts.filter(isInUse);
  const names = (some: readonly { readonly name: string }[]) => some.map(({ name }) => name);
  return {
    sideBySide: names(hosts.filter((host) => !isInUse(host))),
    oneByOne: names(running.filter(isOfControlPlane)),
    workers: names(running.filter((host) => !isOfControlPlane(host))),
    maxUnavailable: maintenance.maxUnavailable,
    runningControlPlanes: names(
      membersOf({ hosts }).controlPlanes.filter(({ name }) =>
        isServiceActive(facts[name]?.units ?? [], 'kubelet'),
      ),
    ),
  };
}

/** Data counts as well: it is there also where an earlier run has stopped the units. */
function isRunning(facts: HostFacts | undefined, plan: StoragePlan | undefined): boolean {
  const target = targetOfPlan(plan);
  if (target === undefined) return false;
  const isActive = ['kubelet', 'containerd', 'etcd'].some((unit) =>
    isServiceActive(facts?.units ?? [], unit),
  );
  return isActive || target.path === 'migrate';
}

/** The part of an order that an approval is about: running hosts that are to be changed, unless there is one host only. */
export function approvedOrder(
  { oneByOne, workers, maxUnavailable }: WorkOrder,
  storage: StoragePlans,
): Pick<WorkOrder, 'oneByOne' | 'workers' | 'maxUnavailable'> | null {
  const isChanged = (name: string) => storage[name]?.kind === 'apply';
  const order = { oneByOne: oneByOne.filter(isChanged), workers: workers.filter(isChanged), maxUnavailable };
  const isInUse = order.oneByOne.length + order.workers.length > 0;
  return isInUse && Object.keys(storage).filter(isChanged).length > 1 ? order : null;
}

/** Running hosts that step 7 stops although their cluster is in service; empty: none. */
export function stoppedInService(
  { oneByOne, workers, runningControlPlanes }: WorkOrder,
  storage: StoragePlans,
): readonly string[] {
  if (runningControlPlanes.length === 0) return [];
  return [...oneByOne, ...workers].filter((name) => storage[name]?.kind === 'apply');
}

/** For people, before they approve. Nothing is to be said where no cluster is in use. */
export function orderItems(order: WorkOrder, storage: StoragePlans): Item[] {
  return [...turnItems(order, storage), ...providerItems(stoppedInService(order, storage))];
}

function providerItems(stopped: readonly string[]): Item[] {
  if (stopped.length === 0) return [];
  const text =
    `akash-provider, where this cluster runs one, is scaled to 0 before the work on ${namesText(stopped)}, and back to ` +
    'what it had when they are back';
  return [{ text }];
}

/** Of one host only there is no order. */
function turnItems(order: WorkOrder, storage: StoragePlans): Item[] {
  const approved = approvedOrder(order, storage);
  if (approved === null) return [];
  const { oneByOne, workers, maxUnavailable } = approved;
  const blank = order.sideBySide.filter((name) => storage[name]?.kind === 'apply');
  return [
    ...(oneByOne.length > 0
      ? [
          {
            text: `control planes and etcd members in use, one at a time: ${namesText(oneByOne)}`,
            items: ifOneFails,
          },
        ]
      : []),
    ...(workers.length > 0
      ? [
          {
            text:
              `${oneByOne.length > 0 ? 'after them ' : ''}workers in use, at most ${maxUnavailable} at a time ` +
              `(maintenance.maxUnavailable): ${namesText(workers)}`,
          },
        ]
      : []),
    ...(blank.length > 0
      ? [{ text: `beside these, side by side, hosts on which nothing runs yet: ${namesText(blank)}` }]
      : []),
    ...stoppedItems([...oneByOne, ...workers], storage),
  ];
}

const ifOneFails = [
  {
    text: 'the next begins when the one before is back; where one fails or waits for a decision, none begins',
  },
];

/** Under root-dir they are not back before step 8, whatever the order. */
function stoppedItems(names: readonly string[], storage: StoragePlans): Item[] {
  const stopped = names.filter((name) => {
    const plan = storage[name];
    return plan?.kind === 'apply' && plan.target.path === 'migrate' && plan.target.layout === 'root-dir';
  });
  if (stopped.length === 0) return [];
  return [
    {
      text:
        `kubelet and containerd of ${namesText(stopped)} stay stopped until step 8 has run on all hosts, because their ` +
        'layout is root-dir; under the layout bind each is back before the next',
    },
  ];
}
