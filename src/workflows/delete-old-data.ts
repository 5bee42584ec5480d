import type { CheckResult, OldDirectory } from '../protocol/step-inputs.js';
import { digestOf } from '../cluster/values/digest.js';
import type { HostFacts } from '../cluster/facts/facts.js';
import { ephemeralStorageOf, membersOf } from '../cluster/specification/members.js';
import { planStorage } from '../cluster/storage/make-storage-plan.js';
import { reportedCheck } from '../cluster/report/report.js';
import type {
  EphemeralStorage,
  HostSpecification,
  Specification,
} from '../cluster/specification/specification.js';
import type { StorageTarget } from '../cluster/storage/storage-plan.js';
import { controlHostName, hostAddressOf } from '../protocol/host-addresses.js';
import type { ApprovedPlan } from '../protocol/approvals.js';
import type { HostOutcome } from '../protocol/host-messages.js';
import { HostRun } from './running/host-run.js';
import { forgetPods } from './phases/note-pods.js';
import { endingOf, stopped } from './running/outcomes.js';
import { invalidSpecification, readSpecification } from './running/read-specification.js';
import { releaseInUse } from './phases/release-in-use.js';
import { StepRunner } from './running/step-runner.js';
import { confirmationOf, unitsOf } from './phases/confirm-cluster.js';

/** Argument of `deleteOldData`. */
export interface DeleteOldDataInput {
  /** As for `provisionCluster`. */
  readonly specification: unknown;
  /** Inventory name of the host. */
  readonly host: string;
}

/** One host, and what is known about it from the specification. */
interface Subject {
  readonly specification: Specification;
  readonly host: HostSpecification;
  readonly storage: EphemeralStorage;
}

/**
 * Deletes what step 7 has kept of the moved data on one host, after an approval of its own. It asks only while the data
 * on the array is proven to be in use, and looks at everything again once it is approved. Start it with the workflow ID
 * `host/<address>:<port>`, which is the host's lock.
 */
export async function deleteOldData(input: DeleteOldDataInput): Promise<HostOutcome> {
  const specification = readSpecification(input.specification);
  const host = specification.hosts.find(({ name }) => name === input.host);
  if (!host) throw invalidSpecification([`The specification has no host named ${String(input.host)}.`]);
  const storage = ephemeralStorageOf(specification, host);
  const run = new HostRun({ cluster: specification.name, host: host.name, hostCount: 1 });
  return run.outcomeOf(async () => {
    if (storage === false) throw stopped('skipped', 'The specification asks for no storage on this host.');
    await deleteWhatIsApproved(run, { specification, host, storage });
  });
}

async function deleteWhatIsApproved(run: HostRun, subject: Subject): Promise<void> {
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
    const answers = await run.questions.askApproval({
      plan: digest,
      digests: new Map([[host.name, digest]]),
      hours,
      oldData: directories,
    });
    approved = answers.approved.get(host.name);
    if (approved === undefined) {
      throw stopped('denied', answers.denied.get(host.name) ?? 'The deletion was not approved.');
    }
    run.approvals.push({ plan: digest, by: approved.by });
  }
}

interface OldData {
  readonly target: StorageTarget;
  readonly directories: readonly OldDirectory[];
  /** What an approval is bound to. */
  readonly digest: string;
}

/** @throws ApplicationFailure that ends the work: nothing is kept, or the data on the array has not proven itself */
async function lookAtOldData(run: HostRun, subject: Subject): Promise<OldData> {
  const { specification, host, storage } = subject;
  const reach = hostAddressOf(specification, host);
  const facts = await run.steps.need('gatherFacts', {
    host: reach,
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
  const { directories } = await run.steps.need('measureOldData', { host: reach, target });
  if (directories.length === 0)
    throw stopped('skipped', 'No data from before the move is kept on this host.');
  await proveTheNewPlace(run, subject, { facts, target });
  const { machineId } = facts;
  return { target, directories, digest: digestOf({ deletes: directories, host: host.name, machineId }) };
}

/** Verifies the host right now. A check that fails, and is not accepted by the specification, ends the work. */
async function proveTheNewPlace(
  run: HostRun,
  { specification, host }: Subject,
  { facts, target }: { readonly facts: HostFacts; readonly target: StorageTarget },
): Promise<void> {
  const reach = hostAddressOf(specification, host);
  const { controlPlanes, etcdMembers } = membersOf(specification);
  const units = unitsOf(
    host,
    etcdMembers.map(({ name }) => name),
  );
  // Nobody is asked about a step that fails here: what is not proven is not deleted.
  const steps = new StepRunner(host.name, run.progress, null);
  try {
    const checks = await steps.need('verifyHost', {
      host: reach,
      units,
      storage: target,
      kernelParameters: false,
    });
    refuseFailed(specification, checks.checks);
    await steps.need('checkJournals', { host: reach, target });
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
