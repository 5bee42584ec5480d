import { describe, expect, it } from 'vitest';
import type { RerunStrictness } from '../../../src/cluster/releases/releases.js';
import {
  manifests,
  finished,
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
