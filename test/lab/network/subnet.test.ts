import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chooseSubnet, overlaps, parseSubnet, type Subnet } from '../../../src/lab/network/subnet.js';

function network(text: string): Subnet {
  const parsed = parseSubnet(text);
  if (!parsed) throw new Error(`${text} is no network`);
  return parsed;
}

describe('parseNetwork', () => {
  it('reads networks and single addresses, and leaves out what is neither', () => {
    expect(network('10.1.2.0/24')).toEqual({ base: 0x0a010200, bits: 24 });
    expect(network('192.168.0.7')).toEqual({ base: 0xc0a80007, bits: 32 });
    expect(parseSubnet('default')).toBeUndefined();
    expect(parseSubnet('fd00::/64')).toBeUndefined();
  });
});

describe('overlaps', () => {
  it('sees a network inside another from both sides', () => {
    expect(overlaps(network('10.0.0.0/8'), network('10.201.3.0/24'))).toBe(true);
    expect(overlaps(network('10.201.3.9'), network('10.201.3.0/24'))).toBe(true);
    expect(overlaps(network('10.201.3.0/24'), network('10.201.4.0/24'))).toBe(false);
    expect(overlaps(network('10.201.3.0/24'), network('10.201.4.0/23'))).toBe(false);
  });
});

describe('chooseSubnet', () => {
  it('takes the next one where the first is in use', () => {
    expect(chooseSubnet([], 5)).toBe('10.201.5');
    expect(chooseSubnet([network('10.201.5.0/24'), network('10.201.6.128/25')], 5)).toBe('10.201.7');
  });

  it('gives none where all are in use', () => {
    expect(chooseSubnet([network('10.0.0.0/8')], 0)).toBeUndefined();
  });

  it('is private and overlaps nothing that is taken, for any seed', () => {
    const some = fc.record({
      third: fc.nat(255),
      second: fc.nat(255),
      bits: fc.integer({ min: 12, max: 32 }),
    });
    fc.assert(
      fc.property(fc.array(some, { maxLength: 20 }), fc.nat(2 ** 32 - 1), (routes, seed) => {
        const taken = routes.map(({ second, third, bits }) => network(`10.${second}.${third}.0/${bits}`));
        const chosen = chooseSubnet(taken, seed);
        if (chosen === undefined) return;
        expect(chosen).toMatch(/^10\.(20[1-9]|2[1-4]\d|25[0-4])\.\d{1,3}$/);
        expect(taken.filter((each) => overlaps(each, network(`${chosen}.0/24`)))).toEqual([]);
      }),
    );
  });
});
