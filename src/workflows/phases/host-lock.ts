import { isCancellation, proxyActivities, sleep } from '@temporalio/workflow';
import type { Holder, HousekeepingActivities } from '../../protocol/housekeeping.js';
import type { ClusterRun } from '../running/cluster-run.js';
import { aborted } from '../running/outcomes.js';
import { heartbeatTimeoutFor, paces } from '../running/paces.js';

/** How often a start is tried again without asking, while a run of the same cluster is letting go of the host. */
const patienceWithOwnRuns = 30;

interface HeldHost {
  readonly host: string;
  /** The ID of the host's workflow, which is its lock. */
  readonly workflowId: string;
  /** How often its start has been tried. */
  readonly tried: number;
}

/**
 * A host is being worked on already: waits a moment where that is an earlier run of the same cluster, and otherwise asks
 * for a decision. Returns when its start is to be tried again.
 * @throws ApplicationFailure that ends the host's work when a person aborts it
 */
export async function waitForHostLock(run: ClusterRun, { host, workflowId, tried }: HeldHost): Promise<void> {
  const holder = await findHolder(host, workflowId);
  const isOwn = holder === null || holder.cluster === run.specification.name;
  if (isOwn && tried <= patienceWithOwnRuns) {
    await sleep('1s', { summary: `${host}: waiting for an earlier run to let go of it` });
    return;
  }
  const message = `${host} is being worked on already: ${describeHolder(workflowId, holder)}.`;
  const position = run.progress.beginStep(host, 'prepareHost', message);
  run.progress.setStep(host, position, { step: 'prepareHost', state: 'failed', summary: message });
  run.progress.setHostState(host, 'failed');
  const { verb, by } = await run.questions.askDecision({
    host,
    step: 'prepareHost',
    message,
    advice: 'Wait until the other work has ended, then retry; or abort this host.',
    choices: ['retry', 'abort'],
  });
  if (verb === 'abort') throw aborted(`${message} ${by} aborted this host.`);
  run.progress.setStep(host, position, {
    step: 'prepareHost',
    state: 'running',
    summary: `Again, by ${by}`,
  });
}

/** @returns null when nobody holds it any more, or nobody can tell */
async function findHolder(host: string, workflowId: string): Promise<Holder | null> {
  const { findHostHolder } = proxyActivities<HousekeepingActivities>({
    ...paces.contact,
    heartbeatTimeout: heartbeatTimeoutFor(1),
    summary: `${host}: who holds it?`,
  });
  try {
    return await findHostHolder({ workflowId });
  } catch (failure) {
    if (isCancellation(failure)) throw failure;
    return null;
  }
}

function describeHolder(workflowId: string, holder: Holder | null): string {
  if (holder === null) return `workflow ${workflowId} is running`;
  const whose = holder.cluster === null ? 'no cluster' : `cluster ${holder.cluster}`;
  return `${whose} holds it (workflow ${workflowId}, ${holder.type}, run ${holder.runId})`;
}
