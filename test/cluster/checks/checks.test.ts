import { describe, expect, it } from 'vitest';
import { judge, listed, overrideOf } from '../../../src/cluster/checks/checks.js';
import { aSpecification } from '../../support/builders.js';

const judged = {
  check: 'etcd-health',
  host: 'node1',
  is: 'x',
  shouldBe: 'y',
  advice: 'Read the journal.',
  settles: true,
} as const;

describe('a check', () => {
  it('has advice, and may settle, only where it has failed', () => {
    expect(judge({ ...judged, passed: false })).toEqual({ ...judged, passed: false });
    const { settles, ...rest } = judged;
    expect(settles).toBe(true);
    expect(judge({ ...judged, passed: true })).toEqual({ ...rest, passed: true, advice: '' });
  });

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
});

it('lists five at most for one line, and says none for nothing', () => {
  expect(listed([])).toBe('none');
  expect(listed(['a', 'b', 'c', 'd', 'e', 'f'])).toBe('a, b, c, d, e and 1 more');
});
