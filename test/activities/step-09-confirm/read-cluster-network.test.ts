import { MockActivityEnvironment } from '@temporalio/testing';
import { describe, expect, it } from 'vitest';
import { readClusterNetwork } from '../../../src/activities/step-09-confirm/read-cluster-network.js';
import type { ClusterNetworkResult, VerifyKubernetesInput } from '../../../src/protocol/step-inputs.js';
import { FakeHost } from '../../fakes/fake-host.js';
import { FakeHostPool } from '../../fakes/fake-host-pool.js';
import { input, list } from '../../support/confirmation.js';
import { apiService, corednsService, headlessService } from '../../support/services.js';

const corednsPod = {
  metadata: { name: 'coredns-1', namespace: 'kube-system', labels: { 'k8s-app': 'kube-dns' } },
  spec: { nodeName: 'node2' },
  status: { phase: 'Running', podIP: '10.233.65.2', podIPs: [{ ip: '10.233.65.2' }] },
};
const Corefile = '.:53 {\n    kubernetes akash.example in-addr.arpa ip6.arpa {\n    }\n}\n';

const controlPlane = () =>
  new FakeHost('node1')
    .when(/kube-system\/pods\?/, list(corednsPod))
    .when(/kube-system\/services\?/, list(corednsService, headlessService))
    .when(/get service kubernetes/, JSON.stringify(apiService))
    .when(/get configmap coredns/, JSON.stringify({ data: { Corefile } }));

const known = { nodeLocalDnsAddress: '169.254.25.10', clusterDomain: 'cluster.local' };

const read = (host: FakeHost, asked: Partial<VerifyKubernetesInput> = known): Promise<ClusterNetworkResult> =>
  new MockActivityEnvironment().run(readClusterNetwork({ hosts: new FakeHostPool([host]) }), {
    ...input,
    ...asked,
  });

describe('readClusterNetwork', () => {
  it('reads the addresses of pods and services, and changes nothing', async () => {
    const host = controlPlane();
    expect(await read(host)).toEqual({
      checks: [],
      network: {
        dnsPods: [{ name: 'coredns-1', node: 'node2', addresses: ['10.233.65.2'] }],
        systemPods: [{ name: 'coredns-1', node: 'node2', isDns: true }],
        dnsServices: [{ name: 'kube-system/coredns', addresses: ['10.233.0.3'], port: 53 }],
        api: { name: 'default/kubernetes', addresses: ['10.233.0.1'], port: 443 },
        nodeLocalDns: '169.254.25.10',
        domain: 'cluster.local',
      },
    });
    const verbs = host.scripts().map((script) => /kubectl --request-timeout=20s (.*)/.exec(script)?.[1]);
    expect(verbs.every((words) => / ?get /.test(words ?? ''))).toBe(true);
    expect(host.scripts(/configmap/)).toEqual([]);
  });

  it('takes the domain from the Corefile where no variable tells it', async () => {
    expect((await read(controlPlane(), { clusterDomain: null })).network?.domain).toBe('akash.example');
    const answer = { exitCode: 1, stderr: 'Error from server (NotFound): configmaps "coredns" not found' };
    const without = controlPlane().when(/configmap coredns/, answer);
    expect((await read(without, { clusterDomain: null })).network?.domain).toBeNull();
  });

  it('knows no cache where none is to run', async () => {
    const result = await read(controlPlane(), { ...known, nodeLocalDns: false });
    expect(result.network?.nodeLocalDns).toBeNull();
  });

  it('fails the check kubernetes-api, and knows nothing, where the API server gives no answer', async () => {
    const stderr = 'The connection to the server 10.0.0.1:6443 was refused';
    const result = await read(controlPlane().when(/services\?/, { exitCode: 1, stderr }));
    expect(result).toMatchObject({ network: null, checks: [{ check: 'kubernetes-api', passed: false }] });
  });
});
