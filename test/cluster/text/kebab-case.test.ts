import { expect, it } from 'vitest';
import { kebabCase } from '../../../src/cluster/text/kebab-case.js';

it.each([
  ['createRaidArray', 'create-raid-array'],
  ['writeMdadmConf', 'write-mdadm-conf'],
  ['plan', 'plan'],
])('%s is %s', (name, kebab) => {
  expect(kebabCase(name)).toBe(kebab);
});
