import { digestOf } from './digest.js';
import {
  clusterSeenBy,
  hasWorked,
  kubeadmState,
  nodeNameOf,
  type KubeadmState,
  type NodeRole,
} from './kubeadm-state.js';
import type { ClusterSeen, NodeProbe } from './kubeadm-probe.js';
import type { RerunStrictness } from './releases.js';

/** What is known about one node before `cluster.yml` runs. */
export interface JudgedNode {
  readonly host: string;
  readonly role: NodeRole;
  readonly state: KubeadmState;
  /** Why a person has to decide before `cluster.yml` runs; null when it may run. */
  readonly trouble: Trouble | null;
  /** One line for the progress. */
  readonly summary: string;
}

export interface Trouble {
  /** What was found, in full clauses. */
  readonly evidence: readonly string[];
  /** What `cluster.yml` of this release would do to the node, one sentence. */
  readonly effect: string;
  /** Whether it may be run all the same: not where it would build a second cluster over the first. */
  readonly mayRun: boolean;
  /** Why the node is not offered a reset, one sentence; null: it is. */
  readonly whyNoReset: string | null;
  /** Of everything that was seen on the node: what an approval of its reset is bound to. */
  readonly digest: string;
}

/** The nodes of one cluster, each with its role, in the inventory's order. */
export interface Rerun {
  readonly nodes: readonly { readonly probe: NodeProbe; readonly role: NodeRole; readonly isEtcd: boolean }[];
  /** Of the release (trap T5). */
  readonly rerun: RerunStrictness;
}

/** Judges every node by what all of them have shown. */
export function judgeNodes({ nodes, rerun }: Rerun): JudgedNode[] {
  const cluster = clusterSeenBy(nodes.map(({ probe }) => probe));
  return nodes.map((node): JudgedNode => {
    const { probe, role } = node;
    const state = kubeadmState(probe, role, cluster);
    const trouble = troubleOf(state, node, { nodes, rerun, cluster });
    return { host: probe.host, role, state, trouble, summary: summaryOf(state, trouble) };
  });
}

type Node = Rerun['nodes'][number];
type Surroundings = Rerun & { readonly cluster: ClusterSeen | null };

function troubleOf(state: KubeadmState, node: Node, around: Surroundings): Trouble | null {
  if (state.kind !== 'half-initialised' && state.kind !== 'seen-as-blank') return null;
  const { probe } = node;
  const digest = resetDigest(probe);
  const { evidence } = state;
  if (state.kind === 'seen-as-blank') {
    const effect = seenAsBlankEffect(node);
    const whyNoReset = 'It belongs to a cluster that works: its data would be lost with it.';
    return { evidence, effect, mayRun: false, whyNoReset, digest };
  }
  const effect = effectOf(node, around.rerun);
  if (effect === null) return null;
  const whyNot = state.onlyByName ? unknownName : whyNoReset(node, around);
  return { evidence, effect, mayRun: true, whyNoReset: whyNot, digest };
}

/** As where kube_override_hostname names nodes otherwise than the inventory does. */
const unknownName =
  'Only its name speaks against it, and it may have joined under another (kube_override_hostname): look at "kubectl get nodes".';

/** Without what comes and goes: a kubelet that crash-loops, and how many members of etcd are healthy. */
function resetDigest(probe: NodeProbe): string {
  const lasting = { ...probe, kubeletIsActive: null, etcd: probe.etcd.hasData };
  return digestOf({ reset: probe.host, seen: lasting });
}

function summaryOf(state: KubeadmState, trouble: Trouble | null): string {
  const texts: Readonly<Record<KubeadmState['kind'], string>> = {
    absent: 'kubeadm has not run on it',
    complete: 'kubeadm has come to its end on it',
    unproven: 'kubeadm has come to its end on it, by its files; neither an API server nor etcd answers',
    'half-initialised': 'half-initialised',
    'seen-as-blank': 'would be taken for a new node',
  };
  const evidence = 'evidence' in state ? `: ${state.evidence.join('; ')}` : '';
  const goesOn =
    'evidence' in state && trouble === null ? '; cluster.yml of this release mends that itself' : '';
  return `${texts[state.kind]}${evidence}${goesOn}`;
}

function seenAsBlankEffect({ role }: Node): string {
  return role === 'first-control-plane'
    ? 'cluster.yml would take it for a new node and run "kubeadm init" over the cluster that is there (trap T2).'
    : 'cluster.yml would take it for a new node, run "kubeadm reset -f" on it and join it again (trap T2).';
}

/** @returns what `cluster.yml` does wrong; null when it finishes by itself what was begun */
function effectOf({ probe, role }: Node, rerun: RerunStrictness): string | null {
  if (role === 'worker') return workerEffect(probe, rerun);
  if (probe.config) {
    return (
      'cluster.yml takes it for initialised, because /var/lib/kubelet/config.yaml is there, and skips ' +
      '"kubeadm init" and "kubeadm join" on every run (trap T6).'
    );
  }
  if (rerun === 'ignores-errors') return null;
  return role === 'first-control-plane' ? initEffect(probe, rerun) : joinControlPlaneEffect(probe);
}

function workerEffect(probe: NodeProbe, rerun: RerunStrictness): string | null {
  if (probe.kubeletConf) {
    return 'cluster.yml takes it for joined, because /etc/kubernetes/kubelet.conf is there, and never joins it again.';
  }
  const inTheWay = [
    ...(probe.bootstrapKubeletConf ? ['/etc/kubernetes/bootstrap-kubelet.conf'] : []),
    ...(probe.caCertificate ? ['ca.crt'] : []),
    ...(probe.kubeletIsActive ? ['port 10250'] : []),
  ];
  return rerun === 'ignores-errors' || inTheWay.length === 0 ? null : preflightFails('join', inTheWay);
}

/** From v2.30 a second try within the run ignores manifests and kubelet's port, but not the ports of running static pods. */
function initEffect({ manifests, kubeletIsActive }: NodeProbe, rerun: RerunStrictness): string | null {
  const files = manifests.map((name) => `${name}.yaml`);
  if (rerun === 'ignores-four-errors-in-the-run') {
    const podsRun = kubeletIsActive && files.length > 0;
    return podsRun ? preflightFails('init', [...files, 'the ports that these pods hold']) : null;
  }
  const inTheWay = [...files, ...(kubeletIsActive ? ['port 10250'] : [])];
  return inTheWay.length === 0 ? null : preflightFails('init', inTheWay);
}

/** Kubespray itself runs `kubeadm reset -f` before the join where it finds an API server's manifest. */
function joinControlPlaneEffect(probe: NodeProbe): string | null {
  if (probe.manifests.includes('kube-apiserver')) return null;
  const inTheWay = [
    ...(probe.kubeletConf ? ['/etc/kubernetes/kubelet.conf'] : []),
    ...(probe.bootstrapKubeletConf ? ['/etc/kubernetes/bootstrap-kubelet.conf'] : []),
    ...probe.manifests.map((name) => `${name}.yaml`),
    ...(probe.kubeletIsActive ? ['port 10250'] : []),
  ];
  return inTheWay.length === 0 ? null : preflightFails('join', inTheWay);
}

function preflightFails(what: 'init' | 'join', inTheWay: readonly string[]): string {
  return `cluster.yml runs "kubeadm ${what}" once more, which fails at its preflight because of ${inTheWay.join(', ')} (trap T5).`;
}

/**
 * A reset takes away a node's part of Kubernetes, on a control plane the cluster's certificate authority too. etcd's data
 * is kept, but etcd is stopped. So it is refused where a cluster that works could be hurt, and where that cannot be told.
 */
function whyNoReset({ probe, role, isEtcd }: Node, { nodes, cluster }: Surroundings): string | null {
  if (role === 'worker') return null;
  if (cluster === null) {
    const holding = nodes.filter(({ probe: { etcd } }) => etcd.hasData).map(({ probe: { host } }) => host);
    if (holding.length === 0) return null;
    return `etcd on ${holding.join(', ')} has data and does not answer, so nobody can tell whether a cluster is in it: start etcd first.`;
  }
  if (!hasWorked(cluster, nodeNameOf(probe))) return null;
  if (role === 'first-control-plane') {
    return "The cluster has worked, and this is its first control plane: a reset would take the cluster's certificate authority.";
  }
  const others = nodes.filter((node) => node.probe.host !== probe.host && node.role !== 'worker');
  const hasComplete = others.some((node) => kubeadmState(node.probe, node.role, cluster).kind === 'complete');
  if (!hasComplete) return 'The cluster has worked, and no other control plane is complete.';
  return isEtcd ? whyQuorumIsLost(probe) : null;
}

function whyQuorumIsLost({ etcd }: NodeProbe): string | null {
  if (etcd.health === null) return null;
  const { healthy, members } = etcd.health;
  const quorum = Math.floor(members / 2) + 1;
  if (healthy - 1 >= quorum) return null;
  return `A reset stops etcd on it, and of ${members} members only ${healthy} are healthy: the cluster would lose its quorum.`;
}
