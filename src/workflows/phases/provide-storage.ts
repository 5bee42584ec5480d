import { planStorage } from '../../cluster/storage/make-storage-plan.js';
import type { StoragePlan, StorageTarget } from '../../cluster/storage/storage-plan.js';
import type { StorageWork } from '../../protocol/host-messages.js';
import type { Target } from '../../protocol/targets.js';
import type { HostRun } from '../running/host-run.js';
import { aborted, endingOf, stopped } from '../running/outcomes.js';
import type { Station } from '../running/step-runner.js';

/**
 * Looks again, and does step 7 only if what is found is what was approved; otherwise it asks once more.
 * @throws ApplicationFailure that ends the host's work: refused, denied, or aborted at a failed step
 */
export async function provideStorage(run: HostRun, work: StorageWork): Promise<void> {
  const { host, storage, approvalHours } = work;
  for (let approved = work.approvedPlan; ;) {
    const facts = await run.station.need('gatherFacts', {
      host,
      mountPoint: storage.mountPoint,
      storageOnly: true,
    });
    const plan = planStorage({ facts, host: host.name, storage });
    run.storage = plan;
    if (plan.kind === 'refused') throw stopped('refused', plan.why);
    if (plan.kind === 'none' || plan.kind === 'satisfied') return;
    if (plan.digest === approved) return applyStoragePlan(run, work, plan.target);
    await askAgain(run, host.name, plan, approvalHours);
    approved = plan.digest;
  }
}

async function askAgain(
  run: HostRun,
  host: string,
  plan: Extract<StoragePlan, { kind: 'apply' }>,
  hours: number,
): Promise<void> {
  run.board.setStoragePlan(host, plan);
  const { approved, denied } = await run.desk.askApproval({ plan: plan.digest, hosts: [host], hours });
  const by = approved.get(host);
  if (by === undefined) throw stopped('denied', denied.get(host) ?? 'The plan was not approved.');
  run.approvals.push({ plan: plan.digest, by });
}

/** Step 7 of the document: provider ephemeral storage config. */
async function applyStoragePlan(
  run: HostRun,
  { host, notePodsOn }: StorageWork,
  target: StorageTarget,
): Promise<void> {
  const { station } = run;
  const input = { host, target };
  const hasData = target.path === 'migrate';

  if (hasData && notePodsOn !== undefined) {
    await station.run('notePods', { host: notePodsOn, nodes: [host.name] });
  }
  await undoneWhenAborted(run, input, async () => {
    await provideArray(station, host, target);
    // Until here nothing uses the array. A switch that fails looks itself whether it had begun.
    if (hasData) await station.need('switchData', input);
    else await confirmAfterRestart(station, host, target);
  });
  if (hasData) await confirmAfterRestart(station, host, target);
  if (hasData && target.layout === 'bind') {
    // Steps 7.14 and 7.15; under root-dir they wait for the flags that Kubespray writes in step 8
    await startUnits(station, host, target);
  }
}

/** Steps 7.1 to 7.10: the array, its file system and its mount; where there is data, a compared copy of it. */
async function provideArray(station: Station, host: Target, target: StorageTarget): Promise<void> {
  const input = { host, target };
  const hasData = target.path === 'migrate';

  await station.need('backUpFstab', input);
  if (hasData) {
    // Steps 7.1 and 7.2: stop and disable kubelet and containerd, reboot the node so that it lets go of their data
    await station.need('stopAndDisableUnits', input);
    await reboot(station, host, 'so that kubelet and containerd let go of their data');
    await station.need('confirmDirectoriesUnused', input);
  }
  // Step 7.3: find the free disks
  await station.need('selectDisks', input);
  // Step 7.4: create the RAID array
  await station.need('createRaidArray', input);
  // Step 7.5: format it
  await station.need('makeFileSystem', input);
  // Step 7.7: update fstab
  await station.need('updateFstab', input);
  // Step 7.8: mount it
  await station.need('mountData', input);
  // Step 7.9: generate mdadm.conf
  await station.need('writeMdadmConf', input);
  // Step 7.10: regenerate initramfs so the new mdadm.conf gets there
  await station.need('regenerateInitramfs', input);
  // Steps 7.6, 7.11 and 7.12: move kubelet's and containerd's data; copied beside first, so that nothing is lost
  if (hasData) await station.need('copyData', input);
}

/** Not in the document: units that wait for the mount, and the proof that array, mount and data come back by themselves. */
async function confirmAfterRestart(station: Station, host: Target, target: StorageTarget): Promise<void> {
  await station.need('orderUnitsAfterMount', { host, target });
  if (target.reboots) await reboot(station, host, 'to prove that the array comes back');
  await station.run('confirmStorage', { host, target });
}

/**
 * What a person ends before the data is in its new place, is undone. A cancelled run is not: the next one goes on from
 * where it was.
 */
async function undoneWhenAborted(
  run: HostRun,
  input: { readonly host: Target; readonly target: StorageTarget },
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
  { station, board }: HostRun,
  input: { readonly host: Target; readonly target: StorageTarget },
): Promise<string> {
  try {
    await station.run('undoStorage', input);
  } catch (failure) {
    const ending = endingOf(failure);
    if (ending?.result !== 'aborted') throw failure;
    return ending.why;
  }
  return board.stepsOf(station.name).at(-1)?.summary ?? '';
}

/** Steps 7.14 and 7.15: start and enable containerd and kubelet. */
export async function startUnits(station: Station, host: Target, target: StorageTarget): Promise<void> {
  await station.run('startAndEnableUnits', { host, target });
  await station.run('checkJournals', { host, target });
}

/** Step 7.2: reboot the node. The boot ID from before tells a retry whether the restart has happened already. */
async function reboot(station: Station, host: Target, why: string): Promise<void> {
  const bootIdBefore = await station.need('readBootId', { host });
  await station.need('requestReboot', { host, bootIdBefore, reason: `Slipway restarts this host ${why}.` });
  await station.need('waitForReboot', { host, bootIdBefore });
}
