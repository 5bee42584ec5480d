import { describe, expect, it } from 'vitest';
import { parsePods } from '../../../src/cluster/kubernetes/pods.js';
import { parseService, parseServices } from '../../../src/cluster/kubernetes/services.js';
import {
  clusterNetworkOf,
  networkOfNode,
  zoneOfServices,
  type ClusterNetwork,
} from '../../../src/cluster/verification/cluster-network.js';
import { list, pod, type PodOptions } from '../../support/kubernetes-objects.js';
import { apiService, corednsService, headlessService, service } from '../../support/services.js';

/** A pod as it is shown once its network is made. */
function podAt(
  name: string,
  addresses: readonly string[],
  { hostNetwork, ...options }: PodOptions & { readonly hostNetwork?: boolean } = {},
) {
  const { spec, status, ...rest } = pod(name, options);
  const [podIP] = addresses;
  return {
    ...rest,
    spec: { ...spec, ...(hostNetwork && { hostNetwork }) },
    status: { ...status, ...(podIP && { podIP, podIPs: addresses.map((ip) => ({ ip })) }) },
  };
}

const dns = { 'k8s-app': 'kube-dns' };

interface Shown {
  readonly pods?: readonly unknown[];
  readonly services?: readonly unknown[];
  readonly api?: unknown;
  readonly coreDns?: readonly string[];
  readonly nodeLocalDns?: string | null;
}

const networkOf = ({ pods = [], services = [corednsService], api = apiService, ...rest }: Shown) =>
  clusterNetworkOf({
    pods: parsePods(list(pods)),
    services: parseServices(list(services)),
    api: parseService(JSON.stringify(api)),
    coreDns: ['kube-dns'],
    nodeLocalDns: '169.254.25.10',
    domain: 'cluster.local',
    ...rest,
  });

describe('the addresses of a cluster', () => {
  it('are those of CoreDNS’ pods by node, of its service and of the API server’s', () => {
    const network = networkOf({
      pods: [
        podAt('coredns-1', ['10.233.64.2'], { labels: dns, nodeName: 'node1' }),
        podAt('coredns-2', ['10.233.65.2'], { labels: dns, nodeName: 'node2' }),
        podAt('dns-autoscaler-1', ['10.233.64.3'], { nodeName: 'node1' }),
        podAt('calico-node-1', ['10.0.0.1'], { nodeName: 'node1', hostNetwork: true }),
      ],
    });
    expect(network).toEqual({
      dnsPods: [
        { name: 'coredns-1', node: 'node1', addresses: ['10.233.64.2'] },
        { name: 'coredns-2', node: 'node2', addresses: ['10.233.65.2'] },
      ],
      systemPods: [
        { name: 'dns-autoscaler-1', node: 'node1', isDns: false },
        { name: 'coredns-2', node: 'node2', isDns: true },
      ],
      dnsServices: [{ name: 'kube-system/coredns', addresses: ['10.233.0.3'], port: 53 }],
      api: { name: 'default/kubernetes', addresses: ['10.233.0.1'], port: 443 },
      nodeLocalDns: '169.254.25.10',
      domain: 'cluster.local',
    });
  });

  it('are two of each where there are two families', () => {
    const dual = {
      ...corednsService,
      spec: { ...corednsService.spec, clusterIPs: ['10.233.0.3', 'fd85:ee78:d8a6:8607::1:3'] },
    };
    const pods = [podAt('coredns-1', ['10.233.64.2', 'fd85:ee78:d8a6:8607::1:2'], { labels: dns })];
    const network = networkOf({ pods, services: [dual] });
    expect(network.dnsPods[0]?.addresses).toEqual(['10.233.64.2', 'fd85:ee78:d8a6:8607::1:2']);
    expect(network.dnsServices[0]?.addresses).toEqual(['10.233.0.3', 'fd85:ee78:d8a6:8607::1:3']);
  });

  it.each<[string, PodOptions]>([
    ['is not ready', { ready: false }],
    ['is being deleted', { deletionTimestamp: '2026-11-22T14:00:00Z' }],
    ['has ended', { phase: 'Succeeded' }],
  ])('leave a pod out that %s', (_what, options) => {
    const network = networkOf({ pods: [podAt('coredns-1', ['10.233.64.2'], { labels: dns, ...options })] });
    expect(network).toMatchObject({ dnsPods: [], systemPods: [] });
  });

  it('leave out a pod that has no address yet, or one that is none', () => {
    const pods = [
      podAt('coredns-1', [], { labels: dns }),
      podAt('coredns-2', ['evil.example'], { labels: dns }),
    ];
    expect(networkOf({ pods })).toMatchObject({ dnsPods: [], systemPods: [] });
  });

  it('leave out a headless service, one of a name outside, and one with another port', () => {
    const outside = {
      metadata: { name: 'outside', namespace: 'kube-system' },
      spec: { type: 'ExternalName' },
    };
    const metrics = service('metrics', { selector: dns, clusterIP: '10.233.0.9', port: 9153 });
    expect(networkOf({ services: [headlessService, outside, metrics] }).dnsServices).toEqual([]);
  });

  it('have both services of the mode coredns_dual', () => {
    const secondary = service('coredns-secondary', {
      selector: { 'k8s-app': 'kube-dns-secondary' },
      clusterIP: '10.233.0.4',
      port: 53,
    });
    const services = [corednsService, secondary];
    const names = (coreDns: readonly string[]) =>
      networkOf({ services, coreDns }).dnsServices.map(({ name }) => name);
    expect(names(['kube-dns', 'kube-dns-secondary'])).toEqual([
      'kube-system/coredns',
      'kube-system/coredns-secondary',
    ]);
    expect(names(['kube-dns'])).toEqual(['kube-system/coredns']);
    expect(names([])).toEqual([]);
  });

  it('have no node-local cache where its address is none', () => {
    expect(networkOf({ nodeLocalDns: 'localhost' }).nodeLocalDns).toBeNull();
    expect(networkOf({ nodeLocalDns: null }).nodeLocalDns).toBeNull();
  });
});

describe('what a node is told', () => {
  const at = (node: string, index: number) => ({
    name: `c${index}`,
    node,
    addresses: [`10.233.64.${index}`],
  });
  const network: ClusterNetwork = {
    ...networkOf({}),
    dnsPods: [at('node1', 1), at('node2', 2), at('node2', 3), at('node2', 4), at('node3', 5)],
    systemPods: [{ name: 'c1', node: 'node1', isDns: true }],
  };

  it('are pods of the others, at most two of each, and its own pod', () => {
    const { dnsPods, pod: own } = networkOfNode(network, 'node1');
    expect(dnsPods.map(({ name }) => name)).toEqual(['c2', 'c3', 'c5']);
    expect(own).toEqual({ name: 'c1', node: 'node1', isDns: true });
    expect(networkOfNode(network, 'node2')).toMatchObject({ pod: null });
    expect(networkOfNode(network, 'node2')).not.toHaveProperty('systemPods');
  });
});

describe('the zone of services', () => {
  it.each([
    [
      '.:53 {\n    errors\n    kubernetes cluster.local in-addr.arpa ip6.arpa {\n      pods insecure\n',
      'cluster.local',
    ],
    ['.:53 {\n  kubernetes akash.example\n}', 'akash.example'],
    ['.:53 {\n  # kubernetes cluster.local\n  forward . 8.8.8.8\n}', null],
    ['', null],
  ])('is what the Corefile %j says', (corefile, zone) => {
    expect(zoneOfServices(corefile)).toBe(zone);
  });
});
