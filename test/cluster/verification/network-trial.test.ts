import { describe, expect, it } from 'vitest';
import { networkProbes } from '../../../src/cluster/verification/network-trial.js';
import { nodeNetwork } from '../../support/node-network.js';

const addressesOf = (probes: readonly { readonly address: string }[]) => probes.map(({ address }) => address);

describe('what is tried of the network', () => {
  it('are pods, services, and who answers names', () => {
    const { connections, questions } = networkProbes(nodeNetwork(), 'host');
    expect(connections.map(({ of, to, address, port }) => [of, to, address, port])).toEqual([
      ['pod', 'coredns-2 on node2', '10.233.65.2', 53],
      ['service', 'kube-system/coredns', '10.233.0.3', 53],
      ['service', 'default/kubernetes', '10.233.0.1', 443],
    ]);
    const asked = { port: 53, name: 'kubernetes.default.svc.cluster.local', wanted: '10.233.0.1' };
    expect(questions).toEqual([
      { to: 'the node-local cache', address: '169.254.25.10', ...asked },
      { to: 'kube-system/coredns', address: '10.233.0.3', ...asked },
    ]);
  });

  it('is the same from a pod, but for one of CoreDNS that would ask itself', () => {
    const own = (isDns: boolean) => nodeNetwork({ pod: { name: 'a', node: 'node1', isDns } });
    expect(networkProbes(own(false), 'pod')).toEqual(networkProbes(own(false), 'host'));
    const { connections, questions } = networkProbes(own(true), 'pod');
    expect(addressesOf(connections)).toEqual(['10.233.65.2', '10.233.0.1']);
    expect(addressesOf(questions)).toEqual(['169.254.25.10']);
    expect(networkProbes(own(true), 'host').questions).toHaveLength(2);
  });

  it('is each family of a pod by itself', () => {
    const [first] = nodeNetwork().dnsPods;
    const dnsPods = [{ name: 'c', node: 'node2', ...first, addresses: ['10.233.65.2', 'fd00::2'] }];
    const { connections } = networkProbes(nodeNetwork({ dnsPods }), 'host');
    expect(connections.filter(({ of }) => of === 'pod').map(({ purpose }) => purpose)).toEqual([
      'node2 IPv4',
      'node2 IPv6',
    ]);
  });

  it('has no question where the domain or the API’s address is not known, and no cache where none runs', () => {
    expect(networkProbes(nodeNetwork({ domain: null }), 'host').questions).toEqual([]);
    const api = { ...nodeNetwork().api, addresses: [] };
    expect(networkProbes(nodeNetwork({ api }), 'host').questions).toEqual([]);
    const { questions } = networkProbes(nodeNetwork({ nodeLocalDns: null }), 'host');
    expect(addressesOf(questions)).toEqual(['10.233.0.3']);
  });
});
