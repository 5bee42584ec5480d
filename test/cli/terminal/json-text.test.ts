import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { jsonText } from '../../../src/cli/terminal/json-text.js';
import { hostile, obeyed } from '../../support/hostile.js';

describe('JSON for a terminal', () => {
  it('is the same value, and has nothing in it that a terminal obeys', () => {
    const value = fc.dictionary(hostile, fc.oneof(hostile, fc.array(hostile, { maxLength: 3 })), {
      maxKeys: 4,
    });
    fc.assert(
      fc.property(value, fc.constantFrom(undefined, 2), (given, indent) => {
        const text = jsonText(given, indent);
        expect(text).not.toMatch(obeyed);
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(given)));
      }),
      { numRuns: 500 },
    );
    expect(jsonText('\u009b31m \u202e \u2028 é')).toBe(String.raw`"\u009b31m \u202e \u2028 é"`);
  });

  it('is what every command prints as JSON', () => {
    const folder = new URL('../../../src/cli/', import.meta.url);
    const others = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter(
      (name) =>
        name.endsWith('.ts') &&
        !name.endsWith('json-text.ts') &&
        readFileSync(new URL(name, folder), 'utf8').includes('JSON.stringify('),
    );
    expect(others).toEqual([]);
  });
});
