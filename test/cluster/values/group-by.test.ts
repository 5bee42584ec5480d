import { expect, it } from 'vitest';
import { groupBy } from '../../../src/cluster/values/group-by.js';

it('puts together what has the same key, in the order in which each key came first', () => {
  const words = ['node2', 'cp1', 'node1', 'cp2', '__proto__'];
  expect(groupBy(words, (word) => word.replace(/[0-9]+$/, ''))).toEqual([
    ['node2', 'node1'],
    ['cp1', 'cp2'],
    ['__proto__'],
  ]);
  expect(groupBy([], String)).toEqual([]);
});
