import { describe, expect, it } from 'vitest';
import { kubeletIdentitySchema, parseKubeletIdentity } from '../../../src/cluster/facts/kubelet-identity.js';

const parse = (text: string, name = '') =>
  parseKubeletIdentity(
    new Map([
      ['kubelet-identity', text],
      ['node-name', name],
    ]),
  );
const [one, other] = ['1'.repeat(64), '2'.repeat(64)] as const;

describe('parseKubeletIdentity', () => {
  it('understands what a node says, and fits the facts', () => {
    const text = `CERTIFICATE=valid\nAUTHORITY=${other}\nAUTHORITY=${one}\nAUTHORITY=${other}\nSERVER=https://10.0.0.1:6443\n`;
    const identity = parse(text, '\nNode;touch x\nb.example.org\nb\n');
    expect(identity).toEqual({
      nodeName: 'b.example.org',
      certificate: 'valid',
      authorities: [one, other],
      apiServer: '10.0.0.1',
    });
    expect(kubeletIdentitySchema.parse(identity)).toEqual(identity);
  });

  it.each([
    ['https://localhost:6443', 'localhost'],
    ['https://LB-apiserver.kubernetes.local:8443/', 'lb-apiserver.kubernetes.local'],
    ['https://[fd00::1]:6443', 'fd00::1'],
    ['https://10.0.0.1', '10.0.0.1'],
    ['http://10.0.0.1:6443', null],
    ['https://$(touch x):6443', null],
    ['https://a@b:6443', null],
    ['', null],
  ])('knows the API server of %s', (server, apiServer) => {
    expect(parse(`SERVER=${server}\n`)?.apiServer).toBe(apiServer);
  });

  it('leaves out what has another form', () => {
    expect(parse(`CERTIFICATE=yes\nAUTHORITY=${one}0\nAUTHORITY=${one.slice(1)}G\n`)).toEqual({
      nodeName: null,
      certificate: 'none',
      authorities: [],
      apiServer: null,
    });
  });

  it('tells a host that is no node from one that nobody asked', () => {
    expect(parse('\n')).toMatchObject({ certificate: 'none', authorities: [] });
    expect(parseKubeletIdentity(new Map([['node-name', 'b']]))).toBeUndefined();
  });
});
