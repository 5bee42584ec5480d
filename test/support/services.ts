// Services as `kubectl get service -o json` prints them, of a cluster that Kubespray has made.

interface ServiceOptions {
  readonly selector: Readonly<Record<string, string>>;
  readonly clusterIP: string;
  readonly port: number;
}

/** A service of kube-system. */
export const service = (name: string, { selector, clusterIP, port }: ServiceOptions) => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, namespace: 'kube-system', labels: { 'addonmanager.kubernetes.io/mode': 'Reconcile' } },
  spec: {
    clusterIP,
    clusterIPs: [clusterIP],
    internalTrafficPolicy: 'Cluster',
    ipFamilies: ['IPv4'],
    ipFamilyPolicy: 'SingleStack',
    ports: [
      ...(port === 53 ? [{ name: 'dns', port, protocol: 'UDP', targetPort: 'dns' }] : []),
      { name: port === 53 ? 'dns-tcp' : 'http', port, protocol: 'TCP', targetPort: port },
    ],
    selector,
    sessionAffinity: 'None',
    type: 'ClusterIP',
  },
  status: { loadBalancer: {} },
});

export const corednsService = service('coredns', {
  selector: { 'k8s-app': 'kube-dns' },
  clusterIP: '10.233.0.3',
  port: 53,
});

/** As kube-prometheus-stack makes one beside it. */
export const headlessService = service('kube-prometheus-stack-coredns', {
  selector: { 'k8s-app': 'kube-dns' },
  clusterIP: 'None',
  port: 53,
});

/** It has no selector: its endpoints are the API servers themselves. */
export const apiService = {
  apiVersion: 'v1',
  kind: 'Service',
  metadata: {
    name: 'kubernetes',
    namespace: 'default',
    labels: { component: 'apiserver', provider: 'kubernetes' },
  },
  spec: {
    clusterIP: '10.233.0.1',
    clusterIPs: ['10.233.0.1'],
    ipFamilies: ['IPv4'],
    ipFamilyPolicy: 'SingleStack',
    ports: [{ name: 'https', port: 443, protocol: 'TCP', targetPort: 6443 }],
    sessionAffinity: 'None',
    type: 'ClusterIP',
  },
  status: { loadBalancer: {} },
};
