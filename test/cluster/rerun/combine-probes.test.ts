import { describe, expect, it } from 'vitest';
import { manifests, finished, cluster, type Node, judge } from '../../support/kubeadm-nodes.js';

describe('the control plane that Kubespray takes for the first one (T2)', () => {
  const seen = cluster({ nodes: ['alpha', 'beta', 'zeta'] });
  const zeta: Node = { ...finished, host: 'zeta', cluster: seen };
  const beta: Node = { ...finished, host: 'beta' };
  const byName = ['ignores-errors', 'strict'] as const;
  const byInventory = 'ignores-four-errors-in-the-run';

  it('is the first by name of those that are registered, up to v2.29.1, though nothing is on it', () => {
    for (const rerun of byName) {
      const [first, blank, third] = judge([zeta, { host: 'alpha' }, beta], rerun);
      expect(blank).toMatchObject({ state: { kind: 'seen-as-blank' }, trouble: { mayRun: false } });
      expect(blank?.trouble?.effect).toContain('"kubeadm init" on this one, over the cluster');
      expect(blank?.trouble?.evidence.join()).toContain('holds a cluster with a node of that name');
      expect(blank?.trouble?.whyNoReset).toContain('"kubectl delete node alpha"');
      for (const node of [first, third]) expect(node?.trouble).toBeNull();
    }
    expect(judge([zeta, { host: 'alpha' }, beta], byInventory)[1]).toMatchObject({
      state: { kind: 'absent' },
      trouble: null,
    });
  });

  it('joins like any other once its Node object is gone', () => {
    const left = { ...zeta, cluster: cluster({ nodes: ['beta', 'zeta'] }) };
    expect(judge([left, { host: 'alpha' }, beta])[1]).toMatchObject({
      state: { kind: 'absent' },
      trouble: null,
    });
  });

  it('joins like any other where one that kubeadm has been on comes before it', () => {
    const [, , blank] = judge([{ ...zeta }, { ...finished, host: 'alpha' }, { host: 'beta' }]);
    expect(blank).toMatchObject({ state: { kind: 'absent' }, trouble: null });
    const [, , late] = judge([
      { ...finished, cluster: cluster({ nodes: ['node1', 'node10', 'node2'] }) },
      { ...finished, host: 'node2' },
      { host: 'node10' },
    ]);
    expect(late?.trouble).toBeNull();
  });

  it('goes by the name in the cluster, which Kubespray compares with that of the inventory', () => {
    const renamed = cluster({ nodes: ['a.example.org', 'b.example.org'] });
    const named = { ...finished, nodeName: 'b.example.org', cluster: renamed };
    expect(judge([{ ...named, host: 'zeta' }, { host: 'alpha' }])[1]?.trouble).toBeNull();
  });

  it('is not offered a reset, which would make it a blank one', () => {
    const half: Node = { ...finished, host: 'alpha', clientCertificate: 'dangling' };
    for (const rerun of byName) {
      expect(judge([zeta, half, beta], rerun)[1]?.trouble).toMatchObject({
        mayRun: true,
        whyNoReset: expect.stringContaining('"kubectl delete node alpha"') as string,
      });
    }
    expect(judge([zeta, half, beta], byInventory)[1]?.trouble?.whyNoReset).toBeNull();
    const left = { ...zeta, cluster: cluster({ nodes: ['beta', 'zeta'] }) };
    expect(judge([left, half, beta])[1]?.trouble?.whyNoReset).toBeNull();
  });

  it('is never run over with parts of kubeadm on it either', () => {
    const parts: Node = { host: 'alpha', kubeletConf: true, manifests };
    const [, half] = judge([zeta, parts, beta]);
    expect(half).toMatchObject({ state: { kind: 'seen-as-blank' }, trouble: { mayRun: false } });
    expect(half?.trouble?.effect).toContain('"kubeadm init" on this one');
    expect(judge([zeta, parts, beta], byInventory)[1]?.trouble).toBeNull();
  });

  it('may be a blank one while etcd, which may have its name, does not answer', () => {
    const etcd = { hasData: true, health: null };
    const nodes = [
      { ...finished, host: 'zeta', etcd },
      { host: 'alpha', etcd },
      { host: 'beta', etcd },
    ];
    const [, blank] = judge(nodes);
    expect(blank).toMatchObject({ state: { kind: 'seen-as-blank' }, trouble: { mayRun: false } });
    expect(blank?.trouble?.whyNoReset).toContain('start etcd first');
    expect(judge(nodes, byInventory)[1]?.trouble).toBeNull();
    expect(judge([{ ...finished, etcd }, { etcd }, { etcd }])[1]?.trouble).toBeNull();
  });
});
