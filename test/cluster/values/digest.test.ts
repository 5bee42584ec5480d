import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { canonicalJson, digestOf, mdUuidFrom, uuidFrom } from '../../../src/cluster/values/digest.js';

describe('canonicalJson', () => {
  it('sorts keys at every depth, leaves out undefined and white space', () => {
    expect(canonicalJson({ b: [1, { d: null, c: 'x' }], a: undefined, A: true })).toBe(
      '{"A":true,"b":[1,{"c":"x","d":null}]}',
    );
  });

  it('parses back to the same value', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        expect(JSON.parse(canonicalJson(value))).toEqual(JSON.parse(JSON.stringify(value)));
      }),
    );
  });

  it.each([
    ['NaN', NaN],
    ['infinity', { a: -Infinity }],
    ['a bigint', [1n]],
    ['a function', { a: () => 1 }],
    ['undefined', undefined],
    ['undefined in a list', [undefined]],
  ])('refuses %s', (_, value) => {
    expect(() => canonicalJson(value)).toThrow(TypeError);
  });
});

describe('digestOf', () => {
  it('is the SHA-256 of the canonical JSON', () => {
    const expected = createHash('sha256').update('{"a":"ü","b":2}').digest('hex');
    expect(digestOf({ b: 2, a: 'ü' })).toBe(`sha256:${expected}`);
  });

  it('does not depend on the order of keys', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string(), fc.jsonValue()), (value) => {
        const reversed = Object.fromEntries(Object.entries(value).reverse());
        expect(digestOf(reversed)).toBe(digestOf(value));
      }),
    );
  });

  it('depends on the order of a list and on every value', () => {
    expect(digestOf([1, 2])).not.toBe(digestOf([2, 1]));
    expect(digestOf({ a: 1 })).not.toBe(digestOf({ a: '1' }));
  });
});

describe('uuidFrom and mdUuidFrom', () => {
  it('have the forms that mkfs.ext4 and mdadm read', () => {
    fc.assert(
      fc.property(fc.array(fc.string()), (parts) => {
        expect(uuidFrom(...parts)).toMatch(
          /^[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
        );
        expect(mdUuidFrom(...parts)).toMatch(/^([0-9a-f]{8}:){3}[0-9a-f]{8}$/);
      }),
    );
  });

  it('stay the same from release to release: a host that was half done must be recognised', () => {
    expect(uuidFrom('machine', 'A', 'B')).toBe('fdc1f0ba-7539-84f3-9605-8afbc8ede01d');
    expect(mdUuidFrom('machine', 'A', 'B')).toBe('d8da2c67:7b1e9a24:d42cbb26:2e63fe10');
  });

  it('tell parts apart that join to the same text', () => {
    expect(uuidFrom('ab', 'c')).not.toBe(uuidFrom('a', 'bc'));
    expect(mdUuidFrom('ab', 'c')).not.toBe(mdUuidFrom('a', 'bc'));
  });

  it('give array and file system different names for the same parts', () => {
    expect(uuidFrom('m').replaceAll('-', '')).not.toBe(mdUuidFrom('m').replaceAll(':', ''));
  });
});
