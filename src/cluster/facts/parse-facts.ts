import type { DataDirectory, HostFacts, Mount, Nvidia, Unit } from './facts.js';
import { blocksOf, FactsError, type FactsSections, linesOf, splitSections, textOf } from './sections.js';
import { parseInterpreters } from './interpreters.js';
import { parseKubeletIdentity } from './kubelet-identity.js';
import { parseNodeKubernetes } from './parse-node-kubernetes.js';
import { isTooOld } from '../releases/releases.js';
import { parseControlHostFacts, parseSystemFacts } from './parse-system-facts.js';
import { parseSystemdUnits, serviceName } from './systemd-units.js';
import { type MountedAt, parseArrays, parseBlockDevices, parseMounts } from './parse-block-devices.js';
import { parseVersion } from '../values/version.js';

/**
 * Understands the answer of the facts script. Parts whose tool is missing on the host are empty.
 * @throws FactsError when the answer is cut off or lacks what every Linux machine has
 */
export function parseFacts(output: string, mark: string): HostFacts {
  const sections = splitSections(output, mark);
  const mounts = parseMounts(sections);
  const release = osRelease(sections);
  const [kernel = '', architecture = '', cpus = ''] = linesOf(sections, 'kernel');
  const [totalBytes = 0, freeBytes = 0] = textOf(sections, 'root-disk').split(/\s+/).map(Number);
  const dataDirectories = parseDirectories(sections);
  const bootId = textOf(sections, 'boot-id');
  if (bootId === '') throw new FactsError('The facts lack the boot ID.');
  const units = unitsOf(sections);
  const system = parseSystemFacts(sections, units);
  const controlHost = parseControlHostFacts(sections);
  const kubernetes = parseNodeKubernetes(sections);
  const kubeletIdentity = parseKubeletIdentity(sections);
  const mdadmConf = sections.get('mdadm-conf') ?? '';
  return {
    hostname: textOf(sections, 'hostname'),
    machineId: textOf(sections, 'machine-id'),
    bootId,
    operatingSystem: {
      id: release.get('ID') ?? '',
      versionId: release.get('VERSION_ID') ?? '',
      prettyName: release.get('PRETTY_NAME') ?? '',
    },
    kernel,
    architecture,
    cpus: Number(cpus),
    memoryBytes: Number(/([0-9]+) kB/.exec(textOf(sections, 'memory'))?.[1] ?? 0) * 1024,
    rootDisk: { totalBytes, freeBytes },
    python: /^Python ([0-9.]+)/.exec(textOf(sections, 'python'))?.[1] ?? null,
    cgroupVersion: textOf(sections, 'cgroup') === 'cgroup2fs' ? 2 : 1,
    swaps: linesOf(sections, 'swaps').slice(1).map(firstWord),
    searchDomains: searchDomains(sections, release.get('ID')),
    addresses: linesOf(sections, 'addresses').flatMap((line) => /inet6? ([^/ ]+)/.exec(line)?.[1] ?? []),
    blockDevices: parseBlockDevices(sections, mounts),
    arrays: parseArrays(sections),
    mounts: relevantMounts(mounts, dataDirectories),
    units,
    dataDirectories,
    fstab: sections.get('fstab') ?? '',
    mdadmConf: mdadmConf.startsWith('present\n') ? mdadmConf.slice('present\n'.length) : null,
    missingTools: [...linesOf(sections, 'missing-tools')],
    provenStorage: textOf(sections, 'proven') || null,
    interpreters: [...parseInterpreters(textOf(sections, 'interpreters')).interpreters],
    kubespray: releaseOf(sections),
    nvidia: nvidiaOf(sections),
    ...(controlHost !== undefined && { controlHost }),
    ...(system !== undefined && { system }),
    ...(kubernetes !== undefined && { kubernetes }),
    ...(kubeletIdentity !== undefined && { kubeletIdentity }),
  };
}

/** A file system of its own here, such as ZFS, has no block device, and etcd's data is not on that of the root. */
const aboveEtcd = ['/var', '/var/lib', '/var/lib/etcd'];

/** A node of a cluster has hundreds of mounts of pods; plans need those of block devices outside of the data. */
function relevantMounts(mounts: readonly MountedAt[], directories: readonly DataDirectory[]): Mount[] {
  const paths = directories.map(({ path }) => path);
  return mounts
    .filter(({ device, target }) => !device.startsWith('0:') || [...paths, ...aboveEtcd].includes(target))
    .filter(({ target }) => !paths.some((path) => target.startsWith(`${path}/`)))
    .filter(({ target }) => !/^\/(run|snap)\/|\/kubelet\/pods\//.test(target))
    .map(({ target, source, fileSystem, options, uuid }) => ({ target, source, fileSystem, options, uuid }));
}

/** A commit may have other tags too; only a release that can be run counts. */
function releaseOf(sections: FactsSections): string | null {
  const known = linesOf(sections, 'kubespray').find((tag) => {
    const version = parseVersion(tag);
    return version !== undefined && !isTooOld(version);
  });
  return known ?? null;
}

function nvidiaOf(sections: FactsSections): Nvidia {
  const lines = linesOf(sections, 'nvidia');
  return {
    devices: lines.filter((line) => line === 'device').length,
    driver: lines.includes('driver'),
    runtime: lines.includes('runtime'),
  };
}

function unitsOf(sections: FactsSections): Unit[] {
  return parseSystemdUnits(textOf(sections, 'units')).map((unit) => ({
    name: serviceName(unit),
    load: unit.load,
    active: unit.active,
    enabled: unit.enabled,
  }));
}

function parseDirectories(sections: FactsSections): DataDirectory[] {
  return blocksOf(sections, 'directories', 'PATH').map((block) => ({
    path: block['PATH'] ?? '',
    exists: block['EXISTS'] !== undefined,
    mounted: block['MOUNTED'] !== undefined,
    symlinkTo: block['LINK'] ?? null,
    entries: Number(block['ENTRIES'] ?? 0),
    bytes: Number(block['BYTES'] ?? 0),
    oldCopy: block['OLD'] ?? null,
    moved: block['MOVED'] !== undefined,
  }));
}

function osRelease(sections: FactsSections): ReadonlyMap<string, string> {
  return new Map(
    linesOf(sections, 'os-release').map((line) => {
      const [key = '', ...rest] = line.split('=');
      return [key, rest.join('=').replace(/^(["'])(.*)\1$/, '$2')] as const;
    }),
  );
}

/** Kubespray gives kubelet, and with it the pods, the file of systemd-resolved on Ubuntu, elsewhere /etc/resolv.conf. */
function searchDomains(sections: FactsSections, system: string | undefined): string[] {
  const files = system === 'ubuntu' ? ['resolv-conf', 'resolved'] : ['resolv-conf'];
  const domains = files
    .flatMap((file) => linesOf(sections, file))
    .filter((line) => /^(search|domain)\s/.test(line))
    .flatMap((line) => line.split(/\s+/).slice(1))
    .filter((domain) => domain !== '.');
  return [...new Set(domains)];
}

function firstWord(line: string): string {
  return line.split(/\s+/)[0] ?? '';
}
