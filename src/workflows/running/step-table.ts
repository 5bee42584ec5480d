import type { ActivityOptions } from '@temporalio/common';
import type { Activities } from '../../protocol/steps.js';

export type StepName = keyof Activities;

/** What is done when the workflow is cancelled while the step runs. */
export type OnCancel =
  /** It only looks or waits: it is cancelled. */
  | 'leave'
  /** It changes something in one go: it comes to its end, and the next step is not begun. */
  | 'finish'
  /** It is long, and ending it half-way harms nothing: its job on the host is stopped. */
  | 'stop';

/** How patient a step is; see {@link paces}. */
export type Pace = 'contact' | 'stop' | 'short' | 'patient' | 'job' | 'playbook' | 'reboot';

export interface StepDescription {
  /** The document's own heading, shown in Temporal's UI. */
  readonly title: string;
  readonly pace: Pace;
  readonly onCancel: OnCancel;
}

/**
 * How long a worker may be silent before its steps are given to another one; a step beats four times in that time
 * (src/activities/running/step.ts). With 1.6 s the next worker goes on about 1.6 s after a death. Every beat is a write of the
 * server's, so many hosts, worked on at once, beat more seldom.
 */
export function heartbeatTimeoutFor(hostCount: number): '1600ms' | '10s' {
  return hostCount <= 20 ? '1600ms' : '10s';
}

/**
 * From 0.1 s doubling up to 10 s. The number of attempts bounds the patience, not a clock, so that hours without any
 * worker are not held against a step: 70 attempts are at least 10 minutes, time enough for a switch or a router to be
 * restarted. Every attempt that a worker's shutdown uses up counts too.
 */
const patientRetry = {
  initialInterval: '100ms',
  backoffCoefficient: 2,
  maximumInterval: '10s',
  maximumAttempts: 70,
} as const;

/** Activity options by pace; the heartbeat timeout comes with {@link heartbeatTimeoutFor}. */
export const paces: Readonly<Record<Pace, ActivityOptions>> = {
  /** First contact with a machine: a wrong address or password shall be said within a minute or two. */
  contact: {
    startToCloseTimeout: '2m',
    retry: { ...patientRetry, maximumAttempts: 10, nonRetryableErrorTypes: ['AuthenticationFailedError'] },
  },
  /**
   * Stops a job of a cancelled step, for at least five minutes: what goes on after a cancellation is in the next `up`'s
   * way, and most hosts come back.
   */
  stop: {
    startToCloseTimeout: '2m',
    retry: { ...patientRetry, maximumAttempts: 40, nonRetryableErrorTypes: ['AuthenticationFailedError'] },
  },
  short: { startToCloseTimeout: '5m', retry: patientRetry },
  /** Waits for what may settle in the cluster (src/activities/running/patience.ts). */
  patient: { startToCloseTimeout: '30m', retry: patientRetry },
  job: { startToCloseTimeout: '12h', retry: patientRetry },
  playbook: { startToCloseTimeout: '24h', retry: patientRetry },
  /** A server's firmware may take a quarter of an hour before the kernel is started. */
  reboot: { startToCloseTimeout: '1h', retry: patientRetry },
};

const short = (title: string, onCancel: OnCancel = 'finish') => ({ title, pace: 'short', onCancel }) as const;
const patient = (title: string, onCancel: OnCancel = 'leave') =>
  ({ title, pace: 'patient', onCancel }) as const;
const job = (title: string, onCancel: OnCancel = 'finish') => ({ title, pace: 'job', onCancel }) as const;

/** Every step by the name of its activity. */
export const steps: Readonly<Record<StepName, StepDescription>> = {
  cloneKubespray: job('Step 1: Clone the Kubespray project', 'stop'),
  createVirtualEnvironment: job('Step 2: Open a Python virtual environment', 'stop'),
  installRequirements: job('Step 2: Install Ansible', 'stop'),
  createSshKey: short('Step 3: Create SSH keys'),
  copySshKey: { title: 'Step 3: Copy the public key to the host', pace: 'contact', onCancel: 'finish' },
  confirmSsh: { title: 'Step 3: Confirm SSH to the host', pace: 'contact', onCancel: 'leave' },
  gatherFacts: short('Look at the host', 'leave'),
  checkReachability: short('Look whether the hosts reach each other', 'leave'),
  writeInventory: short('Step 4: Ansible inventory'),
  writeGroupVariables: short('Steps 5, 6 and 7.13: Group variables'),
  pauseProvider: patient('Before nodes are stopped: Scale akash-provider to 0', 'finish'),
  resumeProvider: patient('Nodes are back: Scale akash-provider back', 'finish'),
  notePods: patient('Before nodes are stopped: Note which pods are well', 'finish'),
  forgetPods: patient('Old data is deleted: Forget which pods were well', 'finish'),
  stopAndDisableUnits: short('Step 7.1: Stop and disable kubelet and containerd'),
  readBootId: short('Step 7.2: Note which boot this is', 'leave'),
  requestReboot: short('Step 7.2: Reboot the node'),
  waitForReboot: { title: 'Step 7.2: Wait for the node to be back', pace: 'reboot', onCancel: 'leave' },
  confirmDirectoriesUnused: short('Step 7.2: Verify that nothing uses the directories', 'leave'),
  selectDisks: short('Step 7.3: Find the free disks', 'leave'),
  createRaidArray: job('Step 7.4: Create the RAID array'),
  makeFileSystem: job('Step 7.5: Format the array'),
  backUpFstab: short('Step 7.7: Back up fstab'),
  updateFstab: short('Step 7.7: Update fstab'),
  mountData: short('Step 7.8: Mount the array'),
  writeMdadmConf: short('Step 7.9: Generate mdadm.conf'),
  regenerateInitramfs: job('Step 7.10: Regenerate initramfs'),
  copyData: job('Steps 7.6, 7.11 and 7.12: Copy the data onto the array', 'stop'),
  switchData: job('Steps 7.11 and 7.12: Switch to the copied data'),
  orderUnitsAfterMount: short('Units start only after the mount'),
  confirmStorage: short('Array, mount and data are back after the reboot', 'leave'),
  undoStorage: job('Step 7 undone: fstab, mdadm.conf, units and directories as they were'),
  startAndEnableUnits: short('Steps 7.14 and 7.15: Start and enable containerd and kubelet'),
  checkJournals: short("Step 7.15: Check the units' journals", 'leave'),
  measureOldData: job('Look for the data from before the move', 'leave'),
  deleteOldData: job('Steps 7.11 and 7.12: Delete the data from before the move'),
  probeNode: short('Step 8: Look how far kubeadm has come on the node', 'leave'),
  restoreDataDirectories: job("Step 8: Step 7's directories after the node's reset"),
  runKubespray: { title: 'Step 8: Create the Kubernetes cluster', pace: 'playbook', onCancel: 'stop' },
  confirmNodes: patient('Step 9: Confirm Kubernetes nodes'),
  confirmPods: patient('Step 9: Confirm Kubernetes pods'),
  confirmDns: patient('Step 9: Confirm DNS'),
  verifyEtcd: job('Step 9: Verify etcd status and health', 'leave'),
  checkEtcdPerformance: job('Step 9: Check the performance of etcd', 'stop'),
  verifyHost: patient('Step 9: Verify services, mounts, array and kernel parameters'),
  applyKernelParameters: short('Step 9: Custom kernel parameters'),
  applyFirewallRules: short('Step 10: Review firewall policies'),
};
