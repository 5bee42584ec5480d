import { describe, expect, it } from 'vitest';
import { addressNumber, parseIpNetwork } from '../../../src/cluster/values/ip-network.js';

describe('an IPv4 address', () => {
  it('is a number that orders addresses', () => {
    expect(addressNumber('0.0.0.0')).toBe(0);
    expect(addressNumber('10.0.1.2')).toBe(10 * 2 ** 24 + 256 + 2);
    expect(addressNumber('255.255.255.255')).toBe(2 ** 32 - 1);
  });

  it.each(['', '10.0.0', '10.0.0.256', '10.0.0.1.2', '10.0.0.-1', '10.0.0.1 ', '::1', 'node1'])(
    'is not %j',
    (text) => {
      expect(addressNumber(text)).toBeUndefined();
    },
  );
});

describe('an IPv4 network', () => {
  it('is its first address and the bits that its addresses have in common', () => {
    expect(parseIpNetwork('10.233.64.0/18')).toEqual({ first: 0x0ae94000, prefix: 18 });
    expect(parseIpNetwork('0.0.0.0/0')).toEqual({ first: 0, prefix: 0 });
    expect(parseIpNetwork('192.168.1.7/32')).toEqual({ first: 0xc0a80107, prefix: 32 });
  });

  it.each([
    ['an address within it', '10.233.64.1/18'],
    ['one without a prefix', '10.233.64.0'],
    ['one with too long a prefix', '10.233.64.0/33'],
    ['one whose prefix is no number', '10.233.64.0/x'],
    ['one of IPv6', 'fd00::/64'],
  ])('is not %s', (_, text) => {
    expect(parseIpNetwork(text)).toBeUndefined();
  });
});
