import {
  variablesFrom2_24_1,
  variablesFrom2_27_0,
  variablesFrom2_27_1,
  variablesFrom2_28_0,
  variablesFrom2_29_0,
  variablesFrom2_31_0,
  type VariableRules,
} from './variable-rules.js';

import {
  roleVariablesFrom2_24_1,
  roleVariablesFrom2_25_0,
  roleVariablesFrom2_27_0,
  roleVariablesFrom2_28_0,
  roleVariablesFrom2_28_1,
  roleVariablesFrom2_29_0,
  roleVariablesFrom2_30_0,
  roleVariablesFrom2_31_0,
} from './role-variables.js';

/** What a re-run of `cluster.yml` does with the preflight errors of kubeadm that an earlier, failed run left (trap T5). */
export type RerunStrictness = 'ignores-errors' | 'strict' | 'ignores-four-errors-in-the-run';

/** Kubespray's playbooks, by what they are for; paths in the checkout. Those that Slipway runs have one name in every release. */
interface Playbooks {
  readonly cluster: 'cluster.yml';
  readonly facts: 'playbooks/facts.yml';
  readonly scale: string;
  readonly upgrade: string;
  readonly removeNode: string;
  readonly reset: 'reset.yml';
  readonly recover: string;
}
export type PlaybookPurpose = keyof Playbooks;
/** Those that take nothing from a node. */
export type HarmlessPlaybook = Playbooks['cluster' | 'facts'];
/** The one that takes a node's cluster away; nobody runs it without an approval. */
export type ResetPlaybook = Playbooks['reset'];

/** One release of Kubespray, with what differs between releases and matters here. Read off Kubespray's source at each tag. */
export interface Release {
  /** Git tag, such as v2.24.1. */
  readonly name: string;
  /** The Kubernetes that it installs by default; null for a newer release than the known ones. */
  readonly kubernetes: string | null;
  /**
   * What its variable `kube_version` may ask for: the newest patch of each minor release of which it has checksums,
   * newest first. Each earlier patch, down to .0, is there too. Null for a release that is not known.
   */
  readonly installable: readonly string[] | null;
  readonly ansible: {
    /** The `ansible` package that its requirements.txt pins. */
    readonly package: string;
    /** The ansible-core that its playbooks accept. */
    readonly core: string;
  };
  /** Python on the control host, newest first. */
  readonly python: readonly string[];
  /** Versions of the hosts' operating system that its README names. */
  readonly ubuntu: readonly string[];
  readonly debian: readonly string[];
  /**
   * Systems on which it gives kubelet the file of systemd-resolved, whatever `kube_resolv_conf` says: files in
   * roles/kubernetes/node/vars, named by the distribution, or by it and its major version.
   */
  readonly resolvedSystems: readonly string[];
  /** Whether its kubelet starts on a host with cgroup v1. */
  readonly cgroupV1: boolean;
  /** Where the sample inventory is in the checkout; step 4 copies it. */
  readonly sampleInventory: string;
  readonly playbooks: Playbooks;
  /** What a playbook needs so that it does not stop and ask (trap T15); only to be given after Slipway's own approval. */
  readonly extraVariables: Readonly<Partial<Record<PlaybookPurpose, Readonly<Record<string, unknown>>>>>;
  /** T1: a string of flags becomes one flag for each letter. A list is right on every release, so Slipway always writes one. */
  readonly customFlagsMustBeList: boolean;
  readonly rerun: RerunStrictness;
  /**
   * T2: which control plane it runs `kubeadm init` on where it sees it as blank. True: the first by name of those that are
   * registered, though the inventory's first is another; the inventory's where none is. False: the inventory's first.
   */
  readonly firstControlPlaneByName: boolean;
  /** What comes before the number in its variable `kube_version`: v1.31.9, or 1.32.5. The other form stops it. */
  readonly kubeVersionPrefix: 'v' | '';
  /** What its checks of the inventory ask of variables. */
  readonly variables: VariableRules;
  /** Variables that its roles set themselves, over whatever an operator writes. */
  readonly roleVariables: readonly string[];
  /** T17: the label `k8s-app` of the node-local DNS cache's pods. */
  readonly localDnsLabel: string;
}

/** Rules that hold for a range of releases; the table below names the range by where it begins. */
type Rules = Omit<Release, 'name' | 'kubernetes' | 'installable'>;

const from2_24_1: Rules = {
  ansible: { package: '8.5.0', core: '>=2.15.5 <2.17' },
  python: ['3.11', '3.10', '3.9'],
  ubuntu: ['20.04', '22.04'],
  debian: ['10', '11', '12'],
  resolvedSystems: ['fedora', 'ubuntu-18', 'ubuntu-20', 'ubuntu-22'],
  cgroupV1: true,
  sampleInventory: 'inventory/sample',
  playbooks: {
    cluster: 'cluster.yml',
    facts: 'playbooks/facts.yml',
    scale: 'scale.yml',
    upgrade: 'upgrade-cluster.yml',
    removeNode: 'remove-node.yml',
    reset: 'reset.yml',
    recover: 'recover-control-plane.yml',
  },
  extraVariables: { removeNode: { skip_confirmation: true }, reset: { reset_confirmation: true } },
  customFlagsMustBeList: false,
  rerun: 'ignores-errors',
  firstControlPlaneByName: true,
  kubeVersionPrefix: 'v',
  variables: variablesFrom2_24_1,
  roleVariables: roleVariablesFrom2_24_1,
  localDnsLabel: 'node-local-dns',
};
const from2_25_0: Rules = {
  ...from2_24_1,
  roleVariables: roleVariablesFrom2_25_0,
  resolvedSystems: ['fedora', 'ubuntu-18', 'ubuntu-20', 'ubuntu-22', 'ubuntu-24'],
  ansible: { package: '9.5.1', core: '>=2.16.4 <2.17' },
  python: ['3.12', '3.11', '3.10'],
};
const from2_25_1: Rules = { ...from2_25_0, ubuntu: ['20.04', '22.04', '24.04'], debian: ['11', '12'] };
const from2_26_0: Rules = { ...from2_25_1, ansible: { package: '9.8.0', core: '>=2.16.4 <2.17' } };
const from2_27_0: Rules = {
  ...from2_26_0,
  ansible: { package: '9.13.0', core: '>=2.16.4 <2.17' },
  customFlagsMustBeList: true,
  rerun: 'strict',
  variables: variablesFrom2_27_0,
  roleVariables: roleVariablesFrom2_27_0,
};
const from2_27_1: Rules = { ...from2_27_0, variables: variablesFrom2_27_1 };
const from2_28_0: Rules = {
  ...from2_27_1,
  kubeVersionPrefix: '',
  variables: variablesFrom2_28_0,
  roleVariables: roleVariablesFrom2_28_0,
};
const from2_28_1: Rules = { ...from2_28_0, roleVariables: roleVariablesFrom2_28_1 };
const from2_29_0: Rules = {
  ...from2_28_1,
  roleVariables: roleVariablesFrom2_29_0,
  ansible: { package: '10.7.0', core: '>=2.17.3 <2.18' },
  ubuntu: ['22.04', '24.04'],
  debian: ['11', '12', '13'],
  variables: variablesFrom2_29_0,
};
/** The names with hyphens are still there beside the new ones. */
const from2_29_1: Rules = {
  ...from2_29_0,
  playbooks: { ...from2_29_0.playbooks, upgrade: 'upgrade_cluster.yml', removeNode: 'remove_node.yml' },
};
const from2_30_0: Rules = {
  ...from2_29_1,
  roleVariables: roleVariablesFrom2_30_0,
  rerun: 'ignores-four-errors-in-the-run',
  firstControlPlaneByName: false,
};
const from2_31_0: Rules = {
  ...from2_30_0,
  ansible: { package: '11.13.0', core: '>=2.18 <2.19' },
  python: ['3.13', '3.12', '3.11'],
  cgroupV1: false,
  variables: variablesFrom2_31_0,
  roleVariables: roleVariablesFrom2_31_0,
};

/**
 * Every known release, newest first. The last is the document's. v2.24 has checksums of Kubernetes 1.29 as well, but
 * no etcd and no crictl for it.
 */
export const releaseTable: readonly [Release, ...Release[]] = [
  { name: 'v2.31.0', kubernetes: '1.35.4', installable: ['1.35.4', '1.34.7', '1.33.11'], ...from2_31_0 },
  { name: 'v2.30.0', kubernetes: '1.34.3', installable: ['1.34.3', '1.33.7', '1.32.11'], ...from2_30_0 },
  { name: 'v2.29.1', kubernetes: '1.33.7', installable: ['1.33.7', '1.32.10', '1.31.14'], ...from2_29_1 },
  { name: 'v2.29.0', kubernetes: '1.33.5', installable: ['1.33.5', '1.32.9', '1.31.13'], ...from2_29_0 },
  { name: 'v2.28.1', kubernetes: '1.32.8', installable: ['1.32.8', '1.31.12', '1.30.14'], ...from2_28_1 },
  { name: 'v2.28.0', kubernetes: '1.32.5', installable: ['1.32.5', '1.31.9', '1.30.13'], ...from2_28_0 },
  { name: 'v2.27.1', kubernetes: '1.31.9', installable: ['1.31.9', '1.30.13', '1.29.15'], ...from2_27_1 },
  { name: 'v2.27.0', kubernetes: '1.31.4', installable: ['1.31.4', '1.30.8', '1.29.12'], ...from2_27_0 },
  { name: 'v2.26.1', kubernetes: '1.30.6', installable: ['1.30.6', '1.29.10', '1.28.15'], ...from2_26_0 },
  { name: 'v2.26.0', kubernetes: '1.30.4', installable: ['1.30.4', '1.29.7', '1.28.12'], ...from2_26_0 },
  { name: 'v2.25.1', kubernetes: '1.29.10', installable: ['1.29.10', '1.28.15', '1.27.16'], ...from2_25_1 },
  { name: 'v2.25.0', kubernetes: '1.29.5', installable: ['1.29.5', '1.28.10', '1.27.14'], ...from2_25_0 },
  { name: 'v2.24.3', kubernetes: '1.28.14', installable: ['1.28.14', '1.27.16', '1.26.15'], ...from2_24_1 },
  { name: 'v2.24.2', kubernetes: '1.28.10', installable: ['1.28.10', '1.27.14', '1.26.15'], ...from2_24_1 },
  { name: 'v2.24.1', kubernetes: '1.28.6', installable: ['1.28.6', '1.27.10', '1.26.13'], ...from2_24_1 },
];
