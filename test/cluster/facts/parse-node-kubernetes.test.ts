import { describe, expect, it } from 'vitest';
import { nodeKubernetesSchema } from '../../../src/cluster/facts/facts.js';
import { parseNodeKubernetes } from '../../../src/cluster/facts/parse-node-kubernetes.js';

const parse = (text: string) => parseNodeKubernetes(new Map([['kubernetes', text]]));

describe('parseNodeKubernetes', () => {
  it.each([
    ['KUBELET=Kubernetes v1.31.9\nAPISERVER=v1.31.4\n', '1.31.9', '1.31.4'],
    ['KUBELET=Kubernetes v1.28.6\nAPISERVER=\n', '1.28.6', null],
    ['KUBELET=Kubernetes v1.28.15+rke2r1\nAPISERVER=v1.28.15\n', '1.28.15', '1.28.15'],
    ['KUBELET=\nAPISERVER=v1.31.4\n', null, '1.31.4'],
    ['KUBELET=stand-in, of no version\nAPISERVER=v1.31\n', null, null],
    ['KUBELET=Kubernetes v1.$(id).1\nAPISERVER=v99999999999.1.1\n', null, null],
    ['KUBELET=unknown option\nAPISERVER=v1.31.4\nKUBELET=Kubernetes v1.1.1\n', null, '1.31.4'],
  ])('understands %j', (text, kubelet, apiServer) => {
    const node = parse(text);
    expect(node).toEqual({ kubelet, apiServer });
    expect(nodeKubernetesSchema.parse(node)).toEqual(node);
  });

  it('tells a host that is no node from one that nobody asked', () => {
    expect(parse('\n')).toBeNull();
    expect(parseNodeKubernetes(new Map())).toBeUndefined();
  });
});
