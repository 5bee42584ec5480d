import { isFirstToKubespray, silentEtcdText, type CombinedProbes } from './combine-probes.js';
import {
  hasWorked,
  hasTraces,
  controlPlaneManifests,
  nodeNameOf,
  type ClusterSeen,
  type NodeProbe,
} from './node-probe.js';
import type { NodeRole } from './node-role.js';

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
  /** It belongs to a cluster, or may do so, and Kubespray would take it for a new one (trap T2). */
  | { readonly kind: 'seen-as-blank'; readonly evidence: readonly string[] };

const config = '/var/lib/kubelet/config.yaml';
const kubeletConf = '/etc/kubernetes/kubelet.conf';
const bootstrapConf = '/etc/kubernetes/bootstrap-kubelet.conf';

/** Judges one node by what kubeadm has left on it. */
export function kubeadmState(probe: NodeProbe, role: NodeRole, combined: CombinedProbes): KubeadmState {
  return role === 'worker' ? workerState(probe, combined) : controlPlaneState(probe, role, combined);
}

function controlPlaneState(probe: NodeProbe, role: NodeRole, combined: CombinedProbes): KubeadmState {
  const isFirst = isFirstToKubespray({ probe, role }, combined);
  if (!hasTraces(probe)) return isFirst ? blankState(probe, combined) : { kind: 'absent' };
  const { cluster, silentEtcd } = combined;
  const missing = missingOn(probe);
  if (!probe.config && (isFirst ? mayBeClustered(probe, combined) : mayBeMember(probe, combined))) {
    const silent = silentEtcd.length > 0 ? [silentEtcdText(silentEtcd)] : [];
    return { kind: 'seen-as-blank', evidence: [...presentOn(probe), missingText(missing), ...silent] };
  }
  const unregistered = cluster === null ? [] : unregisteredIn(cluster, probe);
  const others = [
    ...(missing.length > 0 ? [missingText(missing)] : []),
    ...emptyOn(probe),
    ...(cluster === null ? [] : unwrittenIn(cluster)),
    ...foreign(combined),
  ];
  if (others.length === 0 && unregistered.length === 0) {
    return { kind: cluster === null ? 'unproven' : 'complete' };
  }
  return {
    kind: 'half-initialised',
    evidence: [...presentOn(probe), ...others, ...unregistered],
    onlyByName: others.length === 0 && probe.nodeName === undefined,
  };
}

/**
 * One with nothing on it that Kubespray takes for the first control plane: a new one, unless there is a cluster without it.
 * After its reset etcd may still hold its own name, which its kubelet wrote there before an init that failed.
 */
function blankState(probe: NodeProbe, { cluster, silentEtcd, begun }: CombinedProbes): KubeadmState {
  const nothing = 'nothing of it is on this control plane';
  const name = nodeNameOf(probe);
  if (cluster !== null && hasWorked(cluster, name)) {
    const itself = cluster.nodes.includes(name) ? ' with a node of that name' : '';
    return { kind: 'seen-as-blank', evidence: [`the ${cluster.source} holds a cluster${itself}`, nothing] };
  }
  if (silentEtcd.length === 0 || begun.length === 0) return { kind: 'absent' };
  const others = `parts of a control plane are on ${begun.join(', ')}`;
  return { kind: 'seen-as-blank', evidence: [silentEtcdText(silentEtcd), others, nothing] };
}

/** Whether there is a cluster that a control plane which lacks the file by which Kubespray decides may be part of. */
function mayBeClustered(probe: NodeProbe, { cluster, silentEtcd }: CombinedProbes): boolean {
  return cluster === null ? silentEtcd.length > 0 : hasWorked(cluster, nodeNameOf(probe));
}

/** Whether it is part of that cluster, as far as can be told. */
function mayBeMember(probe: NodeProbe, combined: CombinedProbes): boolean {
  const { cluster } = combined;
  const mayBeRegistered = cluster === null || cluster.nodes.includes(nodeNameOf(probe));
  return mayBeClustered(probe, combined) && mayBeRegistered && probe.adminConf && probe.manifests.length > 0;
}

function workerState(probe: NodeProbe, combined: CombinedProbes): KubeadmState {
  if (!probe.config && !probe.kubeletConf && !probe.bootstrapKubeletConf) return { kind: 'absent' };
  const half = (why: string, onlyByName = false): KubeadmState => ({
    kind: 'half-initialised',
    evidence: [...presentOn(probe), why],
    onlyByName,
  });
  if (!probe.kubeletConf) return half(missingText([kubeletConf]));
  const [wrong] = [...emptyOn(probe), ...foreign(combined)];
  if (wrong !== undefined) return half(wrong);
  if (probe.clientCertificate !== 'present') return half('the client certificate that it names is missing');
  const [unregistered] = combined.cluster === null ? [] : unregisteredIn(combined.cluster, probe);
  return unregistered === undefined ? { kind: 'complete' } : half(unregistered, probe.nodeName === undefined);
}

/** A node that is not the first comes after it, so what it has without the first is not of this cluster. */
function foreign({ cluster, silentEtcd, blankFirst }: CombinedProbes): string[] {
  if (cluster !== null || silentEtcd.length > 0 || blankFirst === null) return [];
  return [
    `nothing of Kubernetes is on the first control plane ${blankFirst}, so this is of another cluster, or of an earlier one`,
  ];
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

/** A power cut leaves such files behind; Kubespray asks only whether they are there. */
function emptyOn({ emptyFiles = [] }: NodeProbe): string[] {
  return emptyFiles.length === 0 ? [] : [`empty: ${emptyFiles.join(', ')}`];
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
