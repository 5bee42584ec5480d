import { MockActivityEnvironment } from '@temporalio/testing';
import { confirmDns } from '../../src/activities/step-09-confirm/confirm-dns.js';
import { confirmNodes } from '../../src/activities/step-09-confirm/confirm-nodes.js';
import { confirmPods } from '../../src/activities/step-09-confirm/confirm-pods.js';
import type { VerificationResult, VerifyKubernetesInput } from '../../src/protocol/step-inputs.js';
import { FakeHost } from '../fakes/fake-host.js';
import { FakeHostPool } from '../fakes/fake-host-pool.js';

/** What the steps that look at Kubernetes are asked for. */
export const input: VerifyKubernetesInput = {
  host: { kind: 'local', name: 'node1', cluster: 'akash' },
  nodes: ['node1'],
  release: 'v2.24.1',
  upstreamDns: ['8.8.8.8'],
};

/** A list of objects, as JSON. */
export const list = (...items: readonly unknown[]) => JSON.stringify({ items });

const pod = (name: string, labels: Record<string, string>) => ({
  metadata: { name, labels },
  spec: { nodeName: 'node1' },
  status: {
    phase: 'Running',
    containerStatuses: [{ name, ready: true, restartCount: 0, state: { running: {} } }],
  },
});

/** A control plane whose clock stands at 2026-11-22T14:00:30Z. */
export function controlPlane(): FakeHost {
  return new FakeHost('node1')
    .when(/v1\/nodes\?/, list({ metadata: { name: 'node1', labels }, status: nodeStatus }))
    .when(
      /leases\?/,
      list({ metadata: { name: 'node1' }, spec: { renewTime: '2026-11-22T14:00:20.000000Z' } }),
    )
    .when(
      /pods\?/,
      list(
        ...['kube-apiserver', 'kube-controller-manager', 'kube-scheduler'].map((component) =>
          pod(component, { component }),
        ),
      ),
    )
    .when(/labelSelector/, list(pod('dns', {})))
    .when(
      /get configmap (coredns|nodelocaldns)/,
      JSON.stringify({ data: { Corefile: '.:53 {\n    forward . 8.8.8.8\n}\n' } }),
    )
    .when(/^date \+%s$/, String(Date.parse('2026-11-22T14:00:30Z') / 1000));
}

/** Those of a control plane. */
export const labels = { 'node-role.kubernetes.io/control-plane': '' };

/** That of a node that is ready. */
export const nodeStatus = {
  conditions: [{ type: 'Ready', status: 'True' }],
  nodeInfo: { kubeletVersion: 'v1.28.6' },
};

const steps = { confirmNodes, confirmPods, confirmDns };

/** Runs one of the steps on a host. */
export const confirm = (
  step: keyof typeof steps,
  host: FakeHost,
  about = input,
): Promise<VerificationResult> =>
  new MockActivityEnvironment().run(steps[step]({ hosts: new FakeHostPool([host]) }), about);

/** The names of checks that have not passed. */
export const failing = ({ checks }: VerificationResult) =>
  checks.filter(({ passed }) => !passed).map(({ check }) => check);
