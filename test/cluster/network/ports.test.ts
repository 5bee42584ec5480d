import { describe, expect, it } from 'vitest';
import { carriersOf, namedPort, portsOf } from '../../../src/cluster/network/ports.js';
import type { SpecificationInput } from '../../../src/cluster/specification/specification.js';
import { aSpecification } from '../../support/builders.js';

type Variables = NonNullable<SpecificationInput['kubespray']>['variables'];

const hosts: SpecificationInput['hosts'] = [
  { name: 'cp', address: '10.0.0.1', roles: ['control-plane', 'etcd'] },
  { name: 'w', address: '10.0.0.2', roles: ['worker'] },
];
/** The ports with these words in their names. */
const portsWith = (words: string, variables: Variables, host = 'w') =>
  portsOf(aSpecification({ hosts, kubespray: { variables } }), host)
    .map(namedPort)
    .filter((name) => name.includes(words));

describe('the proxy to the API servers', () => {
  const loadbalancer_apiserver = { address: '10.0.0.100', port: 6443 };
  const proxy = ['tcp 6443 (proxy to the API servers)', 'tcp 8081 (health of the proxy to the API servers)'];

  // "loadbalancer_apiserver is not defined" is the default of loadbalancer_apiserver_localhost.
  it.each<[readonly string[], Variables]>([
    [proxy, {}],
    [[], { loadbalancer_apiserver_localhost: false }],
    [[], { loadbalancer_apiserver }],
    [[], { loadbalancer_apiserver: '{{ mine }}' }],
    [proxy, { loadbalancer_apiserver, loadbalancer_apiserver_localhost: true }],
    [proxy, { loadbalancer_apiserver_localhost: '{{ mine }}' }],
  ])('has the ports %j with %j', (ports, variables) => {
    expect(portsWith('proxy to', variables)).toEqual(ports);
  });

  // Both ports stand in Kubespray's sample inventory as numbers, so that another kube_apiserver_port moves neither.
  it.each<[readonly string[], Variables]>([
    [proxy, { kube_apiserver_port: 7443 }],
    [['tcp 7443 (proxy to the API servers)', proxy[1] ?? ''], { loadbalancer_apiserver_port: 7443 }],
    [
      [proxy[0] ?? '', 'tcp 9081 (health of the proxy to the API servers)'],
      { loadbalancer_apiserver_healthcheck_port: 9081 },
    ],
    [
      proxy,
      { loadbalancer_apiserver_port: '{{ mine }}', loadbalancer_apiserver_healthcheck_port: '{{ mine }}' },
    ],
  ])('listens on %j with %j', (ports, variables) => {
    expect(portsWith('proxy to', variables)).toEqual(ports);
  });

  it('is on hosts without an API server only', () => {
    expect(portsWith('proxy to', {}, 'cp')).toEqual([]);
  });
});

describe('the ports of Calico', () => {
  const vxlan = 'udp 4789 (Calico VXLAN)';
  const bgp = 'tcp 179 (Calico BGP)';

  // The backend says whether BGP is spoken, the mode whether packets are encapsulated; Kubespray's default is Always.
  it.each<[readonly string[], Variables]>([
    [[vxlan], {}],
    [[vxlan, bgp], { calico_network_backend: 'bird' }],
    [[vxlan, bgp], { calico_network_backend: 'bird', calico_vxlan_mode: 'CrossSubnet' }],
    [[bgp], { calico_network_backend: 'bird', calico_vxlan_mode: 'Never' }],
    [[bgp], { calico_network_backend: 'bird', calico_vxlan_mode: 'Never', calico_ipip_mode: 'Always' }],
  ])('are %j with %j', (ports, variables) => {
    expect(portsWith('Calico', variables).filter((name) => !name.includes('health'))).toEqual(ports);
  });
});

describe('what carries packets of pods between nodes', () => {
  it.each<[string, Variables, readonly string[]]>([
    ['flannel', {}, ['udp 8472 (Flannel VXLAN)']],
    ['cilium', {}, ['udp 8472 (Cilium VXLAN)']],
    ['calico', {}, ['udp 4789 (Calico VXLAN)']],
    [
      ...([
        'calico',
        { calico_vxlan_mode: 'Never', calico_network_backend: 'bird', calico_ipip_mode: 'Always' },
      ] as const),
      ['tcp 179 (Calico BGP)', 'IP protocol 4 (Calico IP in IP)'],
    ],
    ['none', {}, []],
  ])('of %s with %j is %j', (networkPlugin, variables, carriers) => {
    const kube_network_plugin = networkPlugin === 'none' ? 'cni' : networkPlugin;
    const specification = aSpecification({
      hosts,
      kubespray: { variables: { ...variables, kube_network_plugin } },
      firewall: { networkPlugin: networkPlugin as 'calico' },
    });
    expect(carriersOf(specification)).toEqual(carriers);
  });
});
