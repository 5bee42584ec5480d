import { describe, expect, it } from 'vitest';
import {
  clientCertificateIn,
  kubeletIdentitySchema,
  parseKubeletIdentity,
} from '../../../src/cluster/facts/kubelet-identity.js';

const parse = (sections: Readonly<Record<string, string>>) =>
  parseKubeletIdentity(new Map(Object.entries({ 'kubelet-files': 'kubelet.conf\n', ...sections })));
const [one, other] = ['1'.repeat(64), '2'.repeat(64)] as const;
const conf = `clusters:
- name: c
  cluster: {server: "https://10.0.0.1:6443", certificate-authority-data: word1}
users:
- name: u
  user: {client-certificate: word2}
`;

describe('parseKubeletIdentity', () => {
  it('understands what a node says, and fits the facts', () => {
    const certificates = [
      `word1 authority ${other}`,
      `word1 authority ${one}`,
      `word1 authority ${other}`,
      'word1 certificate valid',
      'word2 file',
      'word2 certificate valid',
      'word2 node b.example.org',
    ];
    const sections = {
      ...{ 'kubelet-conf': conf, 'kubelet-certificates': certificates.join('\n'), 'node-name': 'b\n' },
      'kubelet-files': 'kubelet.conf\nconfig.yaml\nadmin.conf\n',
      'kubelet-service': 'ActiveState=active\nActiveEnterTimestampMonotonic=10000000\nUptime=5000.10\n',
    };
    const identity = parse(sections);
    expect(identity).toEqual({
      ...{
        nodeName: 'b.example.org',
        certificate: 'valid',
        authorities: [one, other],
        apiServer: '10.0.0.1',
      },
      ...{ service: 'running', kubeconfig: 'usual', hasConfig: true, isControlPlane: true },
    });
    expect(kubeletIdentitySchema.parse(identity)).toEqual(identity);
    expect(clientCertificateIn(new Map(Object.entries(sections)))).toBe('present');
  });

  it('leaves out what has another form', () => {
    const lines = `word1 authority ${one}0\nword1 authority ${one.slice(1)}G\nword2 certificate yes\nword2 node Node;x\n`;
    const name = 'Node;touch x\n-b\nb\n';
    expect(parse({ 'kubelet-conf': conf, 'kubelet-certificates': lines, 'node-name': name })).toMatchObject({
      ...{ nodeName: 'b', certificate: 'missing', authorities: [] },
    });
  });

  it('tells a host that is no node from one that nobody asked', () => {
    expect(parse({ 'kubelet-files': '' })).toMatchObject({ certificate: 'none', authorities: [] });
    expect(parseKubeletIdentity(new Map([['node-name', 'b']]))).toBeUndefined();
  });

  it('reads facts of a version that looked at less', () => {
    const earlier = { nodeName: 'b', certificate: 'none', authorities: [], apiServer: null };
    expect(kubeletIdentitySchema.parse(earlier)).toEqual(earlier);
  });
});
