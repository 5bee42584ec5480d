import { applyFirewallRules } from './apply-firewall-rules.js';
import { applyKernelParameters } from './apply-kernel-parameters.js';
import { backUpFstab } from './back-up-fstab.js';
import { checkEtcdPerformance } from './check-etcd-performance.js';
import { checkJournals } from './check-journals.js';
import { checkReachability } from './check-reachability.js';
import { cloneKubespray } from './clone-kubespray.js';
import { confirmDirectoriesUnused } from './confirm-directories-unused.js';
import { confirmDns } from './confirm-dns.js';
import { confirmNodes } from './confirm-nodes.js';
import { confirmPods } from './confirm-pods.js';
import { confirmSsh } from './confirm-ssh.js';
import { confirmStorage } from './confirm-storage.js';
import type { Activities } from '../protocol/steps.js';
import { copyData } from './copy-data.js';
import { copySshKey } from './copy-ssh-key.js';
import { createRaidArray } from './create-raid-array.js';
import { createSshKey } from './create-ssh-key.js';
import { createVirtualEnvironment } from './create-virtual-environment.js';
import { deleteOldData } from './delete-old-data.js';
import type { Dependencies } from './dependencies.js';
import { findHostHolder } from './find-host-holder.js';
import { forgetPods } from './forget-pods.js';
import { gatherFacts } from './gather-facts.js';
import type { HousekeepingActivities } from '../protocol/housekeeping.js';
import { installRequirements } from './install-requirements.js';
import { makeFileSystem } from './make-file-system.js';
import { measureOldData } from './measure-old-data.js';
import { mountData } from './mount-data.js';
import { orderUnitsAfterMount } from './order-units-after-mount.js';
import { notePods } from './note-pods.js';
import { pauseProvider } from './pause-provider.js';
import { probeNode } from './probe-node.js';
import { readBootId } from './read-boot-id.js';
import { regenerateInitramfs } from './regenerate-initramfs.js';
import { requestReboot } from './request-reboot.js';
import { restoreDataDirectories } from './restore-data-directories.js';
import { resumeProvider } from './resume-provider.js';
import { runKubespray } from './run-kubespray.js';
import { selectDisks } from './select-disks.js';
import { startAndEnableUnits } from './start-and-enable-units.js';
import { stopAndDisableUnits } from './stop-and-disable-units.js';
import { stopJob } from './stop-job.js';
import { switchData } from './switch-data.js';
import { undoStorage } from './undo-storage.js';
import { updateFstab } from './update-fstab.js';
import { verifyEtcd } from './verify-etcd.js';
import { verifyHost } from './verify-host.js';
import { waitForReboot } from './wait-for-reboot.js';
import { writeGroupVariables } from './write-group-variables.js';
import { writeInventory } from './write-inventory.js';
import { writeMdadmConf } from './write-mdadm-conf.js';

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
