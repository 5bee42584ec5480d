import type { ContainerStatus, Pods } from './pods.js';
import { counted } from '../text/quantities.js';
import { isSurplusPod, schedulersWords } from './surplus-pod.js';

/** Seconds that a container which has been restarted must have run since. */
const steadySeconds = 60;

/**
 * Why kubelet ends a pod for its node's sake: a shutdown, also of one that came while it went on, too little of something,
 * room for a critical pod. A shutdown is every restart of a node where kubelet is given time for it, as Kubespray does.
 */
const endsForNode = ['Terminated', 'NodeShutdown', 'Evicted', 'Preempting'];

/** A static pod as the API server shows it: kubelet starts it again under the same name, and nothing takes its place. */
function isStatic({ metadata }: Pods[number]): boolean {
  return Object.hasOwn(metadata.annotations, 'kubernetes.io/config.mirror');
}

/**
 * Whether a pod is over, and only its object is left: completed, or ended by kubelet. Nobody takes such objects of a
 * Deployment away, and others have followed them. One that has failed by itself, or is not let in, is not meant.
 */
function isOver(pod: Pods[number]): boolean {
  const { phase, reason = '' } = pod.status;
  return phase === 'Succeeded' || (phase === 'Failed' && endsForNode.includes(reason) && !isStatic(pod));
}

/** Whether nothing is expected of a pod: it is over, or one more than there are nodes for. */
export function isNotNeeded(pod: Pods[number]): boolean {
  return isOver(pod) || isSurplusPod(pod);
}

/** What is wrong with a pod, or null: running with every container ready, or not needed. Time in ms since 1970. */
export function podTrouble(pod: Pods[number], now: number): string | null {
  const { metadata, status } = pod;
  if (isNotNeeded(pod)) return null;
  if (metadata.deletionTimestamp !== undefined) return 'being deleted';
  // While one of them has not done its work, the others are told as PodInitializing only.
  const before = firstOf(status.initContainerStatuses, initTrouble);
  if (before !== undefined) return `init container ${before}`;
  const waiting = firstOf(status.containerStatuses, waitingTrouble);
  if (waiting !== undefined) return waiting;
  if (status.phase !== 'Running') return `${status.reason ?? status.phase}${begun(schedulersWords(pod))}`;
  const unready = status.containerStatuses.find(({ ready }) => !ready);
  if (unready) return `${unready.name} is not ready${lastEnd(unready)}`;
  // A node that no longer answers leaves its containers as they were last seen; only the pod's own condition changes.
  if (status.conditions.some(({ type, status: state }) => type === 'Ready' && state !== 'True')) {
    return 'not ready, though its containers were last seen running';
  }
  const restarted = status.containerStatuses.find(
    ({ restartCount, state }) =>
      restartCount > 0 && now - Date.parse(state.running?.startedAt ?? '') < steadySeconds * 1000,
  );
  return restarted
    ? `${restarted.name} was restarted a moment ago, ${counted(restarted.restartCount, 'time')} so far${lastEnd(restarted)}`
    : null;
}

function firstOf(
  statuses: readonly ContainerStatus[],
  troubleOf: (status: ContainerStatus) => string | undefined,
): string | undefined {
  return statuses.map(troubleOf).find((trouble) => trouble !== undefined);
}

/** One that runs beside the others for good (a sidecar) is ready; one that still does its work is not. */
function initTrouble(container: ContainerStatus): string | undefined {
  const { name, ready, state } = container;
  if (state.waiting?.reason === 'PodInitializing') return undefined;
  if (state.terminated !== undefined && state.terminated.exitCode !== 0)
    return `${name}${lastEnd(container)}`;
  if (state.running !== undefined && !ready) return `${name} is still running${lastEnd(container)}`;
  return waitingTrouble(container);
}

function waitingTrouble(container: ContainerStatus): string | undefined {
  const { waiting } = container.state;
  if (waiting === undefined) return undefined;
  // For a crashed container it tells how long kubelet waits before the next start; how it ended tells more.
  const why = container.lastState.terminated === undefined ? shortened(waiting.message) : '';
  return `${container.name}: ${waiting.reason}${why}${lastEnd(container)}`;
}

/** How a container has ended the last time, for those that have. */
function lastEnd({ state, lastState }: ContainerStatus): string {
  const end = state.terminated ?? lastState.terminated;
  if (end === undefined) return '';
  const reason = end.reason === undefined ? '' : ` (${end.reason})`;
  return `, last exit code ${end.exitCode}${reason}${shortened(end.message)}`;
}

/** Characters of a message as it stands in a list of pods. */
const longestMessage = 160;

/** The beginning of a message: the scheduler names its reasons first, and then what else it has thought of. */
function begun(message = ''): string {
  const text = oneLine(message);
  if (text === '') return '';
  return `: ${text.length > longestMessage ? `${text.slice(0, longestMessage)}…` : text}`;
}

/** The end of a message, where a program that gives up says why. */
function shortened(message = ''): string {
  const text = oneLine(message);
  if (text === '') return '';
  return `: ${text.length > longestMessage ? `…${text.slice(-longestMessage)}` : text}`;
}

const oneLine = (message: string) => message.trim().replace(/\s+/g, ' ');

/** A pod that is not well. */
export interface TroubledPod {
  /** Its name, and what is wrong with it. */
  readonly text: string;
  /** Whether it may still come to run: one that has failed for good stays as it is, also beside its successor. */
  readonly settles: boolean;
}

/** Those that are not well. Time in ms since 1970. */
export function troubledPods(pods: Pods, now: number): TroubledPod[] {
  return pods.flatMap((pod) => {
    const trouble = podTrouble(pod, now);
    if (trouble === null) return [];
    return [
      { text: `${pod.metadata.name} (${trouble})`, settles: pod.status.phase !== 'Failed' || isStatic(pod) },
    ];
  });
}
