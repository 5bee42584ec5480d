import type { Pods } from './pods.js';

/** Pods for which the scheduler finds no node, by its own words. */

/** Kubespray's pods of which no two may be on one node, by a label each: CoreDNS (first and second) and Cilium's operator. */
const onePerNode: readonly (readonly [label: string, value: string])[] = [
  ['k8s-app', 'kube-dns'],
  ['k8s-app', 'kube-dns-secondary'],
  ['io.cilium/app', 'operator'],
];

/** Why a node takes no such pod at all, however few there are: that is for the checks of nodes to judge. */
const closedNode = /had untolerated taint|were unschedulable|didn't match Pod's node affinity/;

/** What the scheduler says of a pod that waits for a node, or undefined. */
export function schedulersWords({ status }: Pods[number]): string | undefined {
  return status.conditions.find(({ type, status: state }) => type === 'PodScheduled' && state === 'False')
    ?.message;
}

/**
 * Whether a pod waits only because every node that takes its kind has one of them already. There are two of Cilium's by
 * default, and the more CoreDNS the more processors the nodes have: the surplus waits for ever, and does no harm.
 */
export function isSurplusPod(pod: Pods[number]): boolean {
  const isOnePerNode = onePerNode.some(([label, value]) => pod.metadata.labels[label] === value);
  const [, reasons] = /^0\/\d+ nodes are available: (.*?)\.( |$)/.exec(schedulersWords(pod) ?? '') ?? [];
  if (!isOnePerNode || reasons === undefined) return false;
  const rest = reasons
    .split(', ')
    .filter((reason) => !reason.endsWith("didn't match pod anti-affinity rules"));
  return rest.length < reasons.split(', ').length && rest.every((reason) => closedNode.test(reason));
}
