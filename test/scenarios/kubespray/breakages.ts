/** What is run on which node, in this order: the first is control plane, etcd and worker, the second a worker. */
export type Scripts = Readonly<Partial<Record<'n1' | 'n2', string>>>;

/** One thing of a cluster of two nodes broken, and what verification has to say of it. */
export interface Breakage {
  readonly what: string;
  readonly break: Scripts;
  readonly mend: Scripts;
  /** "<check> <host>" that have to fail. */
  readonly found: readonly string[];
  /** What follows from it, sooner or later; nothing else may fail. */
  readonly follows?: readonly string[];
}

const onBoth = (...checks: readonly string[]) => checks.flatMap((check) => [`${check} n1`, `${check} n2`]);

/** What the API server and the pods of a node show once nothing renews its lease. */
const nodeIsLost = [
  ...['node-ready n2', 'node-lease n2', 'node-pressure n2'],
  ...['kube-system-pods n1', 'coredns-pods n1', 'node-local-dns-pods n1'],
  ...onBoth('pod-network', 'service-network', 'cluster-dns'),
];

const inConfigMap = (name: string, expression: string) =>
  `kubectl -n kube-system get configmap ${name} -o yaml | sed -E '${expression}' | kubectl replace -f -`;

const proxyOn = (nodes: string) => `
kubectl -n kube-system patch daemonset kube-proxy -p '{"spec":{"template":{"spec":{"nodeSelector":{"slipway-test":${nodes}}}}}}'
kubectl -n kube-system rollout status daemonset kube-proxy --timeout 50s`;

/** So many pods of CoreDNS, all of them on that node; null: on any. */
const coreDnsOn = (node: string | null, replicas: number) => `
kubectl -n kube-system patch deployment coredns -p '${JSON.stringify({
  spec: { replicas, template: { spec: { nodeSelector: { 'kubernetes.io/hostname': node } } } },
})}'
kubectl -n kube-system rollout status deployment coredns --timeout 50s`;

const dropped = `
nft add table inet slipway-test
nft add chain inet slipway-test out '{ type filter hook output priority -300; }'
nft add rule inet slipway-test out udp dport 8472 drop
nft add chain inet slipway-test in '{ type filter hook input priority -300; }'
nft add rule inet slipway-test in udp dport 8472 drop`;

/** Each is what happens to operators, or what an attentive one would want to be told. */
export const breakages: readonly Breakage[] = [
  {
    what: "packets of the pods' network dropped at a node",
    break: { n2: dropped },
    mend: { n2: 'nft delete table inet slipway-test' },
    found: onBoth('pod-network'),
    // With a pod of CoreDNS on each node, it is a matter of luck which of them a service leads to.
    follows: onBoth('service-network', 'cluster-dns'),
  },
  {
    what: 'the same, with the only pod of CoreDNS at the other node',
    break: { n1: coreDnsOn('n1', 1), n2: dropped },
    mend: { n2: 'nft delete table inet slipway-test', n1: coreDnsOn(null, 2) },
    found: ['pod-network n2', 'service-network n2', 'cluster-dns n2'],
  },
  {
    what: 'kubelet stopped',
    break: { n2: 'systemctl stop kubelet' },
    mend: { n2: 'systemctl start kubelet' },
    found: ['unit-kubelet n2', 'node-lease n2'],
    follows: nodeIsLost,
  },
  {
    what: 'containerd not started at the next boot',
    break: { n2: 'systemctl disable containerd' },
    mend: { n2: 'systemctl enable containerd' },
    found: ['unit-containerd n2'],
  },
  {
    what: 'containerd stopped',
    break: { n2: 'systemctl stop containerd' },
    mend: { n2: 'systemctl start containerd' },
    found: ['unit-containerd n2', 'node-ready n2'],
    follows: nodeIsLost,
  },
  {
    what: 'a node that takes no pods',
    break: { n1: 'kubectl cordon n2' },
    mend: { n1: 'kubectl uncordon n2' },
    found: ['node-ready n2'],
  },
  {
    what: 'no CoreDNS',
    break: { n1: 'kubectl -n kube-system scale deployment coredns --replicas 0' },
    mend: { n1: 'kubectl -n kube-system scale deployment coredns --replicas 2' },
    found: ['coredns-pods n1', ...onBoth('service-network', 'cluster-dns')],
    follows: ['kube-system-pods n1'],
  },
  {
    what: 'the node-local cache asking another server',
    break: { n1: inConfigMap('nodelocaldns', 's/(forward \\. [0-9.]+)$/\\1 192.0.2.53/') },
    mend: { n1: inConfigMap('nodelocaldns', 's/ 192[.]0[.]2[.]53$//') },
    found: ['node-local-dns-forward n1'],
  },
  {
    what: 'a pod of the system whose image is nowhere',
    break: { n1: 'kubectl -n kube-system run without-image --image=registry.k8s.io/without-image:1' },
    mend: { n1: 'kubectl -n kube-system delete pod without-image --now' },
    found: ['kube-system-pods n1'],
  },
  {
    what: 'the scheduler without its manifest',
    break: { n1: 'mv /etc/kubernetes/manifests/kube-scheduler.yaml /root/' },
    mend: { n1: 'mv /root/kube-scheduler.yaml /etc/kubernetes/manifests/' },
    found: ['control-plane-pods n1'],
    follows: ['kube-system-pods n1'],
  },
  {
    what: 'the control plane without its label',
    break: { n1: 'kubectl label node n1 node-role.kubernetes.io/control-plane-' },
    mend: { n1: 'kubectl label node n1 node-role.kubernetes.io/control-plane=' },
    found: ['control-plane-label n1'],
  },
  {
    what: 'etcd stopped',
    break: { n1: 'systemctl stop etcd' },
    mend: { n1: 'systemctl start etcd' },
    found: ['unit-etcd n1', 'etcd-health n1', 'kubernetes-api n1'],
    follows: ['etcd-members n1', 'etcd-status n1'],
  },
  {
    what: 'no kube-proxy, and none of its rules on a node',
    break: { n1: proxyOn('"nowhere"'), n2: 'iptables -t nat -F KUBE-SERVICES' },
    mend: { n1: proxyOn('null') },
    found: ['service-network n2', 'cluster-dns n2'],
  },
  {
    what: 'the firewall without its rules',
    break: { n2: 'nft delete table inet slipway' },
    mend: { n2: 'systemctl restart slipway-firewall' },
    found: ['firewall-rules n2'],
  },
  {
    what: 'a kernel parameter of a worker lowered',
    break: { n2: 'sysctl -qw vm.max_map_count=65530' },
    mend: { n2: 'sysctl -qp /etc/sysctl.d/90-akash.conf' },
    found: ['kernel-parameters n2'],
  },
  {
    what: 'a kernel parameter that the next boot lowers',
    break: { n2: 'echo vm.max_map_count=65530 > /etc/sysctl.d/99-zz.conf' },
    mend: { n2: 'rm /etc/sysctl.d/99-zz.conf' },
    found: ['kernel-parameters-at-boot n2'],
  },
];
