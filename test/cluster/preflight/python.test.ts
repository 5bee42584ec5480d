import { describe, expect, it } from 'vitest';
import { found } from '../../support/preflight-scene.js';

const judged = (python: string | null, release: string) =>
  found({ facts: { python }, release }).flatMap(({ check, severity, shouldBe }) =>
    check === 'python' ? [`${severity}: ${shouldBe}`] : [],
  );

// The borders of ansible-core's support matrix for the modules on a host.
describe('Python on a host', () => {
  it.each([
    ['v2.24.1', '3.4.10', '3.5.2', '3.11.9', '3.12.3'],
    ['v2.31.0', '3.7.3', '3.8.10', '3.13.1', '3.14.0'],
  ])('of %s: %s is too old, %s and %s are right, %s only warned of', (release, old, from, to, next) => {
    expect(judged(old, release)).toEqual([
      expect.stringMatching(/^error: Python 3\.[0-9]+ to 3\.[0-9]+ for/),
    ]);
    expect(judged(from, release)).toEqual([]);
    expect(judged(to, release)).toEqual([]);
    expect(judged(next, release)).toEqual([expect.stringMatching(/^warning: /)]);
  });

  it('has to be there at all', () => {
    expect(judged(null, 'v2.31.0')).toEqual(['error: python3, by which Ansible works on the host']);
  });
});
