import { expect, it } from 'vitest';
import { expectationsOf } from '../../../src/cluster/release-choice/expectations.js';
import type { Specification } from '../../../src/cluster/specification/specification.js';
import { aSpecification } from '../../support/builders.js';

type Variables = Specification['kubespray']['variables'];

const expected = (variables: Variables, release = 'v2.30.0') =>
  expectationsOf(
    aSpecification({ dns: { upstream: ['8.8.8.8', '1.1.1.1'] }, kubespray: { variables } }),
    release,
  );
const usual = {
  kubernetes: '1.34.3',
  upstreamDns: ['8.8.8.8', '1.1.1.1'],
  coreDns: ['kube-dns'],
  nodeLocalDns: true,
  nodeLocalDnsAddress: '169.254.25.10',
  clusterDomain: 'cluster.local',
};

it('is what the release installs and the specification says where no variable changes it', () => {
  expect(expected({ kube_network_plugin: 'calico' })).toEqual(usual);
});

it.each<[Variables, object]>([
  [{ kube_version: 'v1.33.7' }, { kubernetes: '1.33.7' }],
  [{ kube_version: '{{ newest }}' }, { kubernetes: null }],
  [{ upstream_dns_servers: ['9.9.9.9'] }, { upstreamDns: ['9.9.9.9'] }],
  [{ upstream_dns_servers: [] }, { upstreamDns: ['/etc/resolv.conf'] }],
  [{ upstream_dns_servers: '{{ our_resolvers }}' }, { upstreamDns: null }],
  [{ upstream_dns_servers: ['{{ our_resolver }}'] }, { upstreamDns: null }],
  [{ enable_nodelocaldns: false }, { nodeLocalDns: false }],
  [{ dns_mode: 'coredns_dual' }, { coreDns: ['kube-dns', 'kube-dns-secondary'] }],
  [{ dns_mode: 'manual' }, { coreDns: [] }],
  [{ dns_mode: 'none' }, { coreDns: [], nodeLocalDns: false }],
  [{ deploy_coredns: false }, { coreDns: [] }],
  [{ nodelocaldns_ip: '169.254.20.10' }, { nodeLocalDnsAddress: '169.254.20.10' }],
  [{ nodelocaldns_ip: '{{ our_cache }}' }, { nodeLocalDnsAddress: null }],
  [{ cluster_name: 'akash.example' }, { clusterDomain: 'akash.example' }],
  [{ cluster_name: 'akash', dns_domain: 'akash.example' }, { clusterDomain: 'akash.example' }],
  [{ dns_domain: '{{ cluster_name }}' }, { clusterDomain: null }],
])('follows the variables that take effect: %j', (variables, changed) => {
  expect(expected(variables)).toEqual({ ...usual, ...changed });
});

it('knows no version of a newer release that is unknown, and that of an unknown patch release', () => {
  expect(expected({}, 'v2.32.0')).toEqual({ ...usual, kubernetes: null });
  expect(expected({}, 'v2.30.9')).toEqual(usual);
});
