import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { logTail, wholeCharacters } from '../../../src/hosts/jobs/log-tail.js';
import { tailOf } from '../../../src/hosts/run-errors.js';

describe('wholeCharacters', () => {
  it('cuts a text anywhere into pieces that make the text again', () => {
    const text = fc.string({ unit: fc.constantFrom('a', 'é', '€', '😀', '\n'), maxLength: 50 });
    const property = fc.property(text, fc.integer({ min: 1, max: 9 }), (whole, chunk) => {
      const bytes = Buffer.from(whole);
      let [offset, joined] = [0, ''];
      while (offset < bytes.length) {
        const end = Math.max(offset + chunk, offset + 4);
        const piece = bytes.subarray(offset, end);
        const length = wholeCharacters(piece);
        expect(length).toBeGreaterThan(0);
        joined += piece.subarray(0, length).toString('utf8');
        offset += length;
      }
      expect(joined).toBe(whole);
    });
    fc.assert(property, { numRuns: 500 });
  });

  it.each([
    [[], 0],
    [[0x61], 1],
    [[0xc3], 0],
    [[0x61, 0xe2, 0x82], 1],
    [[0x61, 0xe2, 0x82, 0xac], 4],
    [[0xf0, 0x9f, 0x98], 0],
    [[0x80, 0x80, 0x80, 0x80], 4],
    [[0xff, 0x61], 2],
  ])('of %j are %i bytes', (bytes, length) => {
    expect(wholeCharacters(Uint8Array.from(bytes))).toBe(length);
  });
});

describe('tails', () => {
  it('hold whole lines and whole characters, and stay within their size', () => {
    expect(logTail('one\n', 'two\n')).toBe('one\ntwo\n');
    const lines = [...Array(500).keys()].map((index) => `line ${index} €\n`).join('');
    const tail = logTail(lines.slice(0, 4000), lines.slice(4000));
    expect(Buffer.byteLength(tail)).toBeLessThanOrEqual(2_048);
    expect(Buffer.byteLength(tail)).toBeGreaterThan(2_000);
    expect(tail).toMatch(/^line \d+ €\n/);
    expect(lines.endsWith(tail)).toBe(true);
    const bar = '\r 59 / 60 [=====> ] 98.33%'.repeat(500);
    expect(logTail(bar, 'FAIL: too low\nPASS: fast\n')).toMatch(/98\.33%FAIL: too low\nPASS: fast\n$/);
    expect(logTail('', 'x'.repeat(5_000))).toBe('x'.repeat(2_048));
    expect(tailOf('€'.repeat(10), 7)).toBe('€€');
    expect(tailOf('short', 7)).toBe('short');
  });
});
