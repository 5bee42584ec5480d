import { describe, expect, it } from 'vitest';
import type { HostFacts } from '../../../src/cluster/facts/facts.js';
import { withOverrides } from '../../../src/cluster/checks/overrides.js';
import { preflight } from '../../../src/cluster/preflight/preflight.js';
import type { SpecificationInput } from '../../../src/cluster/specification/specification.js';
import { aSpecification, documentHosts, someFacts, someSystem } from '../../support/builders.js';

const gb = 1_000_000_000;
const gib = 1024 ** 3;

/** Everything is on it, as far as is known. */
const disk = (rootDisk: HostFacts['rootDisk']) => ({ rootDisk, system: someSystem({ space: [] }) });

const offset = (milliseconds: number, uncertainty = 50) => ({ milliseconds, uncertainty, by: 'here' });

/** Findings of one worker beside three faultless control planes. */
function findingsOf(
  facts: Partial<HostFacts>,
  specification: Partial<SpecificationInput> = {},
  roles: SpecificationInput['hosts'][number]['roles'] = ['worker'],
) {
  const controlPlanes = [1, 2, 3].map((index) => ({
    name: `cp${index}`,
    address: `10.0.0.${index}`,
    roles: ['control-plane' as const],
  }));
  const hosts = [...controlPlanes, { name: 'w', address: '10.0.0.9', roles }];
  const good = (index: number) =>
    someFacts({
      machineId: `m${index}`,
      hostname: `h${index}`,
      bootId: `b${index}`,
      addresses: [`10.0.0.${index}`],
    });
  const checked = aSpecification({ hosts, ...specification });
  const before = preflight({
    specification: checked,
    facts: { cp1: good(1), cp2: good(2), cp3: good(3), w: { ...good(9), ...facts } },
  });
  return withOverrides(before, checked.overrides);
}

const checks = (...findings: Parameters<typeof findingsOf>) =>
  findingsOf(...findings).map(({ check, host, severity }) => `${severity} ${check} ${host ?? ''}`.trim());

describe('preflight', () => {
  it('finds nothing on hosts that are as they should be', () => {
    expect(findingsOf({})).toEqual([]);
  });

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
      "10.0.0.9 is none of the host's own addresses (192.168.1.9, fe80::1)",
      'an address of the host itself',
    ],
    [{ clock: offset(-11 * 60_000) }, '11 minutes behind the other machines', 'the same time on every host'],
    [{ clock: offset(4_200) }, '4.2 s ahead of the other machines', 'the same time on every host'],
  ])('says of %j what it is and what it should be', (facts, is, shouldBe) => {
    const found = findingsOf(facts);
    expect(found).toMatchObject([{ host: 'w', is }]);
    expect(found[0]?.shouldBe).toContain(shouldBe);
  });

  it('says which override accepts a host that is too small', () => {
    expect(findingsOf({ cpus: 3 })[0]?.mend).toBe(
      'Give w more, or accept it by an override of worker-cpus with a reason.',
    );
  });

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
    expect(clone?.mend).toContain('systemd-machine-id-setup');
    const [twice] = findingsOf({ machineId: 'm1', bootId: 'b1' });
    expect(twice?.mend).toBe('w and cp1 have the same boot ID too: they are one machine. Name it once.');
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

  it('warns of a control host that is a node, and refuses a loopback address as upstream DNS', () => {
    expect(checks({}, { controlHost: { address: '10.0.0.9' } })).toEqual(['warning control-host']);
    expect(findingsOf({}, { controlHost: { address: '10.0.0.9' } })[0]?.is).toBe('the control host is w');
    expect(checks({}, { controlHost: { address: '10.0.0.9', port: 2222 } })).toEqual([]);
    expect(checks({}, { dns: { upstream: ['127.0.0.53'] } })).toEqual(['error upstream-dns']);
    expect(findingsOf({}, { dns: { upstream: ['8.8.8.8', '::1'] } })).toMatchObject([
      { check: 'upstream-dns', is: '::1' },
    ]);
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

describe('GPUs and gVisor', () => {
  const findings = (facts: Parameters<typeof someFacts>[0], input: Parameters<typeof aSpecification>[0]) =>
    preflight({ specification: aSpecification(input), facts: { node4: someFacts(facts) } }).filter(
      ({ check }) => check === 'gpu' || check === 'gvisor',
    );

  it('names a GPU that the specification does not, and one that is not there', () => {
    const nvidia = { devices: 2, driver: true, runtime: true };
    expect(findings({ nvidia }, {})).toMatchObject([
      {
        check: 'gpu',
        host: 'node4',
        severity: 'warning',
        is: '2 NVIDIA GPUs, and the specification does not name it',
      },
    ]);
    expect(findings({ nvidia }, { gpu: 'nvidia' })).toEqual([]);
    const without = documentHosts.map((host) => ({ ...host, gpu: false as const }));
    expect(findings({ nvidia }, { hosts: without })).toEqual([]);
    expect(findings({ nvidia: { ...nvidia, devices: 0 } }, { gpu: 'nvidia' })).toMatchObject([
      { is: 'no NVIDIA device on the PCI bus, though the specification says gpu: nvidia' },
    ]);
  });

  it('names what a GPU worker lacks', () => {
    const nvidia = { devices: 1, driver: false, runtime: false };
    expect(findings({ nvidia }, { gpu: 'nvidia' })).toMatchObject([
      {
        is: "1 NVIDIA GPU without NVIDIA's driver in the kernel and without /usr/bin/nvidia-container-runtime",
      },
    ]);
  });

  it('warns of gVisor where the host has cgroup v2', () => {
    const enabled = { kubespray: { variables: { gvisor_enabled: true } } };
    expect(findings({}, enabled)).toMatchObject([{ check: 'gvisor', host: 'node4', severity: 'warning' }]);
    expect(findings({ cgroupVersion: 1 }, enabled)).toEqual([]);
    expect(findings({}, { kubespray: { variables: { gvisor_enabled: false } } })).toEqual([]);
  });
});
