import { type JudgedCheck, judge, listed } from '../checks/checks.js';
import { troubledPods } from '../kubernetes/pod-trouble.js';
import type { Pods } from '../kubernetes/pods.js';
import { counted } from '../text/quantities.js';

/** Step 9 of the document, "Confirm Kubernetes pods": the pods of kube-system. */

/** The parts of the control plane that run as static pods, by their label `component`. */
const components = ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler'];

/** What is read to judge the pods. */
export interface PodsSeen {
  /** The control plane that was asked. */
  readonly host: string;
  /** Every control plane of the inventory. */
  readonly controlPlanes: readonly string[];
  readonly pods: Pods;
  /** Milliseconds since 1970 by the clock of the host that was asked. */
  readonly now: number;
}

/** One check for all pods, and one for every control plane: with a part that runs on the others only, a cluster of three is none. */
export function judgePods({ host, controlPlanes, pods, now }: PodsSeen): JudgedCheck[] {
  const troubled = troubledPods(pods, now);
  return [
    judge({
      check: 'kube-system-pods',
      host,
      passed: pods.length > 0 && troubled.length === 0,
      is:
        troubled.length > 0
          ? listed(troubled.map(({ text }) => text))
          : `${counted(pods.length, 'pod')}, none in trouble`,
      shouldBe: 'every pod of kube-system running and ready, or ended',
      advice:
        'See "kubectl -n kube-system describe pod <name>" and "kubectl -n kube-system logs <name> --previous".',
      settles: pods.length === 0 || troubled.some(({ settles }) => settles),
    }),
    ...controlPlanes.map((name) => judgeControlPlane(name, pods)),
  ];
}

function judgeControlPlane(host: string, pods: Pods): JudgedCheck {
  const there = pods.filter(({ spec }) => spec.nodeName === host);
  const absent = components.filter(
    (name) => !there.some(({ metadata }) => metadata.labels['component'] === name),
  );
  return judge({
    check: 'control-plane-pods',
    host,
    passed: absent.length === 0,
    is: absent.length === 0 ? `all there on ${host}` : `missing on ${host}: ${absent.join(', ')}`,
    shouldBe: `${components.join(', ')} on every control plane`,
    advice:
      `Look at /etc/kubernetes/manifests and "journalctl -u kubelet" on ${host}; where a manifest is missing, ` +
      `run "slipway up" again, which looks how far kubeadm has come there.`,
    settles: true,
  });
}
