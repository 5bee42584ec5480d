import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isSameAddress, plainAddress } from '../../../src/cluster/values/ip-address.js';

describe('two texts', () => {
  it.each([
    ['2001:db8:0::1', '2001:db8::1'],
    ['2001:DB8::00a1', '2001:db8:0:0:0:0:0:a1'],
    ['::', '0:0:0:0:0:0:0:0'],
    ['::1', '0:0::0:1'],
    ['fe80::', 'fe80:0:0:0::0'],
    ['::ffff:10.0.0.1', '::ffff:a00:1'],
  ])('%s and %s are one address', (one, other) => {
    expect(isSameAddress(one, other)).toBe(true);
  });

  it.each([
    ['2001:db8::1', '2001:db8::10'],
    ['2001:db8::1:0', '2001:db8::1'],
    ['10.0.0.1', '10.0.0.10'],
    ['host-a', 'host-b'],
  ])('%s and %s are two', (one, other) => {
    expect(isSameAddress(one, other)).toBe(false);
  });

  it('of any address are one wherever the platform takes them for one', () => {
    const byPlatform = (address: string) => new URL(`http://[${address}]`).hostname.slice(1, -1);
    fc.assert(
      fc.property(fc.ipV6(), (address) => {
        expect(isSameAddress(address, byPlatform(address))).toBe(true);
        expect(byPlatform(plainAddress(address))).toBe(byPlatform(address));
      }),
    );
  });

  it('that are no IPv6 addresses stay as they are', () => {
    for (const text of ['10.0.0.1', 'a.example.org', ':::', '1:2', '']) expect(plainAddress(text)).toBe(text);
  });
});
