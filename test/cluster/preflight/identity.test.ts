import { describe, expect, it } from 'vitest';
import { preflight } from '../../../src/cluster/preflight/preflight.js';
import { aSpecification, someFacts } from '../../support/builders.js';
import { found } from '../../support/preflight-scene.js';
import { findingsOf } from '../../support/preflight-worker.js';

describe('what must differ between hosts', () => {
  it('names the hosts that are the same, at most three of them', () => {
    expect(findingsOf({ hostname: 'h1', machineId: 'm1' }).map(({ is }) => is)).toEqual([
      'the same as that of w',
      'the same as that of cp1',
      'h1, the same as that of w',
      'h1, the same as that of cp1',
    ]);
    const names = ['a', 'b', 'c', 'd', 'e', 'f'];
    const hosts = names.map((name, index) => ({
      name,
      address: `${name}.example.org`,
      roles: [index === 0 ? ('control-plane' as const) : ('worker' as const)],
    }));
    const facts = Object.fromEntries(names.map((name) => [name, someFacts({ hostname: name })]));
    const [, first] = preflight({ specification: aSpecification({ hosts }), facts });
    expect(first).toMatchObject({ host: 'a', is: 'the same as that of b, c, d and 2 more' });
  });

  it('tells a cloned machine from one that is named twice', () => {
    const [clone] = findingsOf({ machineId: 'm1' });
    expect(clone?.advice).toContain('systemd-machine-id-setup');
    const [twice] = findingsOf({ machineId: 'm1', bootId: 'b1' });
    expect(twice?.advice).toBe('w and cp1 have the same boot ID too: they are one machine. Name it once.');
  });
});

describe('a new machine ID', () => {
  it('may change the address that DHCP gives, which the advice says', () => {
    expect(found({ facts: { machineId: '' } })[0]?.advice).toContain('DHCP');
  });
});
