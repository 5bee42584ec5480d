import { describe, expect, it } from 'vitest';
import { judgeNodes } from '../../../src/cluster/verification/nodes.js';
import { parseLeases, parseNodes } from '../../../src/cluster/kubernetes/nodes.js';
import { now, node, lease, list, failing } from '../../support/kubernetes-objects.js';

describe('nodes', () => {
  const judge = (
    nodes: readonly unknown[],
    leases = [lease('node1', '2026-11-22T14:00:25.123456Z')],
    kubernetes: string | null = '1.28.6',
  ) =>
    judgeNodes(
      { names: ['node1'], controlPlanes: [], kubernetes },
      { nodes: parseNodes(list(nodes)), leases: parseLeases(list(leases)), now },
    );

  it('are confirmed when ready, with a fresh lease, room, and the release’s version', () => {
    const checks = judge([node('node1'), node('stranger', { ready: 'False' })]);
    expect(failing(checks)).toEqual([]);
    expect(checks.map(({ check }) => check)).toEqual([
      'node-ready',
      'node-pressure',
      'node-lease',
      'node-version',
    ]);
  });

  it('fail when missing', () => {
    expect(failing(judge([node('other')]))).toEqual(['node-ready node1']);
  });

  it.each(['False', 'Unknown'])('fail when Ready is %s', (ready) => {
    expect(judge([node('node1', { ready })])[0]).toMatchObject({
      check: 'node-ready',
      passed: false,
      is: 'not Ready: PLEG is not healthy',
    });
  });

  it('fail when cordoned', () => {
    const [check] = judge([node('node1', { unschedulable: true })]);
    expect(check).toMatchObject({ passed: false, is: 'Ready, but cordoned' });
    expect(check?.advice).toContain('kubectl uncordon node1');
  });

  it('fail under pressure', () => {
    expect(failing(judge([node('node1', { disk: 'True' })]))).toEqual(['node-pressure node1']);
  });

  it('fail when Ready is stale: the lease is old, missing, or was never renewed', () => {
    const old = [lease('node1', '2026-11-22T13:59:00.000000Z')];
    expect(judge([node('node1')], old).find(({ check }) => check === 'node-lease')).toMatchObject({
      passed: false,
      is: 'renewed 90 s ago',
    });
    expect(failing(judge([node('node1')], []))).toEqual(['node-lease node1']);
    expect(failing(judge([node('node1')], [lease('node1')]))).toEqual(['node-lease node1']);
  });

  it('may settle when they are not ready yet, and not when they are cordoned or of another version', () => {
    const settles = (...nodes: readonly unknown[]) =>
      judge(nodes).flatMap(({ check, settles: may }) => (may === true ? [check] : []));
    expect(settles(node('node1', { ready: 'False' }))).toEqual(['node-ready']);
    expect(settles(node('other'))).toEqual(['node-ready']);
    expect(settles(node('node1', { unschedulable: true, version: 'v1.27.6' }))).toEqual([]);
  });

  it('may have another patch release, not another minor one', () => {
    expect(failing(judge([node('node1', { version: 'v1.28.15' })]))).toEqual([]);
    expect(failing(judge([node('node1', { version: 'v1.27.6' })]))).toEqual(['node-version node1']);
  });

  it('must all have the same minor release where it is not known which', () => {
    const versions = (...others: string[]) =>
      judge(
        [node('node1', { version: 'v1.36.2' }), ...others.map((version) => node('b', { version }))],
        undefined,
        null,
      );
    expect(failing(versions('v1.36.0'))).toEqual([]);
    expect(versions('v1.9.0', 'v1.37.0').at(-1)).toMatchObject({ passed: false, shouldBe: 'v1.37' });
  });
});

describe('the label of control planes', () => {
  const label = { 'node-role.kubernetes.io/control-plane': '' };
  const judge = (nodes: readonly unknown[]) =>
    judgeNodes(
      { names: ['node1', 'node2', 'node3'], controlPlanes: ['node1', 'node2'], kubernetes: null },
      { nodes: parseNodes(list(nodes)), leases: [], now },
    ).filter(({ check }) => check === 'control-plane-label');

  it('is asked of control planes that are nodes, and of no worker', () => {
    const checks = judge([node('node1', { labels: label }), node('node2', { labels: label }), node('node3')]);
    expect(checks.map(({ host, passed }) => [host, passed])).toEqual([
      ['node1', true],
      ['node2', true],
    ]);
    expect(judge([node('node1', { labels: label })])).toHaveLength(1);
  });

  it('fails where kubeadm was cut off before it, with the words that set it', () => {
    const [first, second] = judge([node('node1', { labels: label }), node('node2')]);
    expect(first?.passed).toBe(true);
    expect(second).toMatchObject({
      host: 'node2',
      passed: false,
      is: 'no label node-role.kubernetes.io/control-plane',
    });
    expect(second?.advice).toContain('kubectl label node node2 node-role.kubernetes.io/control-plane=');
    expect(second?.advice).toContain(
      'kubectl taint node node2 node-role.kubernetes.io/control-plane:NoSchedule',
    );
  });
});
