import { getClient } from '@temporalio/activity';
import { defineSearchAttributeKey, WorkflowNotFoundError } from '@temporalio/common';
import type { HousekeepingActivities } from '../../protocol/housekeeping.js';

const clusterAttribute = defineSearchAttributeKey('SlipwayCluster', 'KEYWORD');

/** Asks Temporal who holds a host's lock, for a message that names the cluster. */
export const findHostHolder: HousekeepingActivities['findHostHolder'] = async ({ workflowId }) => {
  try {
    const { status, runId, type, typedSearchAttributes } = await getClient()
      .workflow.getHandle(workflowId)
      .describe();
    if (status.name !== 'RUNNING') return null;
    return { workflowId, runId, type, cluster: typedSearchAttributes.get(clusterAttribute) ?? null };
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return null;
    throw error;
  }
};
