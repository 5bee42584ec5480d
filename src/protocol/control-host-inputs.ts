import type { VariableSources } from '../cluster/kubespray/group-variables.js';
import type { HostCounts } from '../cluster/playbook/progress.js';
import type { HarmlessPlaybook, ResetPlaybook } from '../cluster/releases/release-table.js';
import type { Specification } from '../cluster/specification/specification.js';
import type { ApprovedPlan } from './approvals.js';
import type { HostInput, JobInput, StepResult } from './step-inputs.js';

/** What the steps on the control host take and give back: Kubespray's clone, Ansible, inventory and playbooks. */

/** Where a cluster's files are on the control host; made by `clusterFolders` in src/cluster/kubespray/folders.ts. */
export interface ControlHostInput extends HostInput {
  readonly cluster: string;
}

export interface CloneInput extends ControlHostInput, JobInput {
  readonly repository: string;
  /** Branch or tag. */
  readonly ref: string;
  /** What steps 4 to 6 are to write later. With it, what they would refuse is told now, before hosts are restarted. */
  readonly inventory?: VariableSources & Pick<InventoryInput, 'sampleInventory'>;
}
export interface CloneResult extends StepResult {
  /** The commit that is checked out. */
  readonly commit: string;
  /** Kubespray's folder on the control host. */
  readonly folder: string;
}

export interface VirtualEnvironmentInput extends ControlHostInput, JobInput {
  /** Python versions that the release accepts, such as ["3.10", "3.11"]; best first. */
  readonly pythonVersions: readonly string[];
}
export interface VirtualEnvironmentResult extends StepResult {
  /** The virtualenv's folder, keyed by the requirements' digest. */
  readonly folder: string;
  readonly python: string;
}
export interface RequirementsInput extends ControlHostInput, JobInput {
  readonly virtualEnvironment: string;
  /** A mirror of the index of Python packages; without it, pip's own settings. */
  readonly pipIndex?: string | undefined;
}

export interface InventoryInput extends ControlHostInput {
  readonly specification: Specification;
  readonly release: string;
  /** Folder of the release's sample inventory in the checkout. */
  readonly sampleInventory: string;
  /** Pinned keys by host name, for the known_hosts that Ansible uses. */
  readonly hostKeys: Readonly<Record<string, string>>;
  /** Path of the private key on the control host. */
  readonly privateKey: string;
}
export interface GroupVariablesInput extends ControlHostInput, VariableSources {}

/** A run of one of Kubespray's playbooks. A node's reset takes an approval; that it is of just this reset is compared by the workflow. */
export type PlaybookInput = PlaybookRun &
  (
    | { readonly playbook: HarmlessPlaybook }
    | { readonly playbook: ResetPlaybook; readonly approved: ApprovedPlan }
  );
interface PlaybookRun extends ControlHostInput, JobInput {
  readonly virtualEnvironment: string;
  readonly release: string;
  readonly hostCount: number;
  /** Passed as one JSON document. */
  readonly extraVariables: Readonly<Record<string, unknown>>;
  /** Inventory names for --limit; without it every host. */
  readonly limit?: readonly string[] | undefined;
}
export interface PlaybookResult extends StepResult {
  /** Ansible's counts by host. */
  readonly hosts: Readonly<Record<string, Readonly<HostCounts>>>;
  /** Path of the full log on the control host. */
  readonly log: string;
}
