import { Context } from '@temporalio/activity';
import { stepNewsSignal } from '../../protocol/messages.js';

/** Milliseconds between two pieces of news: each costs the workflow's history four events. */
const pause = 60_000;

/**
 * Makes a function that tells the workflow now and then what its step does, for the current details in Temporal's UI.
 * The heartbeats say the same at once, but a workflow does not see them. Best effort: what cannot be told is not.
 */
export function newsTeller(): (summary: string) => void {
  const context = Context.current();
  const { activityType: step, workflowExecution } = context.info;
  let nextAt = Date.now() + pause / 4;
  return (summary) => {
    if (workflowExecution === undefined || Date.now() < nextAt) return;
    nextAt = Date.now() + pause;
    void tell(summary).catch(() => undefined);
  };

  async function tell(summary: string): Promise<void> {
    const { workflowId, runId } = workflowExecution ?? { workflowId: '' };
    await context.client.workflow.getHandle(workflowId, runId).signal(stepNewsSignal, { step, summary });
  }
}
