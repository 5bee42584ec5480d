import { defaultPayloadConverter } from '@temporalio/common';
import { describe, expect, it } from 'vitest';
import { withHeartbeatDetails } from '../../../src/cli/progress/heartbeats.js';
import type { ClusterProgress } from '../../../src/protocol/progress.js';

const progress: ClusterProgress = {
  cluster: 'blue',
  phase: 'kubespray',
  release: 'v2.31.0',
  controlHost: [
    { step: 'runKubespray', state: 'failed', summary: 'an earlier one' },
    { step: 'runKubespray', state: 'running', summary: 'Step 8' },
  ],
  hosts: [],
  questions: [],
  refusals: [],
  plan: null,
  report: null,
};

function describing(details: unknown): Parameters<typeof withHeartbeatDetails>[1] {
  const payload = defaultPayloadConverter.toPayload(details);
  const activity = { activityType: { name: 'runKubespray' }, heartbeatDetails: { payloads: [payload] } };
  return { raw: { pendingActivities: [activity] } };
}

const summaries = (details: unknown) =>
  withHeartbeatDetails(progress, describing(details)).controlHost.map(({ summary }) => summary);

describe('the progress of a step under way', () => {
  it('is what its heartbeat says, and only of the one that runs', () => {
    expect(summaries({ tail: 'about 34 %: Install etcd' })).toEqual([
      'an earlier one',
      'about 34 %: Install etcd',
    ]);
  });

  it('is the last line of a log that has no other words', () => {
    expect(summaries({ tail: 'one\n  two \n\n' })[1]).toBe('two');
  });

  it('stays the title where nothing is said that can be read', () => {
    for (const details of [undefined, null, {}, { tail: 7 }, { tail: '\n' }]) {
      expect(summaries(details)[1]).toBe('Step 8');
    }
    const encrypted = { metadata: { encoding: Buffer.from('binary/encrypted') }, data: Buffer.from('x') };
    const activity = {
      activityType: { name: 'runKubespray' },
      heartbeatDetails: { payloads: [encrypted] },
    };
    expect(withHeartbeatDetails(progress, { raw: { pendingActivities: [activity] } })).toEqual(progress);
  });
});
