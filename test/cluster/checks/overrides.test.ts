import { describe, expect, it } from 'vitest';
import { overrideOf, withOverrides } from '../../../src/cluster/checks/overrides.js';
import { aSpecification } from '../../support/builders.js';

describe('a check', () => {
  it('is accepted by an override of its name, for every host or for its own', () => {
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

  it('keeps the reason beside the finding, and null where nobody has accepted it', () => {
    const { overrides } = aSpecification({
      overrides: [{ check: 'swap', hosts: ['node1'], reason: 'meant' }],
    });
    const swap = { check: 'swap', severity: 'warning', is: 'x', shouldBe: 'y', advice: 'z' } as const;
    const found = ['node1', 'node2', null].map((host) => ({ ...swap, host }));
    expect(withOverrides(found, overrides)).toEqual([
      { ...swap, host: 'node1', overridden: 'meant' },
      { ...swap, host: 'node2', overridden: null },
      { ...swap, host: null, overridden: null },
    ]);
  });
});
