import { describe, expect, it } from 'vitest';
import { told } from '../../../support/preflight-scene.js';

describe('addresses', () => {
  const hosts = (address: string) => [
    ...[1, 2, 3].map((index) => ({
      ...{ name: `cp${index}`, address: `10.0.0.${index}`, roles: ['control-plane' as const] },
    })),
    { name: 'w', address: '203.0.113.9', internalAddress: address, roles: ['worker' as const] },
  ];
  const of = (given: string, own: string, mtu = 1500) =>
    told({
      facts: { addresses: [own] },
      system: { interfaces: [{ name: 'eth0', mtu, addresses: [own] }] },
      specification: { hosts: hosts(given) },
    });

  it('are the same however IPv6 is written', () => {
    expect(of('2001:DB8:0::1', '2001:db8::1')).toEqual([]);
    expect(of('2001:db8::2', '2001:db8::1')).toEqual(['error node-address w']);
    expect(of('2001:DB8:0::1', '2001:db8::1', 9000)).toEqual(['warning mtu w']);
  });
});
