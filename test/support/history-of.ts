import type { Client } from '@temporalio/client';

/** A workflow, and where there were several runs, one of them. */
export interface Execution {
  readonly workflowId: string;
  readonly runId?: string;
}

/** A workflow's history, with the workflows that it started. */
export async function historyOf(client: Client, { workflowId, runId }: Execution) {
  const { events } = await client.workflow.getHandle(workflowId, runId).fetchHistory();
  const children = (events ?? []).flatMap(
    ({ childWorkflowExecutionStartedEventAttributes: started }): Required<Execution>[] => {
      const child = started?.workflowExecution;
      return child?.workflowId && child.runId ? [{ workflowId: child.workflowId, runId: child.runId }] : [];
    },
  );
  return { events: events ?? [], children };
}

/** Activities that a workflow began after it was told to stop; null as long as nobody has told it. */
export async function stepsScheduledAfterCancel(
  client: Client,
  execution: Execution,
): Promise<string[] | null> {
  const { events } = await historyOf(client, execution);
  const told = events.findIndex((event) => event.workflowExecutionCancelRequestedEventAttributes);
  if (told < 0) return null;
  return events
    .slice(told)
    .flatMap(({ activityTaskScheduledEventAttributes: scheduled }) => scheduled?.activityType?.name ?? []);
}

/** WORKFLOW_TASK_FAILED_CAUSE_UNHANDLED_COMMAND: something new came in while the workflow was about to end. */
const ordinary = 1;

/** Why the server refused what a workflow wanted; empty where it took everything. */
export async function tasksThatFailed(client: Client, execution: Execution): Promise<string[]> {
  const { events } = await historyOf(client, execution);
  return events.flatMap(({ workflowTaskFailedEventAttributes: failed }) =>
    failed && Number(failed.cause) !== ordinary ? (failed.failure?.message ?? 'no message') : [],
  );
}
