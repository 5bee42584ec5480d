import { digestOf } from '../values/digest.js';
import {
  wholeClusterOf,
  hasTraces,
  hasWorked,
  silentEtcdText,
  type WholeCluster,
  type NodeRole,
} from './whole-cluster.js';
import { kubeadmState, type KubeadmState } from './kubeadm-state.js';
import { controlPlaneManifests, nodeNameOf, type EtcdSeen, type NodeProbe } from './kubeadm-probe.js';
import type { NodeSeen } from './node-seen.js';
import { nodesOfOtherClusters, refusalText, type OtherNode } from './other-cluster.js';
import { unprovenOwner } from './unproven-owner.js';
import type { Release, RerunStrictness } from '../releases/releases.js';
import type { Specification } from '../specification/specification.js';

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
export interface Rerun extends Pick<Release, 'rerun' | 'firstControlPlaneByName'> {
  readonly specification: Specification;
  readonly nodes: readonly {
    readonly probe: NodeProbe;
    readonly role: NodeRole;
    readonly isEtcd: boolean;
    /** All addresses of the host, where they are known. */
    readonly addresses?: readonly string[];
  }[];
}

/** What all nodes together have shown. */
export interface RerunJudgement {
  readonly judged: JudgedNode[];
  /** Whether etcd answers, and nothing of use is in it. */
  readonly etcdIsUnused: boolean;
}

/** Judges every node by what all of them have shown. */
export function judgeBeforeRerun(rerun: Rerun): RerunJudgement {
  const seen = rerun.nodes.map(seenByProbe);
  const others = nodesOfOtherClusters({ nodes: seen, specification: rerun.specification });
  const whole = wholeClusterOf({ ...rerun, nodes: withoutOutvoted(rerun.nodes, others) });
  const judged = rerun.nodes.map((node): JudgedNode => {
    const { probe, role } = node;
    const state = kubeadmState(probe, role, whole);
    const other = others.get(probe.host);
    const trouble = troubleOf(state, node, { ...rerun, whole, others, seen, other });
    const summary = other?.isLive === true ? `is ${other.text}` : summaryOf(state, trouble);
    return { host: probe.host, role, state, trouble, summary };
  });
  const { cluster } = whole;
  return { judged, etcdIsUnused: cluster !== null && !hasWorked(cluster, '') };
}

type Node = Rerun['nodes'][number];
interface RerunSituation extends Rerun {
  readonly whole: WholeCluster;
  /** Those that are none of this cluster. */
  readonly others: ReadonlyMap<string, OtherNode>;
  readonly seen: readonly NodeSeen[];
  /** Whose node it is, where it is none of this cluster. */
  readonly other: OtherNode | undefined;
}

/** What a first control plane answers that the others speak against is not about their cluster. */
function withoutOutvoted(nodes: readonly Node[], others: ReadonlyMap<string, OtherNode>): readonly Node[] {
  return nodes.map((node) =>
    others.get(node.probe.host)?.isOutvoted === true
      ? { ...node, probe: { ...node.probe, cluster: null } }
      : node,
  );
}

function seenByProbe({ probe, role, addresses = [] }: Node): NodeSeen {
  const { host, kubeletIsActive, kubeletIdentity: identity, kubeletConf, adminConf, manifests } = probe;
  const isWhole = probe.config && kubeletConf && adminConf && probe.caCertificate;
  return {
    ...{ host, role, kubeletIsActive, identity, addresses },
    isBlank: identity !== undefined && !hasTraces(probe) && !probe.caCertificate,
    hasKubeletConf: kubeletConf,
    isControlPlane: adminConf || manifests.length > 0,
    isComplete: isWhole && controlPlaneManifests.every((name) => manifests.includes(name)),
  };
}

function troubleOf(state: KubeadmState, node: Node, around: RerunSituation): Trouble | null {
  const { other } = around;
  if (other?.isLive === true) return troubleOfTaken(state, node, { ...around, other });
  if (state.kind !== 'half-initialised' && state.kind !== 'seen-as-blank') return null;
  const { probe } = node;
  const digest = resetDigest(probe, state);
  const evidence = [...state.evidence, ...(other === undefined ? [] : [`it was ${other.text}`])];
  if (state.kind === 'seen-as-blank') {
    const effect = seenAsBlankEffect(node, around.whole);
    return { evidence, effect, mayRun: false, whyNoReset: whyNoResetOfBlank(node, around.whole), digest };
  }
  const effect = effectOf(node, around.rerun);
  if (effect === null) return null;
  const whyNot = state.onlyByName ? unknownName : (whyNoReset(node, around) ?? unproven(node, around));
  return { evidence, effect, mayRun: true, whyNoReset: whyNot, digest };
}

function unproven(
  { probe }: Node,
  { seen, nodes, specification, others, whole }: RerunSituation,
): string | null {
  const node = seen.find(({ host }) => host === probe.host);
  const probes = nodes.map((each) => each.probe);
  const { cluster } = whole;
  return node === undefined
    ? null
    : unprovenOwner(node, probe, { nodes: seen, specification, probes, others, cluster });
}

/** What it has of kubeadm is whole, or would be mended there; a reset ends what works in the other cluster. */
function troubleOfTaken(
  state: KubeadmState,
  node: Node,
  { other, whole }: RerunSituation & { readonly other: OtherNode },
): Trouble {
  const isBlank = state.kind === 'seen-as-blank';
  return {
    evidence: [`it is ${other.text}`, ...('evidence' in state ? state.evidence : [])],
    effect: isBlank ? seenAsBlankEffect(node, whole) : takenEffect(other),
    mayRun: !isBlank && !other.isOutvoted,
    whyNoReset: `${refusalText} ${other.wayOut('it')}`,
    digest: resetDigest(node.probe, state),
  };
}

function takenEffect({ isOutvoted }: OtherNode): string {
  return isOutvoted
    ? 'cluster.yml would take it for the first control plane and join nodes to its cluster, which is not that of the others.'
    : 'cluster.yml would change its kubelet and container runtime under the pods of that cluster, and not join it to this one.';
}

/** As where kube_override_hostname names nodes otherwise than the inventory does. */
const unknownName =
  'Only its name speaks against it, and it may have joined under another (kube_override_hostname): look at "kubectl get nodes".';

/**
 * Without what comes and goes: a kubelet or an API server that crash-loops, and how many members of etcd are healthy. What
 * follows from these for the node is judged anew each time; of that, the digest holds what the node was taken for.
 */
function resetDigest(probe: NodeProbe, { kind }: KubeadmState): string {
  const { kubeletIdentity: identity } = probe;
  const lasting = {
    ...{ ...probe, kubeletIsActive: null, etcd: probe.etcd.hasData, cluster: null },
    ...(identity !== undefined && { kubeletIdentity: { ...identity, service: undefined } }),
  };
  return digestOf({ reset: probe.host, state: kind, seen: lasting });
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

function seenAsBlankEffect({ probe, role }: Node, { takenForFirst }: WholeCluster): string {
  if (role === 'first-control-plane') {
    return 'cluster.yml would take it for a new node and run "kubeadm init" over the cluster that is there (trap T2).';
  }
  return takenForFirst.includes(probe.host)
    ? 'cluster.yml of this release takes the first by name of the registered control planes for the first one: it would run ' +
        '"kubeadm init" on this one, over the cluster that is there (trap T2).'
    : 'cluster.yml would take it for a new node, run "kubeadm reset -f" on it and join it again (trap T2).';
}

function whyNoResetOfBlank({ probe: { host } }: Node, { silentEtcd, takenForFirst }: WholeCluster): string {
  if (silentEtcd.length > 0) return whileSilent(silentEtcd);
  if (takenForFirst.includes(host)) return whileRegistered(host);
  return 'It belongs to a cluster that works: its data would be lost with it.';
}

/** reset.yml deletes no Node object. */
function whileRegistered(host: string): string {
  return (
    'A reset leaves its Node object, by which cluster.yml of this release takes it for the first control plane: if nothing ' +
    `on it is needed any more, run "kubectl delete node ${host}" on a complete control plane and retry.`
  );
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
function whyNoReset({ probe, role, isEtcd }: Node, { nodes, whole }: RerunSituation): string | null {
  if (role === 'worker') return null;
  const { cluster, silentEtcd } = whole;
  if (cluster === null) return silentEtcd.length === 0 ? null : whileSilent(silentEtcd);
  if (!hasWorked(cluster, nodeNameOf(probe))) return null;
  if (role === 'first-control-plane') {
    return "The cluster has worked, and this is its first control plane: a reset would take the cluster's certificate authority.";
  }
  const { host } = probe;
  const others = nodes.filter((node) => node.probe.host !== host && node.role !== 'worker');
  const hasComplete = others.some((node) => kubeadmState(node.probe, node.role, whole).kind === 'complete');
  if (!hasComplete) return 'The cluster has worked, and no other control plane is complete.';
  if (whole.takenForFirst.includes(host)) return whileRegistered(host);
  return isEtcd ? whyQuorumIsLost(healthOfMember(probe, nodes)) : null;
}

function whileSilent(hosts: readonly string[]): string {
  return (
    `${silentEtcdText(hosts)}: start etcd first. If there is certainly none, as after a reset of the only control plane ` +
    'that was cut off, delete /etc/etcd.env and the data (in /var/lib/etcd, or where ETCD_DATA_DIR says) and retry.'
  );
}

/** By its own account; without one it may still be healthy, and certainly is where another member finds all of them so. */
function healthOfMember({ etcd }: NodeProbe, nodes: Rerun['nodes']): EtcdSeen['health'] {
  const isWhole = (health: EtcdSeen['health']) => health !== null && health.healthy === health.members;
  return etcd.health ?? nodes.map(({ probe }) => probe.etcd.health).find(isWhole) ?? null;
}

function whyQuorumIsLost(health: EtcdSeen['health']): string | null {
  if (health === null) return null;
  const { healthy, members } = health;
  const quorum = Math.floor(members / 2) + 1;
  if (healthy - 1 >= quorum) return null;
  return `A reset stops etcd on it, and of ${members} members only ${healthy} are healthy: the cluster would lose its quorum.`;
}
