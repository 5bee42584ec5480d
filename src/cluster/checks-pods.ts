import type { JudgedCheck } from './checks.js';
import { judge, listed } from './checks.js';
import { troubledPods } from './pod-trouble.js';
import type { Pods } from './pods.js';
import { counted } from './units.js';

/** Step 9 of the document, "Confirm Kubernetes pods": the pods of kube-system. */

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
          : `${counted(pods.length, 'pod')}, all running or completed`,
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
