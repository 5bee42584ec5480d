import type { NodeNetwork } from '../../src/cluster/verification/cluster-network.js';

/** What the node node1 of a cluster of two is told: CoreDNS runs on both, and here is no other pod of kube-system. */
export function nodeNetwork(change: Partial<NodeNetwork> = {}): NodeNetwork {
  return {
    dnsPods: [{ name: 'coredns-2', node: 'node2', addresses: ['10.233.65.2'] }],
    dnsServices: [{ name: 'kube-system/coredns', addresses: ['10.233.0.3'], port: 53 }],
    api: { name: 'default/kubernetes', addresses: ['10.233.0.1'], port: 443 },
    nodeLocalDns: '169.254.25.10',
    domain: 'cluster.local',
    pod: { name: 'dns-autoscaler-1', node: 'node1', isDns: false },
    ...change,
  };
}
