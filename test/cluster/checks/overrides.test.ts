import { expect, it } from 'vitest';
import { overrideOf } from '../../../src/cluster/checks/overrides.js';
import { aSpecification } from '../../support/builders.js';

it('a check is accepted by an override of its name, for every host or for its own', () => {
  const { overrides } = aSpecification({
    overrides: [
      { check: 'etcd-health', hosts: ['node2'], reason: 'first' },
      { check: 'etcd-health', hosts: ['node1'], reason: 'second' },
      { check: 'swap', reason: 'third' },
    ],
  });
  const reason = (check: 'etcd-health' | 'swap' | 'python', host: string | null) =>
    overrideOf({ check, host }, overrides)?.reason;
  expect(reason('etcd-health', 'node1')).toBe('second');
  expect(reason('etcd-health', 'node3')).toBeUndefined();
  expect(reason('etcd-health', null)).toBeUndefined();
  expect(reason('swap', null)).toBe('third');
  expect(reason('python', 'node1')).toBeUndefined();
});
