import { describe, expect, it } from 'vitest';
import { manifests, cluster, empty, type Node, judge } from '../../support/kubeadm-nodes.js';

describe('the approval of a reset', () => {
  const half: Node = { config: true, manifests: ['kube-apiserver'] };

  it('is bound to everything that was seen on the node', () => {
    const digest = (node: Node) => judge([{ ...half, cluster: empty, ...node }])[0]?.trouble?.digest;
    expect(digest({})).toBe(digest({}));
    expect(digest({ machineId: 'another' })).not.toBe(digest({}));
    expect(digest({ manifests })).not.toBe(digest({}));
    expect(digest({ emptyFiles: ['/etc/kubernetes/admin.conf'] })).not.toBe(digest({}));
  });

  it('is kept while the API server and kubelet come and go, but not where the node is taken for another', () => {
    const digest = (node: Node) => judge([{ ...half, ...node }])[0]?.trouble?.digest;
    const flapping = { cluster: { ...empty, source: 'API server' as const }, kubeletIsActive: true };
    expect(digest(flapping)).toBe(digest({ cluster: empty }));
    const blank: Node = { config: false, manifests };
    const init = digest({ ...blank, kubeletIsActive: true, cluster: empty });
    expect(init).toBeDefined();
    expect(digest({ ...blank, kubeletIsActive: true, cluster: cluster() })).not.toBe(init);
  });
});
