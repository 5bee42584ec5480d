import { planStorage } from '../../cluster/storage/make-storage-plan.js';
import type { StoragePlan, StorageTarget } from '../../cluster/storage/storage-plan.js';
import type { ApprovedPlan } from '../../protocol/approvals.js';
import type { StorageWork } from '../../protocol/host-messages.js';
import type { HostAddress } from '../../protocol/host-addresses.js';
import type { HostRun } from '../running/host-run.js';
import { aborted, endingOf, stopped } from '../running/outcomes.js';
import type { StepRunner } from '../running/step-runner.js';

/** What step 7 is to make, and that somebody wants it. */
interface ApprovedTarget {
  readonly target: StorageTarget;
  readonly approved: ApprovedPlan;
}

/**
 * Looks again, and does step 7 only if what is found is what was approved; otherwise it asks once more.
 * @throws ApplicationFailure that ends the host's work: refused, denied, or aborted at a failed step
 */
export async function provideStorage(run: HostRun, work: StorageWork): Promise<void> {
  const { host, storage, approvalHours } = work;
  for (let approved = approvalIn(work); ;) {
    const facts = await run.steps.need('gatherFacts', {
      host,
      mountPoint: storage.mountPoint,
      storageOnly: true,
    });
    const plan = planStorage({ facts, host: host.name, storage });
    run.storage = plan;
    if (plan.kind === 'refused') throw stopped('refused', plan.why);
    if (plan.kind === 'none' || plan.kind === 'satisfied') return;
    if (plan.digest === approved?.digest)
      return applyStoragePlan(run, work, { target: plan.target, approved });
    approved = await askAgain(run, host.name, plan, approvalHours);
  }
}

/** The one reader of both fields; work that an earlier version has started has the digest alone. */
function approvalIn({ approved, approvedPlan }: StorageWork): ApprovedPlan | null {
  if (approved !== undefined) return approved;
  return approvedPlan === null
    ? null
    : { digest: approvedPlan, by: 'somebody, told by an earlier version', at: 0 };
}

async function askAgain(
  run: HostRun,
  host: string,
  plan: Extract<StoragePlan, { kind: 'apply' }>,
  hours: number,
): Promise<ApprovedPlan> {
  run.progress.setStoragePlan(host, plan);
  return run.approvalOf({ digest: plan.digest, hours });
}

/** Step 7 of the document: provider ephemeral storage config. */
async function applyStoragePlan(
  run: HostRun,
  { host, notePodsOn }: StorageWork,
  { target, approved }: ApprovedTarget,
): Promise<void> {
  const { steps } = run;
  const input = { host, target };
  const hasData = target.path === 'migrate';

  if (hasData && notePodsOn !== undefined) {
    await steps.run('notePods', { host: notePodsOn, nodes: [host.name] });
  }
  await undoneWhenAborted(run, input, async () => {
    await provideArray(steps, host, { target, approved });
    // Until here nothing uses the array. A switch that fails looks itself whether it had begun.
    if (hasData) await steps.need('switchData', input);
    else await confirmAfterRestart(steps, host, target);
  });
  if (hasData) await confirmAfterRestart(steps, host, target);
  if (hasData && target.layout === 'bind') {
    // Steps 7.14 and 7.15; under root-dir they wait for the flags that Kubespray writes in step 8
    await startUnits(steps, host, target);
  }
}

/** Steps 7.1 to 7.10: the array, its file system and its mount; where there is data, a compared copy of it. */
async function provideArray(
  steps: StepRunner,
  host: HostAddress,
  { target, approved }: ApprovedTarget,
): Promise<void> {
  const input = { host, target };
  const hasData = target.path === 'migrate';

  await steps.need('backUpFstab', input);
  if (hasData) {
    // Steps 7.1 and 7.2: stop and disable kubelet and containerd, reboot the node so that it lets go of their data
    await steps.need('stopAndDisableUnits', input);
    await reboot(steps, host, 'so that kubelet and containerd let go of their data');
    await steps.need('confirmDirectoriesUnused', input);
  }
  // Step 7.3: the free disks, found for the plan, are still free
  await steps.need('selectDisks', input);
  // Step 7.4: create the RAID array
  await steps.need('createRaidArray', { ...input, approved });
  // Step 7.5: format it
  await steps.need('makeFileSystem', { ...input, approved });
  // Step 7.7: update fstab
  await steps.need('updateFstab', input);
  // Step 7.8: mount it
  await steps.need('mountData', input);
  // Step 7.9: generate mdadm.conf
  await steps.need('writeMdadmConf', input);
  // Step 7.10: regenerate initramfs so the new mdadm.conf gets there
  await steps.need('regenerateInitramfs', input);
  // Steps 7.6, 7.11 and 7.12: move kubelet's and containerd's data; copied beside first, so that nothing is lost
  if (hasData) await steps.need('copyData', input);
}

/** Not in the document: units that wait for the mount, and the proof that array, mount and data come back by themselves. */
async function confirmAfterRestart(
  steps: StepRunner,
  host: HostAddress,
  target: StorageTarget,
): Promise<void> {
  await steps.need('orderUnitsAfterMount', { host, target });
  if (target.reboots) await reboot(steps, host, 'to prove that the array comes back');
  await steps.run('confirmStorage', { host, target });
}

/**
 * What a person ends before the data is in its new place, is undone. A cancelled run is not: the next one goes on from
 * where it was.
 */
async function undoneWhenAborted(
  run: HostRun,
  input: { readonly host: HostAddress; readonly target: StorageTarget },
  work: () => Promise<void>,
): Promise<void> {
  try {
    await work();
  } catch (failure) {
    const ending = endingOf(failure);
    if (ending?.result !== 'aborted') throw failure;
    throw aborted(`${ending.why} ${await undo(run, input)}`);
  }
}

/** @returns what was put back and what was not */
async function undo(
  { steps, progress }: HostRun,
  input: { readonly host: HostAddress; readonly target: StorageTarget },
): Promise<string> {
  try {
    await steps.run('undoStorage', input);
  } catch (failure) {
    const ending = endingOf(failure);
    if (ending?.result !== 'aborted') throw failure;
    return ending.why;
  }
  return progress.stepsOf(steps.name).at(-1)?.summary ?? '';
}

/** Steps 7.14 and 7.15: start and enable containerd and kubelet. */
export async function startUnits(steps: StepRunner, host: HostAddress, target: StorageTarget): Promise<void> {
  await steps.run('startAndEnableUnits', { host, target });
  await steps.run('checkJournals', { host, target });
}

/** Step 7.2: reboot the node. The boot ID from before tells a retry whether the restart has happened already. */
async function reboot(steps: StepRunner, host: HostAddress, why: string): Promise<void> {
  const bootIdBefore = await steps.need('readBootId', { host });
  await steps.need('requestReboot', { host, bootIdBefore, reason: `Slipway restarts this host ${why}.` });
  await steps.need('waitForReboot', { host, bootIdBefore });
}
