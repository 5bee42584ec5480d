import { applyFirewallRules } from './step-10-firewall/apply-firewall-rules.js';
import { applyKernelParameters } from './step-09-confirm/apply-kernel-parameters.js';
import { backUpFstab } from './step-07-storage/back-up-fstab.js';
import { checkEtcdPerformance } from './step-09-confirm/check-etcd-performance.js';
import { checkJournals } from './step-07-storage/check-journals.js';
import { checkReachability } from './look-at-hosts/check-reachability.js';
import { cloneKubespray } from './step-01-kubespray/clone-kubespray.js';
import { confirmDirectoriesUnused } from './step-07-storage/confirm-directories-unused.js';
import { confirmDns } from './step-09-confirm/confirm-dns.js';
import { confirmNodes } from './step-09-confirm/confirm-nodes.js';
import { confirmPods } from './step-09-confirm/confirm-pods.js';
import { confirmSsh } from './step-03-ssh-access/confirm-ssh.js';
import { confirmStorage } from './step-07-storage/confirm-storage.js';
import type { Activities } from '../protocol/steps.js';
import { copyData } from './step-07-storage/copy-data.js';
import { copySshKey } from './step-03-ssh-access/copy-ssh-key.js';
import { createRaidArray } from './step-07-storage/create-raid-array.js';
import { createSshKey } from './step-03-ssh-access/create-ssh-key.js';
import { createVirtualEnvironment } from './step-02-ansible/create-virtual-environment.js';
import { deleteOldData } from './step-07-storage/delete-old-data.js';
import type { Dependencies } from './running/dependencies.js';
import { findHostHolder } from './housekeeping/find-host-holder.js';
import { forgetPods } from './cluster-in-use/forget-pods.js';
import { gatherFacts } from './look-at-hosts/gather-facts.js';
import type { HousekeepingActivities } from '../protocol/housekeeping.js';
import { installRequirements } from './step-02-ansible/install-requirements.js';
import { makeFileSystem } from './step-07-storage/make-file-system.js';
import { measureOldData } from './step-07-storage/measure-old-data.js';
import { mountData } from './step-07-storage/mount-data.js';
import { orderUnitsAfterMount } from './step-07-storage/order-units-after-mount.js';
import { notePods } from './cluster-in-use/note-pods.js';
import { pauseProvider } from './cluster-in-use/pause-provider.js';
import { probeNode } from './step-08-kubespray-run/probe-node.js';
import { readBootId } from './step-07-storage/read-boot-id.js';
import { regenerateInitramfs } from './step-07-storage/regenerate-initramfs.js';
import { requestReboot } from './step-07-storage/request-reboot.js';
import { restoreDataDirectories } from './step-08-kubespray-run/restore-data-directories.js';
import { resumeProvider } from './cluster-in-use/resume-provider.js';
import { runKubespray } from './step-08-kubespray-run/run-kubespray.js';
import { selectDisks } from './step-07-storage/select-disks.js';
import { startAndEnableUnits } from './step-07-storage/start-and-enable-units.js';
import { stopAndDisableUnits } from './step-07-storage/stop-and-disable-units.js';
import { stopJob } from './housekeeping/stop-job.js';
import { switchData } from './step-07-storage/switch-data.js';
import { undoStorage } from './step-07-storage/undo/undo-storage.js';
import { updateFstab } from './step-07-storage/update-fstab.js';
import { verifyEtcd } from './step-09-confirm/verify-etcd.js';
import { verifyHost } from './step-09-confirm/verify-host.js';
import { waitForReboot } from './step-07-storage/wait-for-reboot.js';
import { writeGroupVariables } from './step-04-to-06-inventory/write-group-variables.js';
import { writeInventory } from './step-04-to-06-inventory/write-inventory.js';
import { writeMdadmConf } from './step-07-storage/write-mdadm-conf.js';

/** Everything that a worker offers to workflows. */
export type AllActivities = Activities & HousekeepingActivities;

/** Every activity by its type name, in the document's order, with what it needs from outside. */
export function createActivities(dependencies: Dependencies): AllActivities {
  return {
    // Step 1: Clone the Kubespray project
    cloneKubespray: cloneKubespray(dependencies),
    // Step 2: Install Ansible
    createVirtualEnvironment: createVirtualEnvironment(dependencies),
    installRequirements: installRequirements(dependencies),
    // Step 3: Ansible access to Kubernetes cluster
    createSshKey: createSshKey(dependencies),
    copySshKey: copySshKey(dependencies),
    confirmSsh: confirmSsh(dependencies),
    gatherFacts: gatherFacts(dependencies),
    checkReachability: checkReachability(dependencies),
    // Step 4: Ansible inventory
    writeInventory: writeInventory(dependencies),
    // Steps 5, 6 and 7.13: containerd, upstream DNS, storage variables
    writeGroupVariables: writeGroupVariables(dependencies),
    // Around what stops nodes of a running cluster
    pauseProvider: pauseProvider(dependencies),
    resumeProvider: resumeProvider(dependencies),
    // Before step 7: which pods are well, for step 7.16
    notePods: notePods(dependencies),
    forgetPods: forgetPods(dependencies),
    // Step 7: Provider ephemeral storage
    stopAndDisableUnits: stopAndDisableUnits(dependencies),
    readBootId: readBootId(dependencies),
    requestReboot: requestReboot(dependencies),
    waitForReboot: waitForReboot(dependencies),
    confirmDirectoriesUnused: confirmDirectoriesUnused(dependencies),
    selectDisks: selectDisks(dependencies),
    createRaidArray: createRaidArray(dependencies),
    makeFileSystem: makeFileSystem(dependencies),
    backUpFstab: backUpFstab(dependencies),
    updateFstab: updateFstab(dependencies),
    mountData: mountData(dependencies),
    writeMdadmConf: writeMdadmConf(dependencies),
    regenerateInitramfs: regenerateInitramfs(dependencies),
    copyData: copyData(dependencies),
    switchData: switchData(dependencies),
    orderUnitsAfterMount: orderUnitsAfterMount(dependencies),
    confirmStorage: confirmStorage(dependencies),
    undoStorage: undoStorage(dependencies),
    startAndEnableUnits: startAndEnableUnits(dependencies),
    checkJournals: checkJournals(dependencies),
    measureOldData: measureOldData(dependencies),
    deleteOldData: deleteOldData(dependencies),
    // Step 8: Create Kubernetes cluster
    probeNode: probeNode(dependencies),
    restoreDataDirectories: restoreDataDirectories(dependencies),
    runKubespray: runKubespray(dependencies),
    // Step 9: Confirm Kubernetes cluster
    confirmNodes: confirmNodes(dependencies),
    confirmPods: confirmPods(dependencies),
    confirmDns: confirmDns(dependencies),
    verifyEtcd: verifyEtcd(dependencies),
    checkEtcdPerformance: checkEtcdPerformance(dependencies),
    verifyHost: verifyHost(dependencies),
    // Step 9: Custom kernel parameters
    applyKernelParameters: applyKernelParameters(dependencies),
    // Step 10: Review firewall policies
    applyFirewallRules: applyFirewallRules(dependencies),
    // Slipway's own jobs and workflows
    stopJob: stopJob(dependencies),
    findHostHolder,
  };
}
