import { digestOf } from '../values/digest.js';
import { combineProbes, type CombinedProbes } from './combine-probes.js';
import { controlPlaneManifests, hasTraces, hasWorked, type NodeProbe } from './node-probe.js';
import type { NodeSeen } from './node-seen.js';
import type { NodeRole } from './node-role.js';
import { kubeadmState, type KubeadmState } from './kubeadm-state.js';
import { nodesOfOtherClusters, refusalText, type OtherNode } from './other-cluster.js';
import { unprovenOwner } from './unproven-owner.js';
import type { Release } from '../releases/releases.js';
import { rerunEffect, seenAsBlankEffect } from './rerun-effect.js';
import type { Specification } from '../specification/specification.js';
import { whyNoReset, whyNoResetOfBlank, type ResettableNode } from './why-no-reset.js';

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
  readonly nodes: readonly RerunNode[];
}

interface RerunNode extends ResettableNode {
  /** All addresses of the host, where they are known. */
  readonly addresses?: readonly string[];
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
  const combined = combineProbes({ ...rerun, nodes: withoutOutvoted(rerun.nodes, others) });
  const judged = rerun.nodes.map((node): JudgedNode => {
    const { probe, role } = node;
    const state = kubeadmState(probe, role, combined);
    const other = others.get(probe.host);
    const trouble = troubleOf(state, node, { ...rerun, combined, others, seen, other });
    const summary = other?.isLive === true ? `is ${other.text}` : summaryOf(state, trouble);
    return { host: probe.host, role, state, trouble, summary };
  });
  const { cluster } = combined;
  return { judged, etcdIsUnused: cluster !== null && !hasWorked(cluster, '') };
}

interface RerunSituation extends Rerun {
  readonly combined: CombinedProbes;
  /** Those that are none of this cluster. */
  readonly others: ReadonlyMap<string, OtherNode>;
  readonly seen: readonly NodeSeen[];
  /** Whose node it is, where it is none of this cluster. */
  readonly other: OtherNode | undefined;
}

/** What a first control plane answers that the others speak against is not about their cluster. */
function withoutOutvoted(
  nodes: readonly RerunNode[],
  others: ReadonlyMap<string, OtherNode>,
): readonly RerunNode[] {
  return nodes.map((node) =>
    others.get(node.probe.host)?.isOutvoted === true
      ? { ...node, probe: { ...node.probe, cluster: null } }
      : node,
  );
}

function seenByProbe({ probe, role, addresses = [] }: RerunNode): NodeSeen {
  const { host, kubeletIsActive, kubeletIdentity: identity, kubeletConf, adminConf, manifests } = probe;
  const isWhole = probe.config && kubeletConf && adminConf && probe.caCertificate;
  return {
    host,
    role,
    kubeletIsActive,
    identity,
    addresses,
    isBlank: identity !== undefined && !hasTraces(probe) && !probe.caCertificate,
    hasKubeletConf: kubeletConf,
    isControlPlane: adminConf || manifests.length > 0,
    isComplete: isWhole && controlPlaneManifests.every((name) => manifests.includes(name)),
  };
}

function troubleOf(state: KubeadmState, node: ResettableNode, around: RerunSituation): Trouble | null {
  const { other } = around;
  if (other?.isLive === true) return troubleOfTaken(state, node, { ...around, other });
  if (state.kind !== 'half-initialised' && state.kind !== 'seen-as-blank') return null;
  const { probe } = node;
  const digest = resetDigest(probe, state);
  const evidence = [...state.evidence, ...(other === undefined ? [] : [`it was ${other.text}`])];
  if (state.kind === 'seen-as-blank') {
    const effect = seenAsBlankEffect(node, around.combined);
    return { evidence, effect, mayRun: false, whyNoReset: whyNoResetOfBlank(node, around.combined), digest };
  }
  const effect = rerunEffect(node, around.rerun);
  if (effect === null) return null;
  const whyNot = state.onlyByName ? unknownName : (whyNoReset(node, around) ?? unproven(node, around));
  return { evidence, effect, mayRun: true, whyNoReset: whyNot, digest };
}

function unproven(
  { probe }: ResettableNode,
  { seen, nodes, specification, others, combined }: RerunSituation,
): string | null {
  const node = seen.find(({ host }) => host === probe.host);
  const probes = nodes.map((each) => each.probe);
  const { cluster } = combined;
  return node === undefined
    ? null
    : unprovenOwner(node, probe, { nodes: seen, specification, probes, others, cluster });
}

/** What it has of kubeadm is whole, or would be mended there; a reset ends what works in the other cluster. */
function troubleOfTaken(
  state: KubeadmState,
  node: ResettableNode,
  { other, combined }: RerunSituation & { readonly other: OtherNode },
): Trouble {
  const isBlank = state.kind === 'seen-as-blank';
  return {
    evidence: [`it is ${other.text}`, ...('evidence' in state ? state.evidence : [])],
    effect: isBlank ? seenAsBlankEffect(node, combined) : takenEffect(other),
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
    ...probe,
    kubeletIsActive: null,
    etcd: probe.etcd.hasData,
    cluster: null,
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
