// Shapes as `kubectl get -o json` prints them, shortened to what kubelet and kubeadm always set.

/** When checks look. */
export const now = Date.parse('2026-11-22T14:00:30Z');

const condition = (type: string, status: string, message = '') => ({
  type,
  status,
  message,
  reason: 'Kubelet',
  lastHeartbeatTime: '2026-11-22T14:00:00Z',
  lastTransitionTime: '2026-11-22T13:00:00Z',
});

/** A node whose kubelet is well unless something else is said. */
export const node = (
  name: string,
  {
    ready = 'True',
    disk = 'False',
    version = 'v1.28.6',
    unschedulable = false,
    labels = {},
  }: { ready?: string; disk?: string; version?: string; unschedulable?: boolean; labels?: object } = {},
) => ({
  apiVersion: 'v1',
  kind: 'Node',
  metadata: { name, labels: { 'kubernetes.io/hostname': name, ...labels }, uid: 'u' },
  spec: { podCIDR: '10.233.64.0/24', ...(unschedulable && { unschedulable }) },
  status: {
    addresses: [{ type: 'InternalIP', address: '10.0.10.136' }],
    conditions: [
      condition('NetworkUnavailable', 'False', 'Calico is running on this node'),
      condition('MemoryPressure', 'False', 'kubelet has sufficient memory available'),
      condition('DiskPressure', disk, disk === 'True' ? 'kubelet has disk pressure' : ''),
      condition('PIDPressure', 'False'),
      condition('Ready', ready, ready === 'True' ? 'kubelet is posting ready status' : 'PLEG is not healthy'),
    ],
    nodeInfo: { kubeletVersion: version, containerRuntimeVersion: 'containerd://1.7.11' },
  },
});

/** The lease that kubelet renews, or has not yet. */
export const lease = (name: string, renewTime?: string) => ({
  apiVersion: 'coordination.k8s.io/v1',
  kind: 'Lease',
  metadata: { name, namespace: 'kube-node-lease' },
  spec: { holderIdentity: name, leaseDurationSeconds: 40, ...(renewTime && { renewTime }) },
});

/** A list of them, as JSON. */
export const list = (items: readonly unknown[]) => JSON.stringify({ apiVersion: 'v1', kind: 'List', items });

/** What has not passed, each as its check and host. */
export const failing = (checks: readonly { check: string; host: string; passed: boolean }[]) =>
  checks.filter(({ passed }) => !passed).map(({ check, host }) => `${check} ${host}`);

export interface PodOptions {
  readonly phase?: string;
  readonly reason?: string;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly ready?: boolean;
  readonly restarts?: number;
  readonly state?: object;
  readonly labels?: Readonly<Record<string, string>>;
  readonly nodeName?: string;
  readonly deletionTimestamp?: string;
  readonly conditions?: readonly object[];
  readonly lastState?: object;
  readonly initContainers?: readonly object[];
}

/** A pod of kube-system with one container, which runs unless something else is said. */
export const pod = (
  name: string,
  {
    phase = 'Running',
    reason,
    annotations = {},
    ready = true,
    restarts = 0,
    state = { running: { startedAt: '2026-11-22T13:00:00Z' } },
    labels = {},
    nodeName = 'node1',
    deletionTimestamp,
    conditions,
    lastState = {},
    initContainers,
  }: PodOptions = {},
) => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    ...{ name, namespace: 'kube-system', labels, annotations },
    ...(deletionTimestamp && { deletionTimestamp }),
  },
  spec: { nodeName, containers: [{ name: 'main' }] },
  status: {
    phase,
    ...(reason && { reason }),
    ...(conditions && { conditions }),
    ...(initContainers && { initContainerStatuses: initContainers }),
    containerStatuses: [
      { name: 'main', ready, restartCount: restarts, state, lastState, containerID: 'containerd://1' },
    ],
  },
});
