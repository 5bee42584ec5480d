import { describe, expect, it } from 'vitest';
import { judgeCoreDnsPods } from '../../../src/cluster/verification/dns.js';
import { podTrouble } from '../../../src/cluster/kubernetes/pod-trouble.js';
import { parsePods } from '../../../src/cluster/kubernetes/pods.js';
import { now, list, pod } from '../../support/kubernetes-objects.js';

describe('a pod', () => {
  describe('for which the scheduler finds no node', () => {
    const operator = { 'io.cilium/app': 'operator', name: 'cilium-operator' };
    const taken = "1 node(s) didn't match pod anti-affinity rules";
    const unscheduled = (message: string, labels: Readonly<Record<string, string>> = operator) => {
      const conditions = [{ type: 'PodScheduled', status: 'False', reason: 'Unschedulable', message }];
      const metadata = { name: 'a', labels };
      return parsePods(list([{ metadata, spec: {}, status: { phase: 'Pending', conditions } }]));
    };
    const troubleOf = (...given: Parameters<typeof unscheduled>) =>
      unscheduled(...given).map((pending) => podTrouble(pending, now))[0];

    it('is in trouble, with the scheduler’s words from their beginning', () => {
      const full = '0/1 nodes are available: 1 Insufficient cpu. preemption: 0/1 nodes are available: ';
      expect(troubleOf(`${full}${'x'.repeat(500)}`)).toMatch(
        /^Pending: 0\/1 nodes are available: 1 Insufficient cpu\. preemption: .{90,130}x…$/,
      );
      expect(troubleOf(`0/2 nodes are available: ${taken}, 1 Insufficient memory.`)).toContain(
        'Insufficient memory',
      );
    });

    it.each([
      `0/1 nodes are available: ${taken}. preemption: 0/1 nodes are available: 1 No preemption victims found for incoming pod.`,
      `0/1 nodes are available: ${taken}. no new claims to deallocate, preemption: 0/1 nodes are available.`,
      `0/3 nodes are available: ${taken}, 1 node(s) were unschedulable, 1 node(s) had untolerated taint {nvidia.com/gpu: }. preemption: x.`,
    ])('is no trouble when every node that takes such a pod has one of them: %s', (message) => {
      expect(troubleOf(message)).toBeNull();
      expect(troubleOf(message, { 'k8s-app': 'kube-dns' })).toBeNull();
      // Of others it is not known that it is their own kind that they keep away from.
      expect(troubleOf(message, { app: 'other' })).toContain('anti-affinity');
    });

    it('is in trouble when no node has one of them', () => {
      const tainted = '0/1 nodes are available: 1 node(s) had untolerated taint {a: b}.';
      expect(troubleOf(tainted, { 'k8s-app': 'kube-dns' })).toContain('untolerated taint');
    });

    it('is no reason to call CoreDNS broken that runs elsewhere', () => {
      const [surplus] = unscheduled(`0/1 nodes are available: ${taken}.`, { 'k8s-app': 'kube-dns' });
      const running = parsePods(list([pod('coredns-a')]));
      const judge = (pods: typeof running) => judgeCoreDnsPods('kube-dns', { host: 'node1', pods, now });
      expect(judge([...running, ...(surplus ? [surplus] : [])])).toMatchObject({
        ...{ passed: true, is: '1 running' },
      });
      expect(judge(surplus ? [surplus] : [])).toMatchObject({ passed: false, is: '0 running' });
    });
  });
});
