import type { ClusterSeen, NodeProbe } from '../../src/cluster/rerun/node-probe.js';
import type { NodeRole } from '../../src/cluster/rerun/node-role.js';
import type { RerunStrictness } from '../../src/cluster/releases/releases.js';
import { judgeBeforeRerun, type JudgedNode } from '../../src/cluster/rerun/judge-rerun.js';
import { aProbe, aSpecification } from './builders.js';

/** The static pods of a control plane. */
export const manifests = ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler'];

/** A control plane on which kubeadm has come to its end. */
export const finished: Partial<NodeProbe> = {
  config: true,
  kubeletConf: true,
  adminConf: true,
  caCertificate: true,
  manifests,
  clientCertificate: 'present',
  kubeletIsActive: true,
};

/** A worker that has joined. */
export const joined: Partial<NodeProbe> = {
  config: true,
  kubeletConf: true,
  caCertificate: true,
  clientCertificate: 'present',
};

/** What a cluster that works holds, unless something else is said. */
export const cluster = (seen: Partial<ClusterSeen> = {}): ClusterSeen => ({
  source: 'etcd',
  kubeadmConfig: true,
  clusterInfo: true,
  workloads: true,
  nodes: ['node1', 'node2', 'node3', 'node4'],
  ...seen,
});

/** etcd runs, and kubeadm has not come so far as to write anything into it. */
export const empty = cluster({ kubeadmConfig: false, clusterInfo: false, workloads: false, nodes: [] });

/** A node as its probe shows it, a control plane unless another role is said. */
export type Node = Partial<NodeProbe> & { role?: NodeRole; isEtcd?: boolean };

/** Judges nodes named node1, node2, …; the first is the first control plane unless something else is said. */
export function judge(nodes: readonly Node[], rerun: RerunStrictness = 'strict'): JudgedNode[] {
  return judgeBeforeRerun({
    rerun,
    specification: aSpecification(),
    firstControlPlaneByName: rerun !== 'ignores-four-errors-in-the-run',
    nodes: nodes.map(({ role, isEtcd = role === undefined, ...probe }, index) => ({
      probe: aProbe({ host: `node${index + 1}`, ...probe }),
      role: role ?? (index === 0 ? 'first-control-plane' : 'control-plane'),
      isEtcd,
    })),
  }).judged;
}

export const worker = (probe: Partial<NodeProbe>): Node => ({ role: 'worker', ...probe });

/** How far kubeadm has come on each. */
export const kinds = (judged: readonly JudgedNode[]) => judged.map(({ state }) => state.kind);
