import { describe, expect, it } from 'vitest';
import { problems, hosts, controlPlane, worker } from '../../../support/specification-problems.js';

describe('rules for hosts', () => {
  it.each(['-a', 'a-', 'a_b', 'A', 'a.b', 'a b', '$(id)', 'a;b', '', 'a'.repeat(64)])(
    'refuse the name %j',
    (name) => {
      expect(hosts({ ...controlPlane, name })[0]).toMatch(/^hosts\.0\.name: must be /);
    },
  );

  it('refuse the name that every object has', () => {
    expect(hosts({ ...controlPlane, name: 'constructor' })).toEqual([
      'hosts.0.name: must not be "constructor", which means something else to Slipway itself',
    ]);
  });

  it.each(['all', 'etcd', 'localhost', 'ungrouped', 'bastion'])('refuse the name %s', (name) => {
    expect(hosts({ ...controlPlane, name })).toEqual([
      `hosts.0.name: must not be "${name}", which means something else to Ansible`,
    ]);
  });

  it.each([
    '10.0.0.256',
    '10.0.0',
    '1.2.3.4.5',
    'a..b',
    '-a.example.org',
    'a b',
    'a;reboot',
    '`id`',
    '$HOME',
    'fe80::g',
  ])('refuse the address %j', (address) => {
    expect(hosts({ ...controlPlane, address })).toEqual([
      'hosts.0.address: must be an IP address or a DNS name',
    ]);
  });

  it.each(['10.0.0.1', '2001:db8::1', 'node1', 'node1.example.org', 'a-b.c', 'x1'])(
    'take the address %j',
    (address) => {
      expect(hosts({ ...controlPlane, address })).toEqual([]);
    },
  );

  it('want every address and port once, and every inner address', () => {
    expect(hosts(controlPlane, { ...worker, address: '10.0.0.1' })).toEqual([
      'hosts.1.address: must be unique; 10.0.0.1 port 22 is hosts.0 too',
    ]);
    expect(hosts(controlPlane, { ...worker, address: '10.0.0.1', port: 2222 })).toEqual([]);
    expect(
      hosts({ ...controlPlane, internalAddress: '10.1.0.1' }, { ...worker, internalAddress: '10.1.0.1' }),
    ).toEqual(['hosts.1.internalAddress: must be unique; 10.1.0.1 is that of hosts.0 too']);
    expect(
      hosts(
        { ...controlPlane, internalAddress: '2001:DB8::1' },
        { ...worker, internalAddress: '2001:db8::1' },
      ),
    ).toHaveLength(1);
    expect(
      hosts({ ...controlPlane, address: 'A.example.org' }, { ...worker, address: 'a.example.ORG' }),
    ).toHaveLength(1);
  });

  it.each([
    ['2001:db8::1', '2001:DB8:0::1'],
    ['10.0.0.3', '::ffff:10.0.0.3'],
    ['::ffff:a00:3', '10.0.0.3'],
  ])('know that %s and %s are one address', (one, other) => {
    expect(hosts({ ...controlPlane, address: one }, { ...worker, address: other })).toEqual([
      `hosts.1.address: must be unique; ${other.toLowerCase()} port 22 is hosts.0 too`,
    ]);
    expect(hosts({ ...controlPlane, internalAddress: one }, { ...worker, internalAddress: other })).toEqual([
      `hosts.1.internalAddress: must be unique; ${other.toLowerCase()} is that of hosts.0 too`,
    ]);
  });

  it('want no inner address that is the address of another host', () => {
    const problem = 'hosts.1.internalAddress: must be unique; 10.0.0.1 is the address of hosts.0';
    expect(hosts(controlPlane, { ...worker, internalAddress: '10.0.0.1' })).toEqual([problem]);
    // Behind one address that leads to each by a port, only the inner ones count.
    const gateway = { ...controlPlane, port: 2201, internalAddress: '192.168.0.1' };
    expect(hosts(gateway, { ...worker, address: '10.0.0.1', internalAddress: '10.0.0.1' })).toEqual([]);
    expect(hosts({ ...controlPlane, internalAddress: '10.0.0.1' }, worker)).toEqual([]);
  });

  it.each([
    '0.0.0.0',
    '::',
    '224.0.0.1',
    '239.1.2.3',
    '255.255.255.255',
    'ff02::1',
    '::ffff:224.0.0.1',
    '0::0',
  ])('refuse %s, which no machine has', (address) => {
    const what = 'must be the address of a machine, not one for nobody or for many';
    expect(hosts({ ...controlPlane, address })).toEqual([`hosts.0.address: ${what}`]);
    expect(hosts({ ...controlPlane, internalAddress: address })).toEqual([
      `hosts.0.internalAddress: ${what}`,
    ]);
    expect(
      problems({ name: 'akash', hosts: [controlPlane], dns: { upstream: ['8.8.8.8', address] } }),
    ).toEqual([`dns.upstream.1: ${what}`]);
  });

  const controlPlanes = (count: number) =>
    Array.from({ length: count }, (_, index) => ({
      name: `cp${index}`,
      address: `10.0.1.${index}`,
      roles: ['control-plane', 'worker'],
    }));

  it.each([1, 3, 5, 7])('take %i control planes', (count) => {
    expect(hosts(...controlPlanes(count))).toEqual([]);
  });

  it.each([2, 4])('refuse %i control planes', (count) => {
    const names = controlPlanes(count).map(({ name }) => name);
    expect(hosts(...controlPlanes(count))).toEqual([
      `hosts: must hold an odd number of control planes (1, 3, 5 …); it holds ${count}: ${names.join(', ')}`,
    ]);
  });

  it('want a control plane and a worker', () => {
    expect(hosts(worker)).toEqual(['hosts: must hold a host with the role control-plane']);
    expect(hosts({ ...controlPlane, roles: ['control-plane'] })).toEqual([
      'hosts: must hold a host with the role worker',
    ]);
  });

  it('want etcd on control planes, an odd number of them', () => {
    expect(hosts(controlPlane, { ...worker, roles: ['worker', 'etcd'] })).toEqual([
      'hosts.1.roles.1: must not be etcd, because w is no control plane; only control planes are etcd members',
    ]);
    const [first, second, third] = controlPlanes(3).map((host) => ({
      ...host,
      roles: [...host.roles, 'etcd'],
    }));
    expect(hosts(first, second, { ...third, roles: ['control-plane'] })).toEqual([
      'hosts: must hold an odd number of etcd members (1, 3, 5 …); it holds 2: cp0, cp1',
    ]);
    expect(
      hosts(first, { ...second, roles: ['control-plane'] }, { ...third, roles: ['control-plane'] }),
    ).toEqual([]);
  });

  it('tell an even number of control planes once where each is an etcd member', () => {
    const members = controlPlanes(2).map((host) => ({ ...host, roles: [...host.roles, 'etcd'] }));
    expect(hosts(...members)).toEqual([
      'hosts: must hold an odd number of control planes (1, 3, 5 …); it holds 2: cp0, cp1',
    ]);
  });

  it('do not count roles while a host is without one', () => {
    expect(hosts({ ...controlPlane, roles: [] })).toEqual(['hosts.0.roles: must hold at least 1 entry']);
  });

  it('want each role once', () => {
    expect(hosts({ ...controlPlane, roles: ['control-plane', 'worker', 'worker'] })).toEqual([
      'hosts.0.roles.2: must not repeat; worker is given already',
    ]);
  });
});
