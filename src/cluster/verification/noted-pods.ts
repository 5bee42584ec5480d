import { z } from 'zod';
import type { Nodes } from '../kubernetes/nodes.js';
import { judge, listed, type JudgedCheck } from '../checks/checks.js';
import { podTrouble } from '../kubernetes/pod-trouble.js';
import type { Pods } from '../kubernetes/pods.js';
import { counted } from '../text/quantities.js';

/**
 * Step 7.16 of the document: the pods of a node after its data was moved, compared with what they were before kubelet
 * was stopped. "Running" proves nothing by itself: without a kubelet the API server shows pods as they were last seen.
 */

/** Keeps the note at the node itself, where whoever confirms it finds it, whatever has died in between. */
export const podsBefore = 'slipway/pods-before';

/** The containers of each pod that was well, by the pod's UID. */
export type NotedPods = Readonly<Record<string, readonly string[]>>;

const noteSchema = z.record(z.string(), z.array(z.string()));

/** Characters of a container's ID, enough to tell it from every other one of its node. */
const idLength = 12;

/** What is to be remembered of a node's pods: only of those that are well, so that nobody is blamed for the others. */
export function noteOf(pods: Pods, now: number): NotedPods {
  const well = pods.filter((pod) => pod.status.phase === 'Running' && podTrouble(pod, now) === null);
  return Object.fromEntries(well.map((pod) => [pod.metadata.uid, runningContainers(pod)]));
}

/** Words for kubectl that write the note to the node. */
export function notingPods(node: string, note: NotedPods): readonly string[] {
  return annotating(node, JSON.stringify(note));
}

/** Words for kubectl that take the note away. */
export function forgettingPods(node: string): readonly string[] {
  return annotating(node, null);
}

function annotating(node: string, note: string | null): readonly string[] {
  const patch = { metadata: { annotations: { [podsBefore]: note } } };
  return ['patch', `node/${node}`, '--type=merge', '--patch', JSON.stringify(patch)];
}

/** Whether there is a note, whatever somebody has made of it. */
export function isNoted({ annotations }: Nodes[number]['metadata']): boolean {
  return Object.hasOwn(annotations, podsBefore);
}

/** The note of a node; undefined: there is none, or somebody has made something else of it. */
export function notedPodsIn(annotations: Readonly<Record<string, string>>): NotedPods | undefined {
  try {
    return noteSchema.safeParse(JSON.parse(annotations[podsBefore] ?? 'null')).data;
  } catch {
    return undefined;
  }
}

/** What is read to judge the pods of one node. */
export interface PodsOfNode {
  readonly node: string;
  readonly noted: NotedPods;
  /** Those that are on the node now, of all namespaces. */
  readonly pods: Pods;
  /** Milliseconds since 1970 by the clock of the host that was asked. */
  readonly now: number;
}

/** One check: pods that were well before are again, in new containers. Those that are gone run elsewhere or have ended. */
export function judgeNotedPods({ node, noted, pods, now }: PodsOfNode): JudgedCheck {
  const known = pods.filter(({ metadata }) => Object.hasOwn(noted, metadata.uid));
  const troubled = known.flatMap((pod) => {
    const trouble = isStale(pod, noted) ? stale : podTrouble(pod, now);
    const name = `${pod.metadata.namespace}/${pod.metadata.name}`;
    return trouble === null ? [] : [{ text: `${name} (${trouble})`, isOver: pod.status.phase === 'Failed' }];
  });
  return judge({
    check: 'node-pods',
    host: node,
    passed: troubled.length === 0,
    is:
      troubled.length > 0
        ? listed(troubled.map(({ text }) => text))
        : `${counted(known.length, 'pod')} of before in new containers`,
    shouldBe: 'every pod that was ready before step 7, and still is on this node, ready in new containers',
    advice:
      'See "kubectl describe pod" of them, and "journalctl -u kubelet" on ' +
      `${node}. A driver of volumes or devices that mounts kubelet's folder has to be told the new one, such as ` +
      'csi.kubeletDirPath of rook-ceph. Keep the data from before the move until they run.',
    settles: troubled.some(({ isOver }) => !isOver),
  });
}

const stale = 'shown with its container from before step 7, which is not running any more';

function isStale(pod: Pods[number], noted: NotedPods): boolean {
  const before = noted[pod.metadata.uid] ?? [];
  return runningContainers(pod).some((id) => before.includes(id));
}

/** As "containerd://<ID>" they are shown. */
function runningContainers({ status }: Pods[number]): string[] {
  return [...status.initContainerStatuses, ...status.containerStatuses]
    .filter(({ state }) => state.running !== undefined)
    .flatMap(({ containerID }) => containerID?.split('//').at(-1)?.slice(0, idLength) ?? []);
}
