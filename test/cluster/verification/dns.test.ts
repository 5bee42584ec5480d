import { describe, expect, it } from 'vitest';
import {
  forwardedTo,
  judgeCoreDnsPods,
  judgeForward as judgeForwardOf,
  judgeNodeLocalPods,
  nodeLocalDnsLabels,
  parseCorefile,
} from '../../../src/cluster/verification/dns.js';
import { parsePods } from '../../../src/cluster/kubernetes/pods.js';
import { now, list, failing, pod } from '../../support/kubernetes-objects.js';

/** As Kubespray writes it. */
const corefile = `.:53 {
    errors {
    }
    health {
        lameduck 5s
    }
    ready
    kubernetes cluster.local in-addr.arpa ip6.arpa {
      pods insecure
      fallthrough in-addr.arpa ip6.arpa
    }
    prometheus :9153
    forward . 8.8.8.8 1.1.1.1 {
      prefer_udp
      max_concurrent 1000
    }
    cache 30
    loop
    reload
    loadbalance
}
`;

describe('DNS', () => {
  const judgeForward = (host: string, corefile: string, upstream: readonly string[]) => [
    judgeForwardOf('coredns', { host, corefile, upstream }),
  ];
  const configMap = JSON.stringify({ apiVersion: 'v1', kind: 'ConfigMap', data: { Corefile: corefile } });

  it('forwards to the upstream servers of the specification', () => {
    expect(parseCorefile(configMap)).toBe(corefile);
    expect(forwardedTo(corefile)).toEqual(['8.8.8.8', '1.1.1.1']);
    expect(failing(judgeForward('node1', corefile, ['1.1.1.1', '8.8.8.8']))).toEqual([]);
  });

  it('fails when one of them is missing, or resolv.conf stands instead', () => {
    expect(failing(judgeForward('node1', corefile, ['8.8.8.8', '9.9.9.9']))).toEqual([
      'coredns-forward node1',
    ]);
    const standard = corefile.replace('8.8.8.8 1.1.1.1', '/etc/resolv.conf');
    expect(judgeForward('node1', standard, ['8.8.8.8'])[0]).toMatchObject({
      passed: false,
      is: 'forward . /etc/resolv.conf',
    });
    expect(failing(judgeForward('node1', '', ['8.8.8.8']))).toEqual(['coredns-forward node1']);
  });

  it('does not take a longer address for the one that is meant', () => {
    expect(failing(judgeForward('node1', corefile.replace('8.8.8.8', '8.8.8.88'), ['8.8.8.8']))).toEqual([
      'coredns-forward node1',
    ]);
  });

  it('accepts ports and IPv6', () => {
    const other = '.:53 {\n  forward . 8.8.8.8:53 [2001:4860:4860::8888]:53\n}\n';
    expect(failing(judgeForward('node1', other, ['8.8.8.8', '2001:4860:4860::8888']))).toEqual([]);
  });

  it('fails for a server too many', () => {
    expect(failing(judgeForward('node1', corefile, ['8.8.8.8']))).toEqual(['coredns-forward node1']);
    const other = corefile.replace('1.1.1.1', '1.1.1.1:5353');
    expect(failing(judgeForward('node1', other, ['8.8.8.8', '1.1.1.1']))).toEqual(['coredns-forward node1']);
  });

  it('leaves the servers of other zones out, as Kubespray’s coredns_external_zones', () => {
    const zones = `example.com example.io:1053 {
        log
        errors {
        }
        rewrite name regex (.*)\\.old "{1} }"
        forward . 9.9.9.9
    }
`;
    const rest = 'in-addr.arpa:53 {\n  forward . 10.0.0.1\n}\n';
    const commented = corefile.replace('ready', 'ready # }\n    # forward . 4.4.4.4');
    expect(forwardedTo(zones + commented + rest)).toEqual(['8.8.8.8', '1.1.1.1']);
    expect(failing(judgeForward('node1', zones, ['9.9.9.9']))).toEqual(['coredns-forward node1']);
    expect(forwardedTo(corefile.replace('.:53 {', '.:1053 {'))).toEqual(['8.8.8.8', '1.1.1.1']);
  });

  it('is forwarded by the node-local cache to the same servers, beside what it asks CoreDNS', () => {
    const zone = (name: string, servers: string) => `${name} {
    errors
    cache 30
    reload
    loop
    bind 169.254.25.10
    forward . ${servers}
    prometheus {$MY_HOST_IP}:9253
}
`;
    const ofCluster = zone('cluster.local:53', '10.233.0.3 {\n        force_tcp\n    }');
    const judge = (servers: string) =>
      judgeForwardOf('nodelocaldns', {
        ...{ host: 'node1', upstream: ['8.8.8.8', '1.1.1.1'] },
        corefile: ofCluster + zone('in-addr.arpa:53', '10.233.0.3') + zone('.:53', servers),
      });
    expect(judge('8.8.8.8 1.1.1.1').passed).toBe(true);
    expect(judge('8.8.8.8 1.1.1.1 {\n          max_concurrent 1000\n        }').passed).toBe(true);
    expect(judge('/etc/resolv.conf')).toMatchObject({
      ...{ check: 'node-local-dns-forward', passed: false, is: 'forward . /etc/resolv.conf' },
    });
  });

  it('runs its pods', () => {
    const judge = (pods: readonly unknown[]) =>
      judgeCoreDnsPods('kube-dns', { host: 'node1', pods: parsePods(list(pods)), now });
    expect(judge([pod('coredns-a')]).passed).toBe(true);
    expect(judge([])).toMatchObject({ check: 'coredns-pods', passed: false, is: 'no pod' });
    expect(judge([pod('a'), pod('b', { ready: false })])).toMatchObject({
      passed: false,
      is: 'b (main is not ready), 1 running',
    });
  });

  it('runs its pods beside those that a restart of a node has ended, but not without others', () => {
    const left = pod('coredns-a', { phase: 'Failed', reason: 'Terminated', ready: false });
    const completed = pod('coredns-b', { phase: 'Succeeded', ready: false });
    const judge = (pods: readonly unknown[]) =>
      judgeCoreDnsPods('kube-dns', { host: 'node1', pods: parsePods(list(pods)), now });
    expect(judge([left, completed, pod('coredns-c')])).toMatchObject({ passed: true, is: '1 running' });
    expect(judge([left, completed])).toMatchObject({ passed: false, is: '0 running', settles: true });
    const rejected = pod('coredns-d', { phase: 'Failed', reason: 'NodeAffinity', ready: false });
    expect(judge([rejected, pod('coredns-c')])).toMatchObject({ passed: false, settles: false });
  });

  it('runs the node-local cache on every node', () => {
    const pods = parsePods(list([pod('n-a', { nodeName: 'node1' }), pod('n-b', { nodeName: 'node2' })]));
    const judge = (seen: typeof pods) =>
      judgeNodeLocalPods(['node1', 'node2'], { host: 'node1', pods: seen, now });
    expect(judge(pods).passed).toBe(true);
    expect(judge(pods.slice(0, 1))).toMatchObject({
      check: 'node-local-dns-pods',
      passed: false,
      is: 'not running on node2; none in trouble',
    });
  });

  it('knows both labels of the node-local cache (trap T17)', () => {
    expect(nodeLocalDnsLabels('node-local-dns')).toEqual(['node-local-dns', 'nodelocaldns']);
    expect(nodeLocalDnsLabels('nodelocaldns')).toEqual(['nodelocaldns']);
  });
});
