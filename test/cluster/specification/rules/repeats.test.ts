import { expect, it } from 'vitest';
import { repeats } from '../../../../src/cluster/specification/rules/repeats.js';

it('tells every repeated value with the place where it was first; nothing is no value', () => {
  expect(repeats(['a', undefined, 'b', 'a', undefined, 'constructor', 'a', 'b'])).toEqual([
    { index: 3, first: 0, value: 'a' },
    { index: 6, first: 0, value: 'a' },
    { index: 7, first: 2, value: 'b' },
  ]);
});
