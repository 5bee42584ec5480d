import type { HostFacts } from '../cluster/facts/facts.js';
import type { NodeProbe } from '../cluster/rerun/node-probe.js';
import { bootOf, directoriesOf, factsOf, judgementOf, networkOf, probeOf } from './step-summaries.js';
import type * as ControlHost from './control-host-inputs.js';
import type * as Step from './step-inputs.js';

/** What is done when the workflow is cancelled while the step runs. */
export type OnCancel =
  /** It only looks or waits: it is cancelled. */
  | 'leave'
  /** It changes something in one go: it comes to its end, and the next step is not begun. */
  | 'finish'
  /** It is long, and ending it half-way harms nothing: its job on the host is stopped. */
  | 'stop';

/** How patient a step is; src/workflows/running/paces.ts says how long that is. */
export type Pace = 'contact' | 'stop' | 'short' | 'patient' | 'job' | 'playbook' | 'reboot';

/** What is known of a step before it runs. */
export interface StepDefinition<Input, Output> {
  /** The document's heading, or what the step does where that is something else; shown in Temporal's UI. */
  readonly title: string;
  readonly pace: Pace;
  readonly onCancel: OnCancel;
  /** Whether the result says if something was changed, or the step only looks and gives what it saw. */
  readonly result: 'outcome' | 'seen';
  /** One line about the result, for the progress. */
  readonly summaryOf: (result: Output) => string;
  /** Its activity. For types only: never there. */
  readonly activity?: (input: Input) => Promise<Output>;
}

interface Manner {
  /** Default: `short`. */
  readonly pace?: Pace;
  readonly onCancel?: OnCancel;
}

/** A step that says whether it has changed something. By default it is short, and comes to its end when it is cancelled. */
function step<Input, Output extends Step.StepResult = Step.StepResult>(
  title: string,
  { pace = 'short', onCancel = 'finish' }: Manner = {},
): StepDefinition<Input, Output> {
  return { title, pace, onCancel, result: 'outcome', summaryOf: ({ summary }) => summary };
}

/** A step that gives what it has seen. By default it is short, and is left when it is cancelled. */
function look<Input, Output>(
  title: string,
  summaryOf: (seen: Output) => string,
  { pace = 'short', onCancel = 'leave' }: Manner = {},
): StepDefinition<Input, Output> {
  return { title, pace, onCancel, result: 'seen', summaryOf };
}

/** A step of step 9: it gives checks, and waits for what may settle. */
function confirm<Input>(title: string, manner: Manner = { pace: 'patient' }) {
  return look<Input, Step.VerificationResult>(title, judgementOf, manner);
}

/** Where the files of some steps are. */
function inFolder<Steps extends object>(folder: string, definitions: Steps) {
  const placed = Object.entries(definitions).map(([name, definition]: [string, object]) => [
    name,
    { ...definition, folder },
  ]);
  return Object.fromEntries(placed) as { [Name in keyof Steps]: Steps[Name] & { readonly folder: string } };
}

/**
 * Every step by the name of its activity, about in the order in which they run. A step is added by one line here, and by its file:
 * `createRaidArray` is exported by src/activities/step-07-storage/create-raid-array.ts.
 */
export const steps = {
  ...inFolder('step-01-kubespray', {
    cloneKubespray: step<ControlHost.CloneInput, ControlHost.CloneResult>(
      'Step 1: Clone the Kubespray project',
      {
        pace: 'job',
        onCancel: 'stop',
      },
    ),
  }),
  ...inFolder('step-02-ansible', {
    createVirtualEnvironment: step<ControlHost.VirtualEnvironmentInput, ControlHost.VirtualEnvironmentResult>(
      'Step 2: Open a Python virtual environment',
      { pace: 'job', onCancel: 'stop' },
    ),
    installRequirements: step<ControlHost.RequirementsInput>('Step 2: Install Ansible', {
      pace: 'job',
      onCancel: 'stop',
    }),
  }),
  ...inFolder('step-03-ssh-access', {
    createSshKey: step<Step.SshKeyInput, Step.SshKeyResult>('Step 3: Create SSH keys'),
    copySshKey: step<Step.CopySshKeyInput>('Step 3: Copy the public key to the host', { pace: 'contact' }),
    confirmSsh: step<Step.HostInput, Step.ConfirmSshResult>('Step 3: Confirm SSH to the host', {
      pace: 'contact',
      onCancel: 'leave',
    }),
  }),
  ...inFolder('look-at-hosts', {
    gatherFacts: look<Step.FactsInput, HostFacts>('Look at the host', factsOf),
    checkReachability: step<Step.ReachabilityInput, Step.ReachabilityResult>(
      'Look whether the hosts reach each other',
      { onCancel: 'leave' },
    ),
    confirmMirror: step<Step.MirrorInput, Step.MirrorResult>(
      'Look whether the mirror has what Kubespray downloads',
      { pace: 'patient', onCancel: 'leave' },
    ),
  }),
  ...inFolder('step-04-to-06-inventory', {
    writeInventory: step<ControlHost.InventoryInput>('Step 4: Ansible inventory'),
    writeGroupVariables: step<ControlHost.GroupVariablesInput>('Steps 5, 6 and 7.13: Group variables'),
  }),
  ...inFolder('cluster-in-use', {
    pauseProvider: step<Step.HostInput, Step.PauseProviderResult>(
      'Before nodes are stopped: Scale akash-provider to 0',
      { pace: 'patient' },
    ),
    resumeProvider: step<Step.HostInput>('Nodes are back: Scale akash-provider back', { pace: 'patient' }),
    notePods: step<Step.NodesInput>('Before nodes are stopped: Note which pods are well', {
      pace: 'patient',
    }),
    forgetPods: step<Step.NodesInput>('Old data is deleted: Forget which pods were well', {
      pace: 'patient',
    }),
  }),
  ...inFolder('step-07-storage', {
    backUpFstab: step<Step.StorageInput>('Step 7.7: Back up fstab'),
    stopAndDisableUnits: step<Step.StorageInput>('Step 7.1: Stop and disable kubelet and containerd'),
    readBootId: look<Step.HostInput, string>('Step 7.2: Note which boot this is', bootOf),
    requestReboot: step<Step.RebootInput>('Step 7.2: Reboot the node'),
    waitForReboot: step<Step.WaitForRebootInput>('Step 7.2: Wait for the node to be back', {
      pace: 'reboot',
      onCancel: 'leave',
    }),
    confirmDirectoriesUnused: step<Step.StorageInput>('Step 7.2: Verify that nothing uses the directories', {
      onCancel: 'leave',
    }),
    selectDisks: step<Step.StorageInput>('Step 7.3: Confirm that the approved disks are free', {
      onCancel: 'leave',
    }),
    createRaidArray: step<Step.DestructiveInput>('Step 7.4: Create the RAID array', { pace: 'job' }),
    makeFileSystem: step<Step.DestructiveInput>('Step 7.5: Format the array', { pace: 'job' }),
    updateFstab: step<Step.StorageInput>('Step 7.7: Update fstab'),
    mountData: step<Step.StorageInput>('Step 7.8: Mount the array'),
    writeMdadmConf: step<Step.StorageInput>('Step 7.9: Generate mdadm.conf'),
    regenerateInitramfs: step<Step.StorageInput>('Step 7.10: Regenerate initramfs', { pace: 'job' }),
    copyData: step<Step.StorageInput>('Steps 7.11 and 7.12: Copy the data onto the array', {
      pace: 'job',
      onCancel: 'stop',
    }),
    switchData: step<Step.StorageInput>('Steps 7.6, 7.11 and 7.12: Switch to the copied data', {
      pace: 'job',
    }),
    orderUnitsAfterMount: step<Step.StorageInput>('Units start only after the mount'),
    confirmStorage: step<Step.StorageInput>('Array, mount and data are back after the reboot', {
      onCancel: 'leave',
    }),
    startAndEnableUnits: step<Step.StorageInput>(
      'Steps 7.14 and 7.15: Start and enable containerd and kubelet',
    ),
    checkJournals: step<Step.StorageInput>("Step 7.15: Check the units' journals", { onCancel: 'leave' }),
    measureOldData: look<Step.StorageInput, Step.OldDataResult>(
      'Look for the data from before the move',
      directoriesOf,
      { pace: 'job' },
    ),
    deleteOldData: step<Step.DeleteOldDataInput>(
      'Steps 7.11 and 7.12: Delete the data from before the move',
      { pace: 'job' },
    ),
  }),
  ...inFolder('step-07-storage/undo', {
    undoStorage: step<Step.StorageInput>(
      'Step 7 undone: fstab, mdadm.conf, units and directories as they were',
      { pace: 'job' },
    ),
  }),
  ...inFolder('step-08-kubespray-run', {
    probeNode: look<Step.HostInput, NodeProbe>('Step 8: Look how far kubeadm has come on the node', probeOf),
    restoreDataDirectories: step<Step.StorageInput>("Step 8: Step 7's directories after the node's reset", {
      pace: 'job',
    }),
    runKubespray: step<ControlHost.PlaybookInput, ControlHost.PlaybookResult>(
      'Step 8: Create the Kubernetes cluster',
      {
        pace: 'playbook',
        onCancel: 'stop',
      },
    ),
  }),
  ...inFolder('step-09-confirm', {
    confirmNodes: confirm<Step.VerifyKubernetesInput>('Step 9: Confirm Kubernetes nodes'),
    confirmPods: confirm<Step.VerifyKubernetesInput>('Step 9: Confirm Kubernetes pods'),
    confirmDns: confirm<Step.VerifyKubernetesInput>('Step 9: Confirm DNS'),
    readClusterNetwork: look<Step.VerifyKubernetesInput, Step.ClusterNetworkResult>(
      'Step 9: Read the addresses of pods and services',
      networkOf,
      { pace: 'patient' },
    ),
    confirmPodNetwork: confirm<Step.PodNetworkInput>('Step 9: Confirm the network of pods, and DNS'),
    verifyEtcd: confirm<Step.VerifyEtcdInput>('Step 9: Verify etcd status and health', { pace: 'job' }),
    checkEtcdPerformance: confirm<Step.HostInput & Step.JobInput>('Step 9: Check the performance of etcd', {
      pace: 'job',
      onCancel: 'stop',
    }),
    verifyHost: confirm<Step.VerifyHostInput>('Step 9: Verify services, mounts, array and kernel parameters'),
    applyKernelParameters: step<Step.HostInput>('Step 9: Custom kernel parameters'),
  }),
  ...inFolder('step-10-firewall', {
    applyFirewallRules: step<Step.FirewallInput>('Step 10: Review firewall policies'),
  }),
};

export type StepName = keyof typeof steps;

/** Every step's activity by its type name, which is also the name in Temporal's UI. */
export type Activities = {
  readonly [Name in StepName]: NonNullable<(typeof steps)[Name]['activity']>;
};

/** What crosses Temporal for a step. */
export type StepInput<Name extends StepName> = Parameters<Activities[Name]>[0];
export type StepOutput<Name extends StepName> = Awaited<ReturnType<Activities[Name]>>;
