import { describe, expect, it } from 'vitest';
import type { RerunStrictness } from '../../../src/cluster/releases/releases.js';
import {
  manifests,
  finished,
  joined,
  cluster,
  empty,
  type Node,
  judge,
  worker,
} from '../../support/kubeadm-nodes.js';

describe('a run after a failed one, by release (T5)', () => {
  const initFailed: Node = { adminConf: true, kubeletConf: true, clientCertificate: 'present', manifests };
  const joinFailed = worker({ config: true, bootstrapKubeletConf: true, caCertificate: true });
  const cp: Node = { ...finished, cluster: cluster({ nodes: ['node1'] }) };
  const effects = (nodes: readonly Node[], rerun: RerunStrictness) =>
    judge(nodes, rerun).map(({ trouble }) => trouble?.effect ?? null);

  it.each([
    ['ignores-errors', false, null],
    ['strict', false, /kubeadm init.*fails at its preflight.*kube-apiserver\.yaml.*T5/],
    ['ignores-four-errors-in-the-run', false, null],
    ['ignores-four-errors-in-the-run', true, /kubeadm init.*ports/],
  ] as const)('%s: init over manifests, kubelet running: %s', (rerun, kubeletIsActive, expected) => {
    const [effect] = effects([{ ...initFailed, kubeletIsActive, cluster: empty }], rerun);
    if (expected === null) expect(effect).toBeNull();
    else expect(effect).toMatch(expected);
  });

  it.each([
    ['ignores-errors', null],
    ['strict', /kubeadm join.*bootstrap-kubelet\.conf, ca\.crt/],
    ['ignores-four-errors-in-the-run', /kubeadm join.*bootstrap-kubelet\.conf, ca\.crt/],
  ] as const)("%s: a worker's join", (rerun, expected) => {
    const [, effect] = effects([cp, joinFailed], rerun);
    if (expected === null) expect(effect).toBeNull();
    else expect(effect).toMatch(expected);
  });

  it('lets Kubespray reset a control plane itself where it has an API server without config.yaml', () => {
    const second: Node = { manifests, kubeletIsActive: true };
    expect(effects([cp, second], 'strict')).toEqual([null, null]);
    expect(effects([cp, { kubeletConf: true }], 'strict')[1]).toMatch(/kubeadm join.*kubelet\.conf/);
  });
});

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

  it('binds the approval to everything that was seen on the node', () => {
    const digest = (node: Node) => judge([{ ...half, cluster: empty, ...node }])[0]?.trouble?.digest;
    expect(digest({})).toBe(digest({}));
    expect(digest({ machineId: 'another' })).not.toBe(digest({}));
    expect(digest({ manifests })).not.toBe(digest({}));
    expect(digest({ emptyFiles: ['/etc/kubernetes/admin.conf'] })).not.toBe(digest({}));
  });

  it('keeps an approval while the API server and kubelet come and go, but not where the node is taken for another', () => {
    const digest = (node: Node) => judge([{ ...half, ...node }])[0]?.trouble?.digest;
    const flapping = { cluster: { ...empty, source: 'API server' as const }, kubeletIsActive: true };
    expect(digest(flapping)).toBe(digest({ cluster: empty }));
    const blank: Node = { config: false, manifests };
    const init = digest({ ...blank, kubeletIsActive: true, cluster: empty });
    expect(init).toBeDefined();
    expect(digest({ ...blank, kubeletIsActive: true, cluster: cluster() })).not.toBe(init);
  });
});
