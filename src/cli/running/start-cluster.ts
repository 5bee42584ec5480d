import {
  WorkflowIdConflictPolicy,
  WorkflowIdReusePolicy,
  WorkflowNotFoundError,
  type Client,
  type WorkflowHandle,
} from '@temporalio/client';
import { digestOf } from '../../cluster/values/digest.js';
import type { Specification } from '../../cluster/specification/specification.js';
import { counted } from '../../cluster/text/quantities.js';
import { clusterWorkflowId, taskQueue } from '../../protocol/messages.js';
import { CommandError } from '../terminal/errors.js';
import { exitCodes } from '../terminal/exit-codes.js';

/** Name of the memo that tells which specification a workflow was started with. */
const specificationMemo = 'specification';

export interface StartedCluster {
  readonly handle: WorkflowHandle;
  /** Whether it was running already, in one sentence. */
  readonly sentence: string;
}

/**
 * Starts the cluster's workflow, or finds the running one.
 * @throws CommandError if the running one was started with another specification
 */
export async function startCluster(client: Client, specification: Specification): Promise<StartedCluster> {
  const workflowId = clusterWorkflowId(specification.name);
  const digest = digestOf(specification);
  const running = await runningSpecification(client, workflowId);
  if (running !== undefined && running !== null && running !== digest) {
    throw new CommandError(
      `The cluster "${specification.name}" is being worked on by another specification than this file's. ` +
        `Let it come to its end (slipway status ${specification.name} --watch), stop it (slipway cancel ` +
        `${specification.name}), or put the file back as it was.`,
      exitCodes.invalidInput,
    );
  }
  const handle = await client.workflow.start('provisionCluster', {
    workflowId,
    taskQueue,
    args: [specification],
    workflowIdConflictPolicy: WorkflowIdConflictPolicy.USE_EXISTING,
    workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE,
    memo: { [specificationMemo]: digest },
    staticSummary: `Cluster ${specification.name}: ${counted(specification.hosts.length, 'host')}`,
  });
  const sentence =
    running === undefined
      ? `Started the workflow ${workflowId}.`
      : `Going on with the workflow ${workflowId}, which is running already.`;
  return { handle, sentence };
}

/** Undefined: none is running. Null: one is, and does not tell its specification's digest. */
async function runningSpecification(client: Client, workflowId: string): Promise<string | null | undefined> {
  try {
    const { status, memo } = await client.workflow.getHandle(workflowId).describe();
    if (status.name !== 'RUNNING') return undefined;
    return (memo?.[specificationMemo] as string | undefined) ?? null;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  }
}
