import { describe, expect, it } from 'vitest';
import type { HostFacts } from '../../../src/cluster/facts/facts.js';
import { preflight } from '../../../src/cluster/preflight/preflight.js';
import type { SpecificationInput } from '../../../src/cluster/specification/specification.js';
import { aSpecification, documentHosts, someFacts } from '../../support/builders.js';
import { gb, disk, findingsOf, checks } from '../../support/preflight-worker.js';

const offset = (milliseconds: number, uncertainty = 50) => ({ milliseconds, uncertainty, by: 'here' });

describe('preflight', () => {
  it('finds nothing on hosts that are as they should be', () => {
    expect(findingsOf({})).toEqual([]);
  });

  it.each<[string, Partial<HostFacts>, string[]]>([
    [
      'Debian',
      { operatingSystem: { id: 'debian', versionId: '12', prettyName: 'Debian 12' } },
      ['warning operating-system w'],
    ],
    [
      'Ubuntu 24.04',
      { operatingSystem: { id: 'ubuntu', versionId: '24.04', prettyName: 'U' } },
      ['warning operating-system w'],
    ],
    ['no Python', { python: null }, ['error python w']],
    ['swap', { swaps: ['/dev/sda2'] }, ['warning swap w']],
    ['search domains', { searchDomains: ['lan'] }, ['warning search-domains w']],
    ['cgroup v1', { cgroupVersion: 1 }, ['warning cgroup-version w']],
    ['an address that is not its own', { addresses: ['192.168.1.9'] }, ['error node-address w']],
    [
      'the same in facts of an earlier version, with which a workflow has gone on',
      { addresses: ['192.168.1.9'], system: undefined },
      ['warning node-address w'],
    ],
    ['a clock that is slow', { clock: offset(-2_000) }, ['warning clock w']],
    ['a clock that is fast by what may come from the measuring', { clock: offset(1_200, 300) }, []],
    ['a clock with which no certificate is valid yet', { clock: offset(-301_000) }, ['error clock w']],
    ['a host name twice', { hostname: 'h1' }, ['warning host-name cp1', 'warning host-name w']],
    ['a machine ID twice', { machineId: 'm1' }, ['error machine-id cp1', 'error machine-id w']],
  ])('tells of %s', (_, facts, expected) => {
    expect(checks(facts)).toEqual(expected);
  });

  it.each<[Partial<HostFacts>, string, string]>([
    [{ cpus: 3 }, '3 CPUs', 'at least 4 CPUs for a worker node'],
    [{ memoryBytes: 7 * gb }, '7 GB of memory', 'at least 8 GB of memory for a worker node'],
    [
      { ...disk({ totalBytes: 80 * gb, freeBytes: gb }) },
      '80 GB of disk',
      'at least 100 GB of disk for a worker node',
    ],
    [{ swaps: ['/dev/sda2', '/swap.img'] }, 'swap on /dev/sda2, /swap.img', 'no swap'],
    [{ searchDomains: ['lan', 'example.org'] }, 'search domains lan, example.org', 'no search domain'],
    [
      { addresses: ['192.168.1.9', 'fe80::1'] },
      "10.0.0.9, which is none of the host's own addresses (192.168.1.9, fe80::1)",
      'an address of the host itself',
    ],
    [{ clock: offset(-11 * 60_000) }, '11 minutes behind the other machines', 'the same time on every host'],
    [{ clock: offset(4_200) }, '4.2 s ahead of the other machines', 'the same time on every host'],
  ])('says of %j what it is and what it should be', (facts, is, shouldBe) => {
    const found = findingsOf(facts);
    expect(found).toMatchObject([{ host: 'w', is }]);
    expect(found[0]?.shouldBe).toContain(shouldBe);
  });

  it('judges by the inner address where there is one', () => {
    const hosts = [
      {
        name: 'w',
        address: '203.0.113.9',
        internalAddress: '10.0.0.9',
        roles: ['control-plane' as const, 'worker' as const],
      },
    ];
    expect(checks({}, { hosts })).toEqual(['warning control-plane-count']);
  });

  it('does not ask for the address of a host that is named by DNS', () => {
    const hosts = documentHosts.map((host) => ({ ...host, address: `${host.name}.example.org` }));
    const facts = { node4: someFacts({ addresses: ['10.0.10.9'] }) };
    expect(preflight({ specification: aSpecification({ hosts }), facts })).toEqual([]);
  });

  it('keeps the reason of an override, for the hosts that it names', () => {
    const facts = { cpus: 2, python: null };
    const reasons = (overrides: SpecificationInput['overrides']) =>
      findingsOf(facts, { overrides }).map(({ check, overridden }) => [check, overridden]);
    expect(reasons([{ check: 'worker-cpus', reason: 'lab machines' }])).toEqual([
      ['worker-cpus', 'lab machines'],
      ['python', null],
    ]);
    expect(reasons([{ check: 'worker-cpus', hosts: ['cp1'], reason: 'lab machines' }])).toEqual([
      ['worker-cpus', null],
      ['python', null],
    ]);
    expect(reasons([{ check: 'worker-cpus', hosts: ['w'], reason: 'lab machines' }])[0]?.[1]).toBe(
      'lab machines',
    );
  });

  it('does not take an override for some hosts for one of what concerns the cluster', () => {
    const overrides = [{ check: 'control-host', hosts: ['w'], reason: 'lab machines' }];
    expect(findingsOf({}, { controlHost: { address: '10.0.0.9' }, overrides })).toMatchObject([
      { check: 'control-host', overridden: null },
    ]);
  });

  it('does not judge hosts that were not looked at', () => {
    expect(preflight({ specification: aSpecification(), facts: {} })).toEqual([]);
  });
});
