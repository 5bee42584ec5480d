import { describe, expect, it } from 'vitest';
import type { HostFacts } from '../../../src/cluster/facts/facts.js';
import { gb, gib, disk, findingsOf, checks } from '../../support/preflight-worker.js';

describe('the size of hosts', () => {
  it.each<[string, Partial<HostFacts>, string[]]>([
    ['4 CPUs', { cpus: 4 }, []],
    ['3 CPUs', { cpus: 3 }, ['error worker-cpus w']],
    ['what 8 GB of memory leave, 7.5 GiB', { memoryBytes: 7.5 * gib }, []],
    ['what firmware leaves of 8 GB', { memoryBytes: 7.7 * gb }, []],
    ['7.5 GB of memory', { memoryBytes: 7.5 * gb }, ['error worker-memory w']],
    ['7 GB of memory', { memoryBytes: 7 * gb }, ['error worker-memory w']],
    ['a disk of 99 GB', { ...disk({ totalBytes: 99 * gb, freeBytes: gb }) }, []],
    ['a disk of 80 GB', { ...disk({ totalBytes: 80 * gb, freeBytes: gb }) }, ['error worker-disk w']],
    [
      'everything too small',
      { cpus: 1, memoryBytes: gb, ...disk({ totalBytes: gb, freeBytes: 0 }) },
      ['error worker-cpus w', 'error worker-memory w', 'error worker-disk w', 'error kubespray-memory w'],
    ],
  ])('holds a worker with %s against the document', (_, facts, expected) => {
    expect(checks(facts)).toEqual(expected);
  });

  it.each<[string, Partial<HostFacts>, string[]]>([
    [
      'the recommended size',
      { cpus: 4, memoryBytes: 8 * gb, ...disk({ totalBytes: 40 * gb, freeBytes: gb }) },
      [],
    ],
    [
      'the minimum size',
      { cpus: 2, memoryBytes: 4 * gb, ...disk({ totalBytes: 30 * gb, freeBytes: gb }) },
      ['warning control-plane-cpus w', 'warning control-plane-memory w', 'warning control-plane-disk w'],
    ],
    [
      'less than the minimum size',
      { cpus: 1, memoryBytes: 2 * gb, ...disk({ totalBytes: 20 * gb, freeBytes: gb }) },
      ['error control-plane-cpus w', 'error control-plane-memory w', 'error control-plane-disk w'],
    ],
  ])('holds a control plane of %s against the document', (_, facts, expected) => {
    const hosts = [
      { name: 'w', address: '10.0.0.9', roles: ['control-plane' as const] },
      { name: 'a', address: '10.0.0.1', roles: ['control-plane' as const] },
      { name: 'b', address: '10.0.0.2', roles: ['control-plane' as const] },
    ];
    expect(checks(facts, { hosts })).toEqual(expected);
  });

  it('asks both of a host that is both', () => {
    expect(checks({ cpus: 3, memoryBytes: 8 * gb }, {}, ['control-plane', 'worker'])).toEqual([
      'error control-plane-count',
      'warning control-plane-cpus w',
      'error worker-cpus w',
    ]);
  });

  it('only warns of a small system disk where images and pods get an array of their own', () => {
    const small = { ...disk({ totalBytes: 40 * gb, freeBytes: gb }) };
    expect(checks(small, { ephemeralStorage: {} })).toEqual(['warning worker-disk w']);
    expect(checks({ cpus: 3 }, { ephemeralStorage: {} })).toEqual(['error worker-cpus w']);
    const tiny = { ...disk({ totalBytes: 20 * gb, freeBytes: gb }) };
    expect(checks(tiny, { ephemeralStorage: {} }, ['control-plane', 'worker'])).toEqual([
      'error control-plane-count',
      'error control-plane-disk w',
      'warning worker-disk w',
    ]);
  });

  it('says which override accepts a host that is too small', () => {
    expect(findingsOf({ cpus: 3 })[0]?.advice).toBe(
      'Give w more, or accept it by an override of worker-cpus with a reason.',
    );
  });
});
