import { describe, expect, it } from 'vitest';
import { podTrouble } from '../../../src/cluster/kubernetes/pod-trouble.js';
import { parsePods } from '../../../src/cluster/kubernetes/pods.js';
import { now, list, pod } from '../../support/kubernetes-objects.js';

const one = (...input: Parameters<typeof pod>) => parsePods(list([pod(...input)]))[0];
const trouble = (...input: Parameters<typeof pod>) => {
  const parsed = one(...input);
  return parsed && podTrouble(parsed, now);
};

describe('a pod', () => {
  it('is well when running and ready, also long after a restart, or when completed', () => {
    expect(trouble('a')).toBeNull();
    expect(trouble('a', { restarts: 1 })).toBeNull();
    expect(
      trouble('a', { phase: 'Succeeded', ready: false, state: { terminated: { reason: 'Completed' } } }),
    ).toBeNull();
  });

  const kubeletEnds = ['Terminated', 'NodeShutdown', 'Evicted', 'Preempting'];

  it.each(kubeletEnds)(
    'is no trouble when kubelet has ended it for its node (%s): others follow it',
    (reason) => {
      const ended = { phase: 'Failed', ready: false, state: { terminated: { exitCode: 137 } }, reason };
      expect(trouble('coredns-a', ended)).toBeNull();
      expect(trouble('coredns-a', { ...ended, deletionTimestamp: '2026-11-22T14:00:00Z' })).toBeNull();
    },
  );

  it('is in trouble when kubelet has ended a static pod, which comes back under the same name', () => {
    const annotations = { 'kubernetes.io/config.mirror': '5d3f' };
    expect(trouble('kube-apiserver-node1', { phase: 'Failed', reason: 'Terminated', annotations })).toBe(
      'Terminated',
    );
  });

  it('is in trouble when kubelet does not take it', () => {
    expect(trouble('a', { phase: 'Failed', reason: 'UnexpectedAdmissionError' })).toBe(
      'UnexpectedAdmissionError',
    );
  });

  it('is in trouble otherwise', () => {
    expect(trouble('a', { ready: false, state: { waiting: { reason: 'CrashLoopBackOff' } } })).toBe(
      'main: CrashLoopBackOff',
    );
    expect(trouble('a', { ready: false })).toBe('main is not ready');
    expect(trouble('a', { phase: 'Failed', state: { terminated: { exitCode: 1 } } })).toBe('Failed');
    expect(trouble('a', { deletionTimestamp: '2026-11-22T14:00:00Z' })).toBe('being deleted');
    expect(trouble('a', { restarts: 7, state: { running: { startedAt: '2026-11-22T14:00:10Z' } } })).toBe(
      'main was restarted a moment ago, 7 times so far',
    );
  });

  describe('with init containers', () => {
    const initializing = { ready: false, state: { waiting: { reason: 'PodInitializing' } } };
    const init = (name: string, state: object, over: object = {}) => ({
      ...{ name, ready: false, restartCount: 0, state, lastState: {}, ...over },
    });
    const done = init('upgrade-ipam', { terminated: { exitCode: 0, reason: 'Completed' } }, { ready: true });
    const crashed = { exitCode: 1, reason: 'Error', message: 'FATAL\nno such file: /host/opt/cni/bin\n' };
    const withInit = (...initContainers: object[]) =>
      trouble('calico-node-x', { phase: 'Pending', ...initializing, initContainers });

    it('is in trouble by the one that crashes, with its last words', () => {
      const waiting = { reason: 'CrashLoopBackOff', message: 'back-off 5m0s restarting failed container' };
      const lastState = { terminated: crashed };
      const waits = init('mount-bpffs', { waiting: { reason: 'PodInitializing' } });
      expect(withInit(done, init('install-cni', { waiting }, { restartCount: 6, lastState }), waits)).toBe(
        'init container install-cni: CrashLoopBackOff, last exit code 1 (Error): FATAL no such file: /host/opt/cni/bin',
      );
      expect(withInit(init('install-cni', { terminated: crashed }))).toBe(
        'init container install-cni, last exit code 1 (Error): FATAL no such file: /host/opt/cni/bin',
      );
    });

    it('is in trouble while one does its work', () => {
      expect(withInit(done, init('install-cni', { running: {} }))).toBe(
        'init container install-cni is still running',
      );
      expect(withInit(done)).toBe('main: PodInitializing');
    });

    it('is well when they are done, or run beside the others for good', () => {
      const sidecar = init('log', { running: {} }, { ready: true });
      expect(trouble('a', { initContainers: [done, sidecar] })).toBeNull();
    });
  });

  it('tells how a container has ended, and what a waiting one waits for', () => {
    const killed = { terminated: { exitCode: 137, reason: 'OOMKilled' } };
    const looping = { ready: false, state: { waiting: { reason: 'CrashLoopBackOff', message: 'back-off' } } };
    expect(trouble('a', { ...looping, lastState: killed })).toBe(
      'main: CrashLoopBackOff, last exit code 137 (OOMKilled)',
    );
    expect(trouble('a', { ready: false, state: killed })).toBe(
      'main is not ready, last exit code 137 (OOMKilled)',
    );
    const startedAt = '2026-11-22T14:00:10Z';
    expect(trouble('a', { restarts: 7, state: { running: { startedAt } }, lastState: killed })).toBe(
      'main was restarted a moment ago, 7 times so far, last exit code 137 (OOMKilled)',
    );
    const message = 'secret "token" not found';
    const waiting = { reason: 'CreateContainerConfigError', message };
    expect(trouble('a', { ready: false, state: { waiting } })).toBe(
      'main: CreateContainerConfigError: secret "token" not found',
    );
    const long = { waiting: { reason: 'ErrImagePull', message: `${'x'.repeat(500)} denied` } };
    expect(trouble('a', { ready: false, state: long })).toMatch(/^main: ErrImagePull: …x{153} denied$/);
  });

  it('is in trouble when its node no longer answers, whatever its containers are shown as', () => {
    const conditions = [
      { type: 'PodScheduled', status: 'True' },
      { type: 'Ready', status: 'False' },
    ];
    expect(trouble('a', { conditions })).toBe('not ready, though its containers were last seen running');
    expect(trouble('a', { conditions: [{ type: 'Ready', status: 'True' }] })).toBeNull();
  });

  it('is in trouble while no node has been found for it', () => {
    const pending = parsePods(list([{ metadata: { name: 'a' }, spec: {}, status: { phase: 'Pending' } }]))[0];
    expect(pending && podTrouble(pending, now)).toBe('Pending');
  });
});
