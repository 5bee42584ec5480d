import { describe, expect, it } from 'vitest';
import { parseEtcdProbe, parseNodeProbe } from '../../../src/cluster/rerun/node-probe.js';
import { aProbe } from '../../support/builders.js';

const mark = '@@mark';
const answer = (sections: Readonly<Record<string, string>>) =>
  Object.entries({ ...sections, end: '' })
    .map(([name, text]) => `\n${mark} ${name}\n${text}`)
    .join('');

describe('the answer of the probe', () => {
  it('of a node on which kubeadm has never run', () => {
    expect(parseNodeProbe(answer({ 'machine-id': 'm\n' }), mark, 'n')).toEqual(
      aProbe({ host: 'n', machineId: 'm' }),
    );
  });

  it('of a control plane whose API server answers', () => {
    const files = 'config\nkubelet.conf\nadmin.conf\nkube-apiserver\nca.crt\nca.crt\n';
    const cluster = 'node node1\nnode b;touch x\nkubeadm-config\ncluster-info\nworkloads\nanswered\n';
    const text = answer({
      'machine-id': 'm',
      files,
      'kubelet-files': 'kubelet.conf\nadmin.conf\n',
      'kubelet-conf': 'users: [{user: {client-certificate: word1}}]\n',
      'kubelet-certificates': 'word1 file\nword1 certificate valid\n',
      'kubelet-service': 'ActiveState=active\nActiveEnterTimestampMonotonic=1\nUptime=900\n',
      'node-name': '\nNode;touch x\nnode1.example.org\nnode1\n',
      kubelet: 'active',
      'etcd-data': 'yes',
      cluster,
    });
    expect(parseNodeProbe(text, mark, 'node1')).toEqual({
      ...{
        host: 'node1',
        machineId: 'm',
        nodeName: 'node1.example.org',
        config: true,
        kubeletConf: true,
        bootstrapKubeletConf: false,
      },
      ...{
        adminConf: true,
        caCertificate: true,
        manifests: ['kube-apiserver'],
        clientCertificate: 'present',
      },
      ...{ kubeletIsActive: true, etcd: { hasData: true, health: null } },
      kubeletIdentity: {
        ...{ nodeName: 'node1.example.org', certificate: 'valid', authorities: [], apiServer: null },
        ...{ service: 'running', kubeconfig: 'usual', hasConfig: false, isControlPlane: true },
      },
      cluster: {
        source: 'API server',
        kubeadmConfig: true,
        clusterInfo: true,
        workloads: true,
        nodes: ['node1'],
      },
    });
  });

  it('names files that are there and empty', () => {
    const probe = parseNodeProbe(answer({ files: 'config\n', 'empty-files': '/etc/x\n/etc/y\n' }), mark, 'n');
    expect(probe).toMatchObject({ config: true, emptyFiles: ['/etc/x', '/etc/y'] });
  });

  it('counts as none where the API server broke off in its middle', () => {
    const text = answer({ cluster: 'node node1\nkubeadm-config\n' });
    expect(parseNodeProbe(text, mark, 'n').cluster).toBeNull();
  });

  it('of etcd: its members, and what a cluster has written; nothing where it does not answer', () => {
    const health = '[{"endpoint":"a","health":true},{"endpoint":"b","health":false,"error":"x"}]';
    expect(parseEtcdProbe(answer({ health, cluster: 'answered\n' }), mark)).toEqual({
      health: { healthy: 1, members: 2 },
      cluster: { source: 'etcd', kubeadmConfig: false, clusterInfo: false, workloads: false, nodes: [] },
    });
    expect(parseEtcdProbe(answer({ health: '', cluster: '' }), mark)).toEqual({
      health: null,
      cluster: null,
    });
  });

  it('is refused when it is cut off', () => {
    expect(() => parseNodeProbe(`\n${mark} files\nconfig`, mark, 'n')).toThrow('incomplete');
    expect(() => parseEtcdProbe('', mark)).toThrow('incomplete');
  });
});
