import { splitSections, linesOf, textOf } from '../facts/sections.js';
import { parseEtcdHealth } from '../kubernetes/etcd-answers.js';
import {
  clientCertificateIn,
  parseKubeletIdentity,
  type KubeletIdentity,
} from '../facts/kubelet-identity.js';

/** Static pods by which a control plane runs; other manifests (nginx-proxy, kube-vip) come from Kubespray before kubeadm. */
export const controlPlaneManifests = ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler'] as const;

/** What a node's cluster holds, as its API server shows it or, where none answers, etcd itself. */
export interface ClusterSeen {
  readonly source: 'API server' | 'etcd';
  /** kube-system/kubeadm-config, which `kubeadm init` writes once the API server runs. */
  readonly kubeadmConfig: boolean;
  /** kube-public/cluster-info, which `kubeadm init` writes after that; who joins needs it. */
  readonly clusterInfo: boolean;
  /** Any daemon set or deployment: the first come after cluster-info, so that the cluster has worked. */
  readonly workloads: boolean;
  readonly nodes: readonly string[];
}

/** etcd on one of its members. */
export interface EtcdSeen {
  /**
   * It has been set up here by Kubespray, or its folder holds data, whoever has written it. Where its disk is not mounted,
   * only its settings are there.
   */
  readonly hasData: boolean;
  /** By its own account; null when it does not answer. */
  readonly health: { readonly healthy: number; readonly members: number } | null;
}

/** What kubeadm has left on one node. Reading it changes nothing. */
export interface NodeProbe {
  readonly host: string;
  readonly machineId: string;
  /**
   * What the node calls itself in the cluster, by its certificate or its kubelet's flags: kube_override_hostname makes it
   * another name than the inventory's. Absent where it does not say, and in probes of earlier versions.
   */
  readonly nodeName?: string;
  /** /var/lib/kubelet/config.yaml: what Kubespray asks for on a control plane (trap T2). */
  readonly config: boolean;
  /** /etc/kubernetes/kubelet.conf: what Kubespray asks for on a worker. */
  readonly kubeletConf: boolean;
  /** /etc/kubernetes/bootstrap-kubelet.conf: a join that has not come to its end. */
  readonly bootstrapKubeletConf: boolean;
  readonly adminConf: boolean;
  /** ca.crt in Kubespray's folder or in kubeadm's own. */
  readonly caCertificate: boolean;
  /** Those of {@link controlPlaneManifests} that are there. */
  readonly manifests: readonly string[];
  /** The certificate that kubelet.conf names: `dangling` when it names a file that is not there (trap T3). */
  readonly clientCertificate: 'none' | 'dangling' | 'present';
  /** Paths of those files that are there and have no text, as a power cut leaves them; absent where there is none. */
  readonly emptyFiles?: readonly string[];
  readonly kubeletIsActive: boolean;
  /** By what its kubelet belongs to a cluster; absent in probes of earlier versions. */
  readonly kubeletIdentity?: KubeletIdentity;
  readonly etcd: EtcdSeen;
  /** Null when neither the API server nor etcd answers on this node. */
  readonly cluster: ClusterSeen | null;
}

/** What a node is called in the cluster, as far as is known. */
export function nodeNameOf({ nodeName, host }: NodeProbe): string {
  return nodeName ?? host;
}

/** Whether anything of a control plane's part of Kubernetes is on the node. */
export function hasTraces(probe: NodeProbe): boolean {
  const { config, kubeletConf, bootstrapKubeletConf, adminConf, manifests } = probe;
  return config || kubeletConf || bootstrapKubeletConf || adminConf || manifests.length > 0;
}

/**
 * Whether the cluster has ever been of use: `kubeadm init` writes cluster-info before the first daemon set, and nobody
 * joins without it; so one of them is proof, also where an administrator has deleted cluster-info since.
 */
export function hasWorked(cluster: ClusterSeen, except: string): boolean {
  return cluster.clusterInfo || cluster.workloads || cluster.nodes.some((name) => name !== except);
}

/**
 * Reads the answer of the probe's script.
 * @throws FactsError when it is cut off
 */
export function parseNodeProbe(output: string, mark: string, host: string): NodeProbe {
  const sections = splitSections(output, mark);
  const files = new Set(linesOf(sections, 'files'));
  const emptyFiles = linesOf(sections, 'empty-files');
  const kubeletIdentity = parseKubeletIdentity(sections);
  const nodeName = kubeletIdentity?.nodeName ?? undefined;
  return {
    host,
    machineId: textOf(sections, 'machine-id'),
    ...(nodeName !== undefined && { nodeName }),
    config: files.has('config'),
    kubeletConf: files.has('kubelet.conf'),
    bootstrapKubeletConf: files.has('bootstrap-kubelet.conf'),
    adminConf: files.has('admin.conf'),
    caCertificate: files.has('ca.crt'),
    manifests: controlPlaneManifests.filter((name) => files.has(name)),
    clientCertificate: clientCertificateIn(sections),
    ...(emptyFiles.length > 0 && { emptyFiles }),
    kubeletIsActive: textOf(sections, 'kubelet') === 'active',
    ...(kubeletIdentity !== undefined && { kubeletIdentity }),
    etcd: { hasData: textOf(sections, 'etcd-data') === 'yes', health: null },
    cluster: parseClusterSeen(linesOf(sections, 'cluster'), 'API server'),
  };
}

/**
 * Reads what etcd says about its members and about the cluster in it.
 * @throws FactsError when it is cut off
 */
export function parseEtcdProbe(
  output: string,
  mark: string,
): { readonly health: EtcdSeen['health']; readonly cluster: ClusterSeen | null } {
  const sections = splitSections(output, mark);
  return {
    health: healthOf(textOf(sections, 'health')),
    cluster: parseClusterSeen(linesOf(sections, 'cluster'), 'etcd'),
  };
}

/** Lines "answered", "kubeadm-config", "cluster-info", "workloads" and "node NAME"; without the first nobody has answered. */
function parseClusterSeen(lines: readonly string[], source: ClusterSeen['source']): ClusterSeen | null {
  if (!lines.includes('answered')) return null;
  return {
    source,
    kubeadmConfig: lines.includes('kubeadm-config'),
    clusterInfo: lines.includes('cluster-info'),
    workloads: lines.includes('workloads'),
    nodes: lines.flatMap((line) => /^node ([a-z0-9.-]{1,253})$/.exec(line)?.[1] ?? []).sort(),
  };
}

function healthOf(json: string): EtcdSeen['health'] {
  try {
    const members = parseEtcdHealth(json);
    return { healthy: members.filter(({ health }) => health).length, members: members.length };
  } catch {
    return null;
  }
}
