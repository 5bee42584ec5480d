import { describe, expect, it } from 'vitest';
import { addressesOf, matchesOf, setsOf, sourceGroups } from '../../../src/cluster/network/source-groups.js';
import type { SpecificationInput } from '../../../src/cluster/specification/specification.js';
import { aSpecification } from '../../support/builders.js';

type Host = SpecificationInput['hosts'][number];
const host = (name: string, address: string, more: Partial<Host> = {}): Host => ({
  ...{ name, address, roles: ['worker'], ...more },
});
const controlPlane = host('cp', '10.0.0.1', {
  roles: ['control-plane', 'etcd'],
  internalAddress: '192.168.0.1',
});
const groups = (...workers: Host[]) => sourceGroups(aSpecification({ hosts: [controlPlane, ...workers] }));

describe('the hosts that packets may come from', () => {
  it('are in each group of their roles, with both of their addresses, each once and in order', () => {
    const { nodes, controlPlanes, etcdMembers, etcdClients } = groups(
      host('w', '10.0.0.9'),
      host('v', 'fd00::9'),
    );
    expect(nodes).toEqual({
      ...{ name: 'nodes', v4: ['10.0.0.1', '10.0.0.9', '192.168.0.1'], v6: ['fd00::9'], byNameOnly: [] },
    });
    for (const group of [controlPlanes, etcdMembers, etcdClients]) {
      expect(group).toMatchObject({ v4: ['10.0.0.1', '192.168.0.1'], v6: [] });
    }
  });

  it('are sets of nftables for each family, and matches of the same names', () => {
    const { nodes, controlPlanes } = groups(host('v', 'fd00::9'));
    expect(setsOf(nodes)).toEqual([
      ...['\tset nodes_v4 {', '\t\ttype ipv4_addr', '\t\telements = { 10.0.0.1, 192.168.0.1 }', '\t}'],
      ...['\tset nodes_v6 {', '\t\ttype ipv6_addr', '\t\telements = { fd00::9 }', '\t}'],
    ]);
    expect(matchesOf(nodes)).toEqual(['ip saddr @nodes_v4 ', 'ip6 saddr @nodes_v6 ']);
    expect(matchesOf(controlPlanes)).toEqual(['ip saddr @control_planes_v4 ']);
  });

  it('are everybody where of one of them only a name is known', () => {
    const { nodes, controlPlanes } = groups(host('w', 'w.example.org'));
    expect(nodes.byNameOnly).toEqual(['w']);
    expect([matchesOf(nodes), setsOf(nodes)]).toEqual([[''], []]);
    expect(matchesOf(controlPlanes)).not.toEqual(['']);
    const inner = groups(host('w', 'w.example.org', { internalAddress: '10.0.0.9' }));
    expect(inner.nodes.byNameOnly).toEqual([]);
  });

  it('have no address in a name that only looks like one', () => {
    const [first] = aSpecification({
      hosts: [{ ...controlPlane, roles: ['control-plane', 'worker'] }],
    }).hosts;
    expect(first && addressesOf({ ...first, address: '10.0.0.1.example.org' })).toEqual(['192.168.0.1']);
  });
});
