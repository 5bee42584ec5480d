import type { HostFacts } from '../../../src/cluster/facts/facts.js';
import type { Finding } from '../../../src/cluster/checks/findings.js';
import { withOverrides } from '../../../src/cluster/checks/overrides.js';
import { preflight } from '../../../src/cluster/preflight/preflight.js';
import { sudoFinding } from '../../../src/cluster/preflight/sudo.js';
import type { HostSpecification, Specification } from '../../../src/cluster/specification/specification.js';
import { aDisk, aSpecification, someFacts, someSystem } from '../../support/builders.js';

/** A text to be put into every place that says something. */
export type Texts = () => string;

/**
 * A cluster of several hosts whose names are hostile too. The specification lets no such name in, but a report of a host's
 * workflow is a signal, and what is shown must not rely on who has sent it.
 */
export function specificationWith(text: Texts): Specification {
  const roles = { cp1: 'control-plane', cp2: 'control-plane', cp3: 'control-plane' } as const;
  const names = ['cp1', 'cp2', 'cp3', 'w1', 'w2', 'w3', 'w4', 'w5', 'w6', 'w7', 'w8', 'w9'];
  const hosts = names.map((name, index): HostSpecification => ({
    ...{ name: `${text()} ${name}`, address: `10.0.0.${index + 1}`, port: 22 },
    roles: name in roles ? ['control-plane', 'etcd'] : ['worker'],
  }));
  const override = { check: 'swap', hosts: hosts.slice(0, 3).map(({ name }) => name), reason: text() };
  return { ...aSpecification({ ephemeralStorage: {} }), name: text(), hosts, overrides: [override] };
}

/**
 * Texts only where no decision hangs on how they begin, so that hosts have the same findings whatever they say.
 * @param hostname the same for several hosts, which is a finding of its own
 */
function factsWith(text: Texts, hostname: string): HostFacts {
  return someFacts({
    ...{ hostname, machineId: text(), kernel: `4.1.0-${text()}`, architecture: `x ${text()}` },
    operatingSystem: { id: `x ${text()}`, versionId: text(), prettyName: text() },
    ...{ python: `3.1.${text()}`, cgroupVersion: 1, cpus: 1 },
    clock: { milliseconds: 900_000, uncertainty: 0, by: text() },
    ...{ swaps: [text(), text()], searchDomains: [text()], addresses: [text(), text()] },
    blockDevices: [aDisk({ name: `sd ${text()}`, model: text(), rotational: true, mountPoints: ['/'] })],
    mounts: [{ target: '/', source: text(), fileSystem: text(), options: text(), uuid: text() }],
    kubernetes: { kubelet: '1.20.3', apiServer: `x ${text()}` },
    system: someSystem({
      ...{ init: `x ${text()}`, hasResolvConf: false, resolvConfLink: text(), timeSynchronized: false },
      listeners: [6443, 2379, 10_250].map((port) => ({
        ...{ protocol: 'tcp', address: '*', port, process: text(), unit: text() },
      })),
      missingModules: ['overlay'],
      refusedModules: [{ name: 'br_netfilter', by: text() }],
      space: [{ path: '/tmp', mountedAt: text(), totalBytes: 1e9, freeBytes: 1, inodes: 1e6, freeInodes: 1 }],
      unattendedUpgrades: { enabled: true, reboots: true, startedBy: [text(), text()] },
      firewalls: [text(), text()],
    }),
  });
}

/** Findings of which hosts have chosen the words. */
export const spokenFindings = [
  ...['host-name', 'kernel-version', 'kernel-modules', 'architecture', 'operating-system', 'python', 'swap', 'sudo'],
  ...['search-domains', 'node-address', 'etcd-disk', 'kubernetes-version', 'init-system', 'ports-in-use', 'free-space'],
  ...['unattended-upgrades', 'other-firewall', 'control-host-space', 'mtu', 'resolv-conf'],
]; // prettier-ignore

/** What preflight says of some hosts, which have chosen their words. */
export function findingsWith(text: Texts, specification: Specification): Finding[] {
  const looked = specification.hosts.slice(1, 4);
  const [{ name: host } = { name: '' }] = looked;
  const hostname = text();
  const facts = looked.map(({ name, address }, index) => {
    const interfaces = [{ name: text(), mtu: 1300 + index, addresses: [address] }];
    const { system = someSystem(), ...rest } = factsWith(text, hostname);
    return [name, { ...rest, system: { ...system, interfaces } }] as const;
  });
  const before = [
    ...preflight({
      ...{ specification, release: 'v2.24.1', facts: Object.fromEntries(facts) },
      controlHost: { controlHost: { hasGit: false, isInstalled: false, freeBytes: 1, mountedAt: text() } },
      reachability: {
        blocked: [{ host, direction: 'in', ports: [{ protocol: 'tcp', port: 1, what: text() }], obstacle: 'refused', peers: [text()], peerCount: 9 }],
        narrow: [{ from: host, to: text(), mtu: 1500, arrives: 1400 }],
        outdated: [{ host, ports: [{ protocol: 'tcp', port: 2, what: text() }], peers: [text()], peerCount: 9 }],
      },
    }),
    sudoFinding({ host, said: text(), advice: text() }),
  ];
  return [
    ...withOverrides(before, specification.overrides),
    { check: 'group-variables', host: null, severity: 'error', is: text(), shouldBe: text(), advice: text(), overridden: text() },
  ];
} // prettier-ignore
