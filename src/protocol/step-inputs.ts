import type { CheckResult } from '../cluster/checks/checks.js';
import type { ClusterNetwork, NodeNetwork } from '../cluster/verification/cluster-network.js';
import type { CheckedUnit } from '../cluster/verification/units.js';
import type { Architecture } from '../cluster/mirror/architecture.js';
import type { MirrorAnswers } from '../cluster/mirror/mirror-answers.js';
import type { Reachability } from '../cluster/network/reachability.js';
import type { SecretReference, Specification } from '../cluster/specification/specification.js';
import type { OldDirectory } from '../cluster/storage/old-data.js';
import type { StorageTarget } from '../cluster/storage/storage-plan.js';
import type { ApprovedPlan } from './approvals.js';
import type { HostAddress } from './host-addresses.js';

/**
 * What each step takes and gives back; for those on the control host it is in control-host-inputs.ts. Everything goes
 * through Temporal, so it is JSON, small (digests and tails, never logs) and free of secrets.
 */

/** What every step gives back. */
export interface StepResult {
  /** `unchanged`: looking showed that nothing was left to do. */
  readonly outcome: 'changed' | 'unchanged';
  /** One line for the progress table, such as "/dev/md0: raid0 of S0 and S1". */
  readonly summary: string;
}

/** What a failed step tells the workflow and the reader; goes through Temporal as the failure's details. */
export interface StepFailureDetails {
  readonly host: string;
  readonly command?: string | undefined;
  /** Last lines of output. */
  readonly output?: string | undefined;
  readonly advice?: string | undefined;
}

/** A step on one machine. */
export interface HostInput {
  readonly host: HostAddress;
}

/** A step that runs a detached job. */
export interface JobInput {
  /** From workflow, step and generation. The attempts of one call share it; a call that comes later has another. */
  readonly jobKey: string;
}

/** A step of the document's step 7. */
export interface StorageInput extends HostInput, JobInput {
  readonly target: StorageTarget;
}

/**
 * A step after which something is lost for good. The approval is asked for by the type checker, and stays in Temporal's
 * history; the step refuses one that is not of just what it is to do.
 */
export interface DestructiveInput extends StorageInput {
  readonly approved: ApprovedPlan;
}

export interface OldDataResult {
  readonly directories: readonly OldDirectory[];
}
export interface DeleteOldDataInput extends DestructiveInput {
  /** As they were approved. */
  readonly directories: readonly OldDirectory[];
}

export interface SshKeyInput extends HostInput {
  /** Path of the private key on that machine. `~/` is allowed. */
  readonly path: string;
}
export interface SshKeyResult extends StepResult {
  /** "<type> <base64> <comment>" */
  readonly publicKey: string;
}
export interface CopySshKeyInput extends HostInput {
  readonly publicKeys: readonly string[];
  /** Used when the key does not get in yet. */
  readonly password?: SecretReference | undefined;
}
export interface ConfirmSshResult extends StepResult {
  /** "<type> <base64>" of the pinned host key, for Ansible's own known_hosts. */
  readonly hostKey: string;
  readonly fingerprint: string;
}

export interface FactsInput extends HostInput {
  /** Directories of step 7, and the mount point. */
  readonly mountPoint: string;
  /** The cluster whose control host it is: its Pythons and the release of its checkout are looked for, too. */
  readonly controlHostOf?: string | undefined;
  /** Folders, from the root on, whose room is looked at besides the usual ones. */
  readonly roomFor?: readonly string[] | undefined;
  /** Leaves out the clock and what only preflight looks at, which on a slow machine takes longer than all the rest. */
  readonly storageOnly?: boolean | undefined;
}

export interface ReachabilityInput extends HostInput, JobInput {
  /** How each host of the specification is reached. */
  readonly hosts: readonly HostAddress[];
  readonly specification: Specification;
}
export type ReachabilityResult = StepResult & Reachability;

export interface MirrorInput extends HostInput, JobInput {
  readonly specification: Specification;
  /** Kubespray's. */
  readonly release: string;
  /** By inventory name. */
  readonly processors: Readonly<Record<string, Architecture>>;
}
export type MirrorResult = StepResult & MirrorAnswers;

export interface RebootInput extends HostInput {
  /** The boot ID that must go away. If the host has another one already, nothing is done. */
  readonly bootIdBefore: string;
  /** Shown in the host's journal. */
  readonly reason: string;
}
export interface WaitForRebootInput extends HostInput {
  readonly bootIdBefore: string;
}

/** Answers of verification; judged in src/cluster/verification. */
export type { CheckResult } from '../cluster/checks/checks.js';
export interface VerificationResult {
  readonly checks: readonly CheckResult[];
}

/** How long a step of verification waits for what may settle by itself. */
export interface PatientInput {
  /** Milliseconds for which such failing checks are looked at again; without it there is one look. */
  readonly patienceMs?: number;
  /** Checks that the operator accepts: nobody waits for them. */
  readonly overrides?: Specification['overrides'];
}

export interface VerifyHostInput extends HostInput, PatientInput {
  readonly storage?: StorageTarget | undefined;
  readonly units: readonly CheckedUnit[];
  readonly kernelParameters: boolean;
  /** Whether step 10's rules should be loaded. */
  readonly firewall?: boolean | undefined;
  /** Whether to look when the host's certificates end. */
  readonly certificates?: boolean | undefined;
}
export interface VerifyEtcdInput extends HostInput, PatientInput {
  /** Inventory names of all members. */
  readonly members: readonly string[];
}
export interface VerifyKubernetesInput extends HostInput, PatientInput {
  /** Inventory names of all nodes. */
  readonly nodes: readonly string[];
  /** Those of them that are control planes; without it, the one that is asked. */
  readonly controlPlanes?: readonly string[];
  readonly release: string;
  /** The version that should run, null where it is not known; without it the release's own. */
  readonly kubernetes?: string | null;
  /** Where CoreDNS should forward to; null where it is not known. */
  readonly upstreamDns: readonly string[] | null;
  /** The labels `k8s-app` of CoreDNS's deployments; without them the usual one. */
  readonly coreDns?: readonly string[];
  /** Whether the node-local cache should run; without it, it should. */
  readonly nodeLocalDns?: boolean;
  /** Where the node-local cache answers; null, or without it, not known. */
  readonly nodeLocalDnsAddress?: string | null;
  /** Beneath which services have their names; null, or without it, as CoreDNS is configured. */
  readonly clusterDomain?: string | null;
}
/** What is read of the cluster's addresses; null where the API server gave no answer, which is a failed check then. */
export interface ClusterNetworkResult extends VerificationResult {
  readonly network: ClusterNetwork | null;
}
export interface PodNetworkInput extends HostInput, PatientInput {
  readonly network: NodeNetwork;
  /** By what the network plugin carries packets between nodes, for the advice. */
  readonly carriers: readonly string[];
}

export interface PauseProviderResult extends StepResult {
  /** Each that is at 0 by Slipway now, with the replicas it had: "akash-services/akash-provider (1 replica)". */
  readonly paused: readonly string[];
}

export interface NodesInput extends HostInput {
  /** Inventory names of the nodes. */
  readonly nodes: readonly string[];
}

export interface FirewallInput extends HostInput {
  /** The complete rule set for nft, made by src/cluster/network/firewall.ts. */
  readonly ruleSet: string;
}
