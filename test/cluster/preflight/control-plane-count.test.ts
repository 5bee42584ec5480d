import { expect, it } from 'vitest';
import { preflight } from '../../../src/cluster/preflight/preflight.js';
import { aSpecification } from '../../support/builders.js';

it.each([
  [1, ['warning control-plane-count']],
  [2, ['error control-plane-count']],
  [3, []],
])('looks at %i control planes, even where hosts dropped out', (count, expected) => {
  const hosts = Array.from({ length: count }, (_, index) => ({
    name: `n${index}`,
    address: `10.0.0.${index}`,
    roles: ['control-plane' as const, 'worker' as const],
  }));
  const found = preflight({ specification: aSpecification({ hosts }), facts: {} });
  expect(found.map(({ severity, check }) => `${severity} ${check}`)).toEqual(expected);
});
