import { describe, expect, it } from 'vitest';
import { parseEnvironmentFile } from '../../../src/cluster/kubernetes/etcd-answers.js';
import { etcdEnvironment } from '../../../src/lab/kubernetes/etcd.js';

describe('the environment of the lab’s etcd', () => {
  it('is read by verification as Kubespray’s own', () => {
    const places = ['node1', 'node2'].map((name, index) => ({ name, address: `10.201.7.${index + 10}` }));
    const [, second] = places;
    if (second === undefined) throw new Error('There are two.');
    const variables = parseEnvironmentFile(etcdEnvironment(second, places));
    expect(variables.get('ETCD_NAME')).toBe('etcd2');
    expect(variables.get('ETCD_INITIAL_CLUSTER')).toBe(
      'etcd1=https://10.201.7.10:2380,etcd2=https://10.201.7.11:2380',
    );
    expect(variables.get('ETCDCTL_KEY')).toBe('/etc/ssl/etcd/ssl/admin-node2-key.pem');
  });
});
