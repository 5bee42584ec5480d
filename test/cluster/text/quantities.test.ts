import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { counted, showBytes } from '../../../src/cluster/text/quantities.js';

describe('showBytes', () => {
  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1 kB'],
    [4_294_967_296, '4.2 GB'],
    [1_600_321_314_816, '1.6 TB'],
    [99_999_999_999, '99.9 GB'],
    [250_059_350_016, '250 GB'],
  ])('shows %i as %s', (bytes, expected) => {
    expect(showBytes(bytes)).toBe(expected);
  });

  it('never shows more than there is', () => {
    const unit = { B: 1, kB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12, PB: 1e15 };
    fc.assert(
      fc.property(fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }), (bytes) => {
        const [size = '', name = ''] = showBytes(bytes).split(' ');
        expect(Number(size) * unit[name as keyof typeof unit]).toBeLessThanOrEqual(bytes * (1 + 1e-12));
      }),
    );
  });
});

describe('counted', () => {
  it('names one thing in the singular, none and several in the plural', () => {
    expect([0, 1, 2].map((count) => counted(count, 'disk'))).toEqual(['0 disks', '1 disk', '2 disks']);
    expect(counted(1, 'policy', 'policies')).toBe('1 policy');
    expect(counted(2, 'policy', 'policies')).toBe('2 policies');
  });
});
