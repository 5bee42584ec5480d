import { controlPlaneManifests, type ClusterSeen, type NodeProbe } from './kubeadm-probe.js';

/** What Kubespray does with a node depends on which of these it is; the first is the inventory's first control plane. */
export type NodeRole = 'first-control-plane' | 'control-plane' | 'worker';

/** How far kubeadm has come on a node. Evidence is full clauses, for people. */
export type KubeadmState =
  | { readonly kind: 'absent' }
  | { readonly kind: 'complete' }
  /** Everything is there, and neither an API server nor etcd answers to confirm it. */
  | { readonly kind: 'unproven' }
  /** `kubeadm init` or `join` was begun and has not come to its end. */
  | {
      readonly kind: 'half-initialised';
      readonly evidence: readonly string[];
      /** Nothing speaks against it but the inventory's name, and the node does not say what it is called. */
      readonly onlyByName: boolean;
    }
  /** It belongs to a cluster, and Kubespray would take it for a new one (trap T2). */
  | { readonly kind: 'seen-as-blank'; readonly evidence: readonly string[] };

const config = '/var/lib/kubelet/config.yaml';
const kubeletConf = '/etc/kubernetes/kubelet.conf';
const bootstrapConf = '/etc/kubernetes/bootstrap-kubelet.conf';

/**
 * Judges one node by what kubeadm has left on it.
 * @param cluster what any node of the cluster has seen in it; null when nobody answers
 */
export function kubeadmState(probe: NodeProbe, role: NodeRole, cluster: ClusterSeen | null): KubeadmState {
  return role === 'worker' ? workerState(probe, cluster) : controlPlaneState(probe, role, cluster);
}

/** The best answer of all nodes: one that has seen cluster-info, and of these an API server's before etcd's. */
export function clusterSeenBy(probes: readonly NodeProbe[]): ClusterSeen | null {
  const answers = probes.flatMap(({ cluster }) => cluster ?? []);
  const rank = ({ source, clusterInfo }: ClusterSeen) =>
    (clusterInfo ? 2 : 0) + (source === 'API server' ? 1 : 0);
  return answers.reduce<ClusterSeen | null>(
    (best, answer) => (best === null || rank(answer) > rank(best) ? answer : best),
    null,
  );
}

/**
 * Whether the cluster has ever been of use: `kubeadm init` writes cluster-info before the first daemon set, and nobody
 * joins without it; so one of them is proof, also where an administrator has deleted cluster-info since.
 */
export function hasWorked(cluster: ClusterSeen, except: string): boolean {
  return cluster.clusterInfo || cluster.workloads || cluster.nodes.some((name) => name !== except);
}

/** What a node is called in the cluster, as far as is known. */
export function nodeNameOf({ nodeName, host }: NodeProbe): string {
  return nodeName ?? host;
}

function controlPlaneState(probe: NodeProbe, role: NodeRole, cluster: ClusterSeen | null): KubeadmState {
  const isRegistered = cluster?.nodes.includes(nodeNameOf(probe)) ?? false;
  if (!hasTraces(probe)) {
    const beside = role === 'first-control-plane' && cluster !== null && hasWorked(cluster, '');
    if (!beside) return { kind: 'absent' };
    return {
      kind: 'seen-as-blank',
      evidence: [`the ${cluster.source} holds a cluster`, 'nothing of it is on this first control plane'],
    };
  }
  const missing = missingOn(probe);
  if (!probe.config && cluster !== null && hasWorked(cluster, nodeNameOf(probe))) {
    const isMember = isRegistered && probe.adminConf && probe.manifests.length > 0;
    if (role === 'first-control-plane' || isMember) {
      return { kind: 'seen-as-blank', evidence: [...presentOn(probe), missingText(missing)] };
    }
  }
  const unwritten = cluster === null ? [] : unwrittenIn(cluster);
  const unregistered = cluster === null ? [] : unregisteredIn(cluster, probe);
  const others = [...(missing.length > 0 ? [missingText(missing)] : []), ...unwritten];
  if (others.length === 0 && unregistered.length === 0) {
    return { kind: cluster === null ? 'unproven' : 'complete' };
  }
  return {
    kind: 'half-initialised',
    evidence: [...presentOn(probe), ...others, ...unregistered],
    onlyByName: others.length === 0 && probe.nodeName === undefined,
  };
}

function workerState(probe: NodeProbe, cluster: ClusterSeen | null): KubeadmState {
  if (!probe.config && !probe.kubeletConf && !probe.bootstrapKubeletConf) return { kind: 'absent' };
  const half = (why: string, onlyByName = false): KubeadmState => ({
    ...{ kind: 'half-initialised', evidence: [...presentOn(probe), why], onlyByName },
  });
  if (!probe.kubeletConf) return half(missingText([kubeletConf]));
  if (probe.clientCertificate !== 'present') return half('the client certificate that it names is missing');
  const [unregistered] = cluster === null ? [] : unregisteredIn(cluster, probe);
  return unregistered === undefined ? { kind: 'complete' } : half(unregistered, probe.nodeName === undefined);
}

function hasTraces(probe: NodeProbe): boolean {
  const { config, kubeletConf, bootstrapKubeletConf, adminConf, manifests } = probe;
  return config || kubeletConf || bootstrapKubeletConf || adminConf || manifests.length > 0;
}

/** Files of a complete control plane that are not there. */
function missingOn(probe: NodeProbe): string[] {
  return [
    ...(probe.config ? [] : [config]),
    ...(probe.adminConf ? [] : ['/etc/kubernetes/admin.conf']),
    ...(probe.kubeletConf ? [] : [kubeletConf]),
    ...controlPlaneManifests.filter((name) => !probe.manifests.includes(name)).map(manifestPath),
    ...(probe.caCertificate ? [] : ['/etc/kubernetes/ssl/ca.crt']),
    ...(probe.kubeletConf && probe.clientCertificate !== 'present'
      ? ["kubelet's client certificate, which kubelet.conf names"]
      : []),
  ];
}

function unwrittenIn({ source, kubeadmConfig, clusterInfo }: ClusterSeen): string[] {
  return [
    ...(kubeadmConfig ? [] : [`the ${source} has no config map kube-system/kubeadm-config`]),
    ...(clusterInfo ? [] : [`the ${source} has no config map kube-public/cluster-info`]),
  ];
}

function unregisteredIn({ source, nodes }: ClusterSeen, probe: NodeProbe): string[] {
  const name = nodeNameOf(probe);
  if (nodes.includes(name)) return [];
  if (probe.nodeName === undefined) {
    return [
      `the ${source} has no node of that name, and the node does not say whether it is called otherwise there`,
    ];
  }
  return [
    `the ${source} has no node ${name === probe.host ? 'of that name' : `${name}, as it calls itself`}`,
  ];
}

/** What is there of that by which Kubespray, or kubeadm's preflight, decides. */
function presentOn(probe: NodeProbe): string[] {
  const present = [
    ...(probe.config ? [config] : []),
    ...(probe.kubeletConf ? [kubeletConf] : []),
    ...(probe.bootstrapKubeletConf ? [bootstrapConf] : []),
    ...probe.manifests.map(manifestPath),
  ];
  return present.length === 0 ? [] : [`there: ${present.join(', ')}`];
}

function missingText(missing: readonly string[]): string {
  return `missing: ${missing.join(', ')}`;
}

function manifestPath(name: string): string {
  return `/etc/kubernetes/manifests/${name}.yaml`;
}
