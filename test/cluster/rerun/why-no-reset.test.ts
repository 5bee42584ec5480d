import { describe, expect, it } from 'vitest';
import { finished, joined, cluster, empty, type Node, judge, worker } from '../../support/kubeadm-nodes.js';

describe('whether one node is offered a reset', () => {
  const half: Node = { config: true, manifests: ['kube-apiserver'] };
  const whyNot = (nodes: readonly Node[], index = 0) => judge(nodes)[index]?.trouble?.whyNoReset;
  const health = (healthy: number, members: number) => ({ hasData: true, health: { healthy, members } });

  it('offers it for a worker, and for the first control plane of a cluster that has never worked', () => {
    const broken = worker({ ...joined, clientCertificate: 'dangling' });
    expect(whyNot([{ ...finished, cluster: cluster() }, broken], 1)).toBeNull();
    expect(whyNot([{ ...half, etcd: health(1, 1), cluster: empty }])).toBeNull();
    expect(
      whyNot([{ ...half, etcd: health(3, 3), cluster: cluster({ ...empty, nodes: ['node1'] }) }]),
    ).toBeNull();
  });

  it('refuses it for the first control plane of a cluster that has worked', () => {
    for (const seen of [
      cluster(),
      cluster({ ...empty, workloads: true }),
      cluster({ ...empty, nodes: ['node9'] }),
    ]) {
      expect(whyNot([{ ...half, cluster: seen }])).toContain('certificate authority');
    }
  });

  it('refuses it where etcd has data and does not answer, and allows it where there is none', () => {
    expect(whyNot([{ ...half, etcd: { hasData: true, health: null } }])).toContain('start etcd first');
    expect(whyNot([half])).toBeNull();
  });

  it('offers it for another control plane only beside a complete one, and while etcd keeps its quorum', () => {
    const cp: Node = { ...finished, cluster: cluster() };
    expect(whyNot([cp, { ...half, etcd: health(3, 3) }, finished], 1)).toBeNull();
    expect(whyNot([cp, { ...half, etcd: health(2, 3) }, finished], 1)).toContain('quorum');
    expect(whyNot([cp, { ...half, etcd: { hasData: true, health: null } }, finished], 1)).toBeNull();
    expect(
      whyNot(
        [
          { ...half, cluster: cluster() },
          { ...half, etcd: health(3, 3) },
        ],
        1,
      ),
    ).toContain('no other control plane is complete');
  });

  it('counts a member whose own account is missing as healthy where another finds all of them so', () => {
    const cp: Node = { ...finished, cluster: cluster(), etcd: health(2, 2) };
    expect(whyNot([cp, { ...half, etcd: { hasData: true, health: null } }, finished], 1)).toContain('quorum');
  });
});
