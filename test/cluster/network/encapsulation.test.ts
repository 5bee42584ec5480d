import { expect, it } from 'vitest';
import { encapsulationOf, isEncapsulating } from '../../../src/cluster/network/encapsulation.js';
import type { NetworkPlugin } from '../../../src/cluster/specification/network-plugin.js';
import { aSpecification } from '../../support/builders.js';

it.each<[NetworkPlugin, Record<string, string>, string[]]>([
  ['calico', {}, ['vxlan']],
  ['calico', { calico_network_backend: 'bird' }, ['vxlan']],
  ['calico', { calico_vxlan_mode: 'CrossSubnet' }, ['vxlan']],
  ['calico', { calico_vxlan_mode: 'Never' }, []],
  ['calico', { calico_vxlan_mode: 'Never', calico_ipip_mode: 'CrossSubnet' }, ['ipInIp']],
  ['calico', { calico_ipip_mode: 'Never' }, ['vxlan']],
  ['cilium', { calico_vxlan_mode: 'Never', calico_ipip_mode: 'Always' }, ['vxlan']],
  ['flannel', {}, ['vxlan']],
  ['none', {}, []],
])('%s with %j encapsulates by %j', (networkPlugin, variables, by) => {
  const specification = aSpecification({ firewall: { networkPlugin }, kubespray: { variables } });
  const found = Object.entries(encapsulationOf(specification)).filter(([, isUsed]) => isUsed);
  expect(found.map(([name]) => name)).toEqual(by);
});

it('is known by its modes, as Calico writes them', () => {
  expect(['Always', 'CrossSubnet', 'Never', 'always', true, undefined].map(isEncapsulating)).toEqual([
    ...[true, true, false, false, false, false],
  ]);
});
