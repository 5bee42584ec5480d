import type { CheckResult } from '../protocol/step-inputs.js';
import type { HostFacts } from '../cluster/facts/facts.js';
import { membersOf } from '../cluster/specification/members.js';
import { oldDataDigest, type OldDirectory } from '../cluster/storage/old-data.js';
import { planStorage } from '../cluster/storage/make-storage-plan.js';
import { reportedCheck } from '../cluster/report/report.js';
import type { Specification } from '../cluster/specification/specification.js';
import type { StorageTarget } from '../cluster/storage/storage-plan.js';
import { controlHostName, hostAddressOf } from '../protocol/host-addresses.js';
import type { ApprovedPlan } from '../protocol/approvals.js';
import type { HostOutcome, OneHostInput } from '../protocol/host-messages.js';
import type { HostRun } from './running/host-run.js';
import { forgetPods } from './phases/note-pods.js';
import { endingOf, stopped } from './running/outcomes.js';
import { onStorageHost, type StorageHost } from './running/on-storage-host.js';
import { releaseInUse } from './phases/release-in-use.js';
import { StepRunner } from './running/step-runner.js';
import { confirmationOf, unitsOf } from './phases/confirm-cluster.js';

/**
 * Deletes what step 7 has kept of the moved data on one host, after an approval of its own. It asks only while the data
 * on the array is proven to be in use, and looks at everything again once it is approved. Start it with the workflow ID
 * `host/<address>:<port>`, which is the host's lock.
 */
export async function deleteOldData(input: OneHostInput): Promise<HostOutcome> {
  return onStorageHost(input, deleteWhatIsApproved);
}

async function deleteWhatIsApproved(run: HostRun, subject: StorageHost): Promise<void> {
  const { specification, host } = subject;
  const hours = specification.approval.hours;
  for (let approved: ApprovedPlan | undefined; ;) {
    run.progress.setPhase('verifying');
    const { target, directories, digest } = await lookAtOldData(run, subject);
    if (digest === approved?.digest) {
      const input = { host: hostAddressOf(specification, host), target, directories, approved };
      await run.steps.need('deleteOldData', input);
      await forgetPods(run.steps, specification, host);
      return;
    }
    run.progress.setPhase('approval');
    approved = await run.approvalOf({ digest, hours, oldData: directories });
  }
}

interface OldData {
  readonly target: StorageTarget;
  readonly directories: readonly OldDirectory[];
  /** What an approval is bound to. */
  readonly digest: string;
}

/** @throws ApplicationFailure that ends the work: nothing is kept, or the data on the array has not proven itself */
async function lookAtOldData(run: HostRun, subject: StorageHost): Promise<OldData> {
  const { specification, host, storage } = subject;
  const address = hostAddressOf(specification, host);
  const facts = await run.steps.need('gatherFacts', {
    host: address,
    mountPoint: storage.mountPoint,
    storageOnly: true,
  });
  const plan = planStorage({ facts, host: host.name, storage });
  run.storage = plan;
  if (plan.kind !== 'satisfied') {
    const why = plan.kind === 'refused' ? plan.why : 'Run "slipway up" first.';
    throw stopped('refused', `The old data is kept, because step 7 is not finished on this host. ${why}`);
  }
  const { target } = plan;
  const { directories } = await run.steps.need('measureOldData', { host: address, target });
  if (directories.length === 0)
    throw stopped('skipped', 'No data from before the move is kept on this host.');
  await proveTheNewPlace(run, subject, { facts, target });
  return { target, directories, digest: oldDataDigest(target, directories) };
}

/** Verifies the host right now. A check that fails, and is not accepted by the specification, ends the work. */
async function proveTheNewPlace(
  run: HostRun,
  { specification, host }: StorageHost,
  { facts, target }: { readonly facts: HostFacts; readonly target: StorageTarget },
): Promise<void> {
  const address = hostAddressOf(specification, host);
  const { controlPlanes, etcdMembers } = membersOf(specification);
  const units = unitsOf(
    host,
    etcdMembers.map(({ name }) => name),
  );
  // Nobody is asked about a step that fails here: what is not proven is not deleted.
  const steps = new StepRunner(host.name, run.progress, null);
  try {
    const checks = await steps.need('verifyHost', {
      host: address,
      units,
      storage: target,
      kernelParameters: false,
    });
    refuseFailed(specification, checks.checks);
    await steps.need('checkJournals', { host: address, target });
    const [first] = controlPlanes;
    if (first === undefined) return;
    const release = await releaseInUse({
      specification,
      facts: { [host.name]: facts },
      controlHost: new StepRunner(controlHostName, run.progress, null),
    });
    const nodes = await new StepRunner(first.name, run.progress, null).need(
      'confirmNodes',
      confirmationOf(specification, { host: first, nodes: [host.name], release }),
    );
    refuseFailed(specification, nodes.checks);
  } catch (failure) {
    const ending = endingOf(failure);
    if (ending?.result !== 'failed') throw failure;
    throw stopped('refused', `The old data is kept, because the host could not be verified. ${ending.why}`);
  }
}

function refuseFailed(specification: Specification, checks: readonly CheckResult[]): void {
  const failed = checks
    .map((check) => reportedCheck(check, specification))
    .filter(({ state }) => state === 'failed');
  if (failed.length === 0) return;
  const what = failed.map(
    ({ check, host, is, shouldBe }) => `${check} on ${host} is ${is}, should be ${shouldBe}`,
  );
  throw stopped('refused', `The old data is kept, because checks failed: ${what.join('; ')}.`);
}
