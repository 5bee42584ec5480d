import { describe, expect, it } from 'vitest';
import { judgePods } from '../../../src/cluster/verification/pods.js';
import { parsePods } from '../../../src/cluster/kubernetes/pods.js';
import { now, list, failing, pod, type PodOptions } from '../../support/kubernetes-objects.js';

describe('the pods of kube-system', () => {
  const components = ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler'];
  const partsOn = (nodeName: string, names = components) =>
    names.map((component) =>
      pod(`${component}-${nodeName}`, { labels: { component, tier: 'control-plane' }, nodeName }),
    );
  const judge = (pods: readonly unknown[], controlPlanes = ['node1']) =>
    judgePods({ host: 'node1', controlPlanes, pods: parsePods(list(pods)), now });

  it('are confirmed when all are well and the control plane is there', () => {
    expect(failing(judge([...partsOn('node1'), pod('calico-node-x')]))).toEqual([]);
  });

  it('fail with the names of those in trouble', () => {
    expect(judge([...partsOn('node1'), pod('calico-node-x', { ready: false })])[0]).toMatchObject({
      check: 'kube-system-pods',
      passed: false,
      is: 'calico-node-x (main is not ready)',
    });
  });

  it('may settle while pods start, not for the sake of those that have failed for good', () => {
    const settles = (options: PodOptions) => judge([...partsOn('node1'), pod('a', options)])[0]?.settles;
    expect(settles({ ready: false })).toBe(true);
    expect(settles({ phase: 'Failed' })).toBe(false);
    const annotations = { 'kubernetes.io/config.mirror': '5d3f' };
    expect(settles({ phase: 'Failed', reason: 'Terminated', annotations })).toBe(true);
  });

  it('are confirmed beside what a restart of a node has left', () => {
    const left = pod('coredns-a', { phase: 'Failed', reason: 'Terminated', ready: false });
    const checks = judge([...partsOn('node1'), pod('coredns-b'), left]);
    expect(failing(checks)).toEqual([]);
    expect(checks[0]?.is).toBe('5 pods, none in trouble');
  });

  it('fail when a part of the control plane is missing, or everything', () => {
    expect(failing(judge(partsOn('node1').slice(1)))).toEqual(['control-plane-pods node1']);
    expect(failing(judge([]))).toEqual(['kube-system-pods node1', 'control-plane-pods node1']);
  });

  it('fail when one of three control planes lacks a part that the others have', () => {
    const three = ['node1', 'node2', 'node3'];
    const without = (node: string, part: string) =>
      partsOn(node, node === 'node3' ? components.filter((name) => name !== part) : components);
    const pods = (part: string) => three.flatMap((node) => without(node, part));
    expect(failing(judge(pods('none'), three))).toEqual([]);
    const [failed] = judge(pods('kube-apiserver'), three).filter(({ passed }) => !passed);
    expect(failed).toMatchObject({
      check: 'control-plane-pods',
      host: 'node3',
      is: 'missing on node3: kube-apiserver',
    });
    expect(failed?.advice).toContain('on node3');
    expect(failing(judge(partsOn('node1'), three))).toEqual([
      'control-plane-pods node2',
      'control-plane-pods node3',
    ]);
  });
});
