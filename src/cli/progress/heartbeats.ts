import type { WorkflowExecutionDescription } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import type { ClusterProgress } from '../../protocol/progress.js';

/** What a worker last said of a step under way, by the step's name. */
type LastWords = ReadonlyMap<string, string>;

/**
 * Puts what the control host's steps say in their heartbeats in place of their titles. A workflow knows nothing of
 * heartbeats, which cost its history nothing, so that a playbook of an hour can be followed task by task.
 */
export function withHeartbeatDetails(
  progress: ClusterProgress,
  description: Pick<WorkflowExecutionDescription, 'raw'>,
): ClusterProgress {
  const words = lastWords(description);
  if (words.size === 0) return progress;
  return {
    ...progress,
    controlHost: progress.controlHost.map((step) => {
      const said = step.state === 'running' ? words.get(step.step) : undefined;
      return said === undefined ? step : { ...step, summary: said };
    }),
  };
}

function lastWords({ raw }: Pick<WorkflowExecutionDescription, 'raw'>): LastWords {
  const words = new Map<string, string>();
  for (const { activityType, heartbeatDetails } of raw.pendingActivities ?? []) {
    const [payload] = heartbeatDetails?.payloads ?? [];
    const said = payload ? lastLine(detailsOf(payload)) : undefined;
    if (activityType?.name && said !== undefined) words.set(activityType.name, said);
  }
  return words;
}

/** A job's heartbeats hold the end of its log, or a sentence in its place (`JobProgress`). */
function lastLine(details: unknown): string | undefined {
  if (typeof details !== 'object' || details === null || !('tail' in details)) return undefined;
  if (typeof details.tail !== 'string') return undefined;
  return details.tail
    .split('\n')
    .map((line) => line.trim())
    .findLast((line) => line !== '');
}

/** Whatever cannot be read, for example because it is encrypted, is not shown. */
function detailsOf(payload: Parameters<typeof defaultPayloadConverter.fromPayload>[0]): unknown {
  try {
    return defaultPayloadConverter.fromPayload(payload);
  } catch {
    return undefined;
  }
}
