import { corednsImage, podImage } from './binaries.js';
import { bootstrapToken } from './control-plane.js';

/** What kubeadm and Kubespray put into a new cluster, as far as verification looks at it, as objects for `kubectl apply`. */

const bootstrappers = 'system:bootstrappers:kubeadm:default-node-token';
const kubeSystem = 'kube-system';

/** A node may ask for its certificate, and gets it without a person. */
export const bootstrapObjects: readonly object[] = [
  {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: `bootstrap-token-${bootstrapToken.id}`, namespace: kubeSystem },
    type: 'bootstrap.kubernetes.io/token',
    stringData: {
      'token-id': bootstrapToken.id,
      'token-secret': bootstrapToken.secret,
      'usage-bootstrap-authentication': 'true',
      'usage-bootstrap-signing': 'true',
      'auth-extra-groups': bootstrappers,
    },
  },
  binding('kubelet-bootstrap', 'system:node-bootstrapper', bootstrappers),
  binding(
    'node-autoapprove-bootstrap',
    'system:certificates.k8s.io:certificatesigningrequests:nodeclient',
    bootstrappers,
  ),
  binding(
    'node-autoapprove-certificate-rotation',
    'system:certificates.k8s.io:certificatesigningrequests:selfnodeclient',
    'system:nodes',
  ),
];

function binding(name: string, role: string, group: string): object {
  const apiGroup = 'rbac.authorization.k8s.io';
  return {
    apiVersion: `${apiGroup}/v1`,
    kind: 'ClusterRoleBinding',
    metadata: { name },
    roleRef: { apiGroup, kind: 'ClusterRole', name: role },
    subjects: [{ kind: 'Group', name: group, apiGroup }],
  };
}

/** CoreDNS's configuration in the form Kubespray gives it, without the plugins that the lab's lacks. */
export function corefile(upstream: readonly string[]): string {
  return `.:53 {
    errors
    health {
        lameduck 5s
    }
    ready
    forward . ${upstream.join(' ')} {
      prefer_udp
      max_concurrent 1000
    }
    cache 30
    loadbalance
    reload
}
`;
}

export const corednsConfig = (upstream: readonly string[]) => configMap('coredns', corefile(upstream));

/** That of the node-local cache, which nothing of the lab reads. */
export const nodeLocalDnsConfig = (upstream: readonly string[]) =>
  configMap(
    'nodelocaldns',
    `cluster.local:53 {
    forward . 10.233.0.3 {
        force_tcp
    }
}
.:53 {
    errors
    cache 30
    forward . ${upstream.join(' ')}
}
`,
  );

function configMap(name: string, Corefile: string): object {
  return {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace: kubeSystem },
    data: { Corefile },
  };
}

/** DNS as Kubespray installs it: a real CoreDNS that forwards to `upstream`, and a pod of the node-local cache on each node, which only exists. */
export function dnsObjects(upstream: readonly string[]): readonly object[] {
  return [
    corednsConfig(upstream),
    nodeLocalDnsConfig(upstream),
    workload('Deployment', 'coredns', kubeSystem, {
      labels: { 'k8s-app': 'kube-dns' },
      spec: {
        terminationGracePeriodSeconds: 1,
        containers: [
          {
            name: 'coredns',
            image: corednsImage,
            imagePullPolicy: 'Never',
            args: ['-conf', '/etc/coredns/Corefile'],
            volumeMounts: [{ name: 'config', mountPath: '/etc/coredns' }],
            readinessProbe: { httpGet: { path: '/ready', port: 8181 }, periodSeconds: 2 },
          },
        ],
        volumes: [{ name: 'config', configMap: { name: 'coredns' } }],
      },
    }),
    workload('DaemonSet', 'nodelocaldns', kubeSystem, {
      labels: { 'k8s-app': 'node-local-dns' },
      spec: {
        hostNetwork: true,
        terminationGracePeriodSeconds: 1,
        containers: [{ name: 'node-cache', image: podImage, imagePullPolicy: 'Never' }],
      },
    }),
  ];
}

interface Template {
  readonly labels: Readonly<Record<string, string>>;
  readonly spec: object;
}

export function workload(
  kind: 'Deployment' | 'DaemonSet' | 'StatefulSet',
  name: string,
  namespace: string,
  { labels, spec }: Template,
): object {
  return {
    apiVersion: 'apps/v1',
    kind,
    metadata: { name, namespace },
    spec: {
      ...(kind === 'Deployment' && { replicas: 1, strategy: { type: 'Recreate' } }),
      ...(kind === 'StatefulSet' && { replicas: 1, serviceName: name }),
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec },
    },
  };
}

const keeps = { name: 'data', mountPath: '/data' };

/**
 * What runs on a provider's worker, as far as moving its data can harm it: data in an emptyDir, a pod that must not be
 * evicted, and one that mounts kubelet's folder from the host, as drivers of volumes do.
 */
export const providerObjects: readonly object[] = [
  workload('Deployment', 'tenant', 'default', {
    labels: { app: 'tenant' },
    spec: {
      terminationGracePeriodSeconds: 1,
      containers: [
        {
          name: 'tenant',
          image: podImage,
          imagePullPolicy: 'Never',
          args: ['keep', '/data'],
          volumeMounts: [
            keeps,
            { ...keeps, mountPath: '/part', subPath: 'part' },
            { name: 'memory', mountPath: '/memory' },
          ],
          readinessProbe: {
            exec: { command: ['/pod', 'digest', '/data'] },
            periodSeconds: 5,
            timeoutSeconds: 10,
          },
        },
      ],
      volumes: [
        { name: 'data', emptyDir: {} },
        { name: 'memory', emptyDir: { medium: 'Memory' } },
      ],
    },
  }),
  workload('Deployment', 'storage', 'default', {
    labels: { app: 'storage' },
    spec: {
      hostNetwork: true,
      terminationGracePeriodSeconds: 1,
      containers: [
        {
          name: 'storage',
          image: podImage,
          imagePullPolicy: 'Never',
          args: ['keep', '/data'],
          volumeMounts: [keeps],
        },
      ],
      volumes: [{ name: 'data', emptyDir: {} }],
    },
  }),
  {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name: 'storage', namespace: 'default' },
    spec: { maxUnavailable: 0, selector: { matchLabels: { app: 'storage' } } },
  },
  workload('DaemonSet', 'volume-driver', 'default', {
    labels: { app: 'volume-driver' },
    spec: {
      hostNetwork: true,
      terminationGracePeriodSeconds: 1,
      containers: [
        {
          name: 'driver',
          image: podImage,
          imagePullPolicy: 'Never',
          securityContext: { privileged: true },
          volumeMounts: [
            { name: 'kubelet', mountPath: '/var/lib/kubelet', mountPropagation: 'Bidirectional' },
          ],
        },
      ],
      volumes: [{ name: 'kubelet', hostPath: { path: '/var/lib/kubelet', type: 'Directory' } }],
    },
  }),
];

/** The parts of the control plane, and where each says that it is well. */
const components = {
  'kube-apiserver': 6443,
  'kube-controller-manager': 10257,
  'kube-scheduler': 10259,
} as const;

/**
 * A static pod that stands for a part of the control plane: it is ready only while the part, which is a unit of another
 * machine here, says that it is well.
 */
export function componentPod(name: keyof typeof components, controlPlane: string): object {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name, namespace: kubeSystem, labels: { component: name, tier: 'control-plane' } },
    spec: {
      hostNetwork: true,
      priorityClassName: 'system-node-critical',
      terminationGracePeriodSeconds: 1,
      containers: [
        {
          name,
          image: podImage,
          imagePullPolicy: 'Never',
          readinessProbe: {
            httpGet: { scheme: 'HTTPS', host: controlPlane, port: components[name], path: '/healthz' },
            periodSeconds: 10,
            failureThreshold: 3,
            timeoutSeconds: 30,
          },
        },
      ],
    },
  };
}

export const componentNames = Object.keys(components) as (keyof typeof components)[];
