import { describe, expect, it } from 'vitest';
import {
  judgeNotedPods,
  noteOf,
  notedPodsIn,
  notingPods,
  podsBefore,
} from '../../../src/cluster/verification/noted-pods.js';
import { parsePods } from '../../../src/cluster/kubernetes/pods.js';

const now = Date.parse('2026-11-22T14:00:30Z');
const before = 'containerd://0123456789abcdef';
const after = 'containerd://fedcba9876543210';
const running = { running: { startedAt: '2026-11-22T13:00:00Z' } };

interface PodOptions {
  readonly uid?: string;
  readonly id?: string;
  readonly state?: object;
  readonly ready?: boolean;
  readonly phase?: string;
  readonly reason?: string;
  readonly sidecar?: string;
}

function pod({ uid = 'u1', id = before, state = running, phase = 'Running', ...rest }: PodOptions = {}) {
  const { ready = phase === 'Running' && state === running, reason, sidecar } = rest;
  const status = { ready, restartCount: 0 };
  return {
    metadata: { name: `web-${uid}`, namespace: 'default', uid },
    spec: { nodeName: 'node1' },
    status: {
      ...{ phase, reason, conditions: [{ type: 'Ready', status: ready ? 'True' : 'False' }] },
      containerStatuses: [{ name: 'main', ...status, state, containerID: id }],
      initContainerStatuses: sidecar
        ? [{ name: 'beside', ...status, ready: true, state: running, containerID: sidecar }]
        : [],
    },
  };
}
const pods = (...all: readonly object[]) => parsePods(JSON.stringify({ items: all }));
const waiting = { waiting: { reason: 'CreateContainerError', message: 'no such device' } };
const pending = {
  metadata: { name: 'web-u1', namespace: 'default', uid: 'u1' },
  status: { phase: 'Pending' },
};
const noted = noteOf(pods(pod(), pod({ uid: 'u2' })), now);
const judged = (...all: readonly object[]) =>
  judgeNotedPods({ node: 'node1', noted, pods: pods(...all), now });

describe('the note of a node’s pods', () => {
  it('has every container of those that are well, and nothing of the others', () => {
    const all = pods(
      pod({ sidecar: after }),
      pod({ uid: 'crashing', state: waiting }),
      pod({ uid: 'unready', ready: false }),
      pod({ uid: 'completed', phase: 'Succeeded' }),
      { ...pending, metadata: { ...pending.metadata, uid: 'pending' } },
    );
    expect(noteOf(all, now)).toEqual({ u1: ['fedcba987654', '0123456789ab'] });
  });

  it('is found again in the annotation that it was written to', () => {
    const [patch = ''] = notingPods('node1', noted).slice(-1);
    const { metadata } = JSON.parse(patch) as { metadata: { annotations: Record<string, string> } };
    expect(notedPodsIn(metadata.annotations)).toEqual(noted);
  });

  it.each([undefined, '', 'null', '[]', '{"u1":1}', '{'])('is none in the annotation %j', (text) => {
    expect(notedPodsIn(text === undefined ? {} : { [podsBefore]: text })).toBeUndefined();
  });
});

describe('node-pods', () => {
  it('passes with every noted pod in another container, or gone', () => {
    expect(judged(pod({ id: after }))).toMatchObject({
      ...{ check: 'node-pods', host: 'node1', passed: true, is: '1 pod of before in new containers' },
    });
    expect(judged().passed).toBe(true);
  });

  it('is not about pods that were not well before, nor about new ones', () => {
    expect(judged(pod({ uid: 'u3', state: waiting }), pod({ uid: 'u4', id: before })).passed).toBe(true);
  });

  it('passes for one that has completed meanwhile', () => {
    expect(judged(pod({ phase: 'Succeeded', state: { terminated: { exitCode: 0 } } })).passed).toBe(true);
  });

  it.each<[string, object, string, boolean]>([
    [
      'is shown with its container of before',
      pod(),
      'default/web-u1 (shown with its container from before step 7, which is not running any more)',
      true,
    ],
    [
      'has a sidecar of before beside a new container',
      pod({ id: after, sidecar: before }),
      'default/web-u1 (shown with its container from before step 7, which is not running any more)',
      true,
    ],
    [
      'does not start',
      pod({ state: waiting, id: before }),
      'default/web-u1 (main: CreateContainerError: no such device)',
      true,
    ],
    ['is not ready', pod({ id: after, ready: false }), 'default/web-u1 (main is not ready)', true],
    ['has no container', pending, 'default/web-u1 (Pending)', true],
    [
      'was rejected for good',
      pod({ phase: 'Failed', reason: 'UnexpectedAdmissionError', state: {} }),
      'default/web-u1 (UnexpectedAdmissionError)',
      false,
    ],
  ])('fails for a noted pod that %s', (_, broken, is, settles) => {
    const check = judged(pod({ uid: 'u2', id: after }), broken);
    expect(check).toMatchObject({ passed: false, is, settles });
    expect(check.advice).toContain('csi.kubeletDirPath');
    expect(check.advice).toContain('node1');
  });
});
