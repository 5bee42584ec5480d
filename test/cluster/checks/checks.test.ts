import { describe, expect, it } from 'vitest';
import { judge, listed } from '../../../src/cluster/checks/checks.js';

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
});

it('lists five at most for one line, and says none for nothing', () => {
  expect(listed([])).toBe('none');
  expect(listed(['a', 'b', 'c', 'd', 'e', 'f'])).toBe('a, b, c, d, e and 1 more');
});
