import { z } from 'zod';
import type { JudgedCheck } from './checks.js';
import { judge, listed } from './checks.js';

/** Step 9 of the document, "Confirm Kubernetes pods": the pods of kube-system. */

const containerStatusSchema = z.object({
  name: z.string(),
  ready: z.boolean(),
  restartCount: z.number().default(0),
  state: z
    .object({
      waiting: z.object({ reason: z.string().default('waiting') }).optional(),
      running: z.object({ startedAt: z.string().optional() }).optional(),
    })
    .prefault({}),
});

const podsSchema = z.object({
  items: z.array(
    z.object({
      metadata: z.object({
        name: z.string(),
        labels: z.record(z.string(), z.string()).default({}),
        /** Present while the pod is being taken away. */
        deletionTimestamp: z.string().optional(),
      }),
      spec: z.object({ nodeName: z.string().optional() }).prefault({}),
      status: z.object({
        phase: z.string(),
        reason: z.string().optional(),
        conditions: z.array(z.object({ type: z.string(), status: z.string() })).default([]),
        containerStatuses: z.array(containerStatusSchema).default([]),
      }),
    }),
  ),
});
export type Pods = z.infer<typeof podsSchema>['items'];

/** @throws SyntaxError, z.ZodError when kubectl said something else */
export const parsePods = (json: string): Pods => podsSchema.parse(JSON.parse(json)).items;

/** Seconds that a container which has been restarted must have run since. */
const steadySeconds = 60;

/** What is wrong with a pod, or null: running with every container ready, or completed. Time in ms since 1970. */
export function podTrouble({ metadata, status }: Pods[number], now: number): string | null {
  if (status.phase === 'Succeeded') return null;
  if (metadata.deletionTimestamp !== undefined) return 'being deleted';
  const waiting = status.containerStatuses.find(({ state }) => state.waiting !== undefined);
  if (waiting) return `${waiting.name}: ${waiting.state.waiting?.reason ?? 'waiting'}`;
  if (status.phase !== 'Running') return status.reason ?? status.phase;
  const unready = status.containerStatuses.find(({ ready }) => !ready);
  if (unready) return `${unready.name} is not ready`;
  // A node that no longer answers leaves its containers as they were last seen; only the pod's own condition changes.
  if (status.conditions.some(({ type, status: state }) => type === 'Ready' && state !== 'True')) {
    return 'not ready, though its containers were last seen running';
  }
  const restarted = status.containerStatuses.find(
    ({ restartCount, state }) =>
      restartCount > 0 && now - Date.parse(state.running?.startedAt ?? '') < steadySeconds * 1000,
  );
  return restarted
    ? `${restarted.name} was restarted a moment ago, ${restarted.restartCount} times so far`
    : null;
}

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
    return [{ text: `${pod.metadata.name} (${trouble})`, settles: pod.status.phase !== 'Failed' }];
  });
}

/** The parts of the control plane that run as static pods, by their label `component`. */
const components = ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler'];

/** @param host the control plane that was asked; @param now milliseconds since 1970 by its clock */
export function judgePods(host: string, pods: Pods, now: number): JudgedCheck[] {
  const troubled = troubledPods(pods, now);
  const absent = components.filter(
    (name) => !pods.some(({ metadata }) => metadata.labels['component'] === name),
  );
  return [
    judge({
      check: 'kube-system-pods',
      host,
      passed: pods.length > 0 && troubled.length === 0,
      is:
        troubled.length > 0
          ? listed(troubled.map(({ text }) => text))
          : `${pods.length} pods, all running or completed`,
      shouldBe: 'every pod of kube-system running and ready, or completed',
      advice:
        'See "kubectl -n kube-system describe pod <name>" and "kubectl -n kube-system logs <name> --previous".',
      settles: pods.length === 0 || troubled.some(({ settles }) => settles),
    }),
    judge({
      check: 'control-plane-pods',
      host,
      passed: absent.length === 0,
      is: absent.length === 0 ? 'all there' : `missing: ${absent.join(', ')}`,
      shouldBe: components.join(', '),
      advice: 'Look at /etc/kubernetes/manifests and "journalctl -u kubelet" on the control planes.',
      settles: true,
    }),
  ];
}
