import type { BlockDevice, HostFacts } from '../../src/cluster/facts/facts.js';
import { arrayFstabLine, bindFstabLines } from '../../src/cluster/storage/fstab.js';
import { arrayLine } from '../../src/cluster/storage/mdadm-conf.js';
import { storageDigest } from '../../src/cluster/storage/make-storage-plan.js';
import {
  type EphemeralStorage,
  ephemeralStorageSchema,
} from '../../src/cluster/specification/specification.js';
import type { StorageTarget } from '../../src/cluster/storage/storage-plan.js';

const gib = 1024 ** 3;

/** A blank NVMe disk of 4 GiB. */
export function blankDisk(name: string, serial: string, more: Partial<BlockDevice> = {}): BlockDevice {
  return {
    name,
    type: 'disk',
    size: 4 * gib,
    serial,
    wwn: `nvme.${serial}`,
    model: 'Test disk',
    transport: 'nvme',
    rotational: false,
    removable: false,
    readOnly: false,
    signature: null,
    uuid: null,
    partitionTable: null,
    holders: [],
    mountPoints: [],
    byId: [`/dev/disk/by-id/nvme-Test_disk_${serial}`, `/dev/disk/by-id/nvme-Test_disk_${serial}_1`],
    usedBy: [],
    ...more,
  };
}

/** The disk the system is on. */
export const systemDisk = blankDisk('vda', 'SYSTEM', {
  transport: 'virtio',
  rotational: true,
  partitionTable: 'dos',
  holders: ['vda1'],
  usedBy: ['something holds it open exclusively'],
});

/** A worker with data in both directories and two blank disks; any part can be given. */
export function factsOf(more: Partial<HostFacts> = {}): HostFacts {
  return {
    hostname: 'worker-1',
    machineId: '0123456789abcdef0123456789abcdef',
    bootId: '11111111-1111-4111-8111-111111111111',
    operatingSystem: { id: 'debian', versionId: '12', prettyName: 'Debian GNU/Linux 12 (bookworm)' },
    kernel: '6.1.0',
    architecture: 'x86_64',
    cpus: 8,
    memoryBytes: 16 * gib,
    rootDisk: { totalBytes: 100 * gib, freeBytes: 50 * gib },
    python: '3.11.2',
    cgroupVersion: 2,
    swaps: [],
    searchDomains: [],
    addresses: ['10.0.2.15'],
    blockDevices: [systemDisk, blankDisk('nvme0n1', 'AAA'), blankDisk('nvme1n1', 'BBB')],
    arrays: [],
    mounts: [],
    units: ['kubelet', 'containerd'].map((name) => ({
      name,
      load: 'loaded',
      active: 'active',
      enabled: 'enabled',
    })),
    dataDirectories: ['/var/lib/kubelet', '/var/lib/containerd'].map((path) => ({
      path,
      exists: true,
      mounted: false,
      symlinkTo: null,
      entries: 5,
      bytes: 1_000_000,
      oldCopy: null,
      moved: false,
    })),
    fstab: 'UUID=11111111-2222-3333-4444-555555555555 / ext4 defaults 0 1\n',
    mdadmConf: 'HOMEHOST <system>\n',
    missingTools: [],
    provenStorage: null,
    ...more,
  };
}

/** The same host before anything was ever installed on it. */
export function freshFacts(more: Partial<HostFacts> = {}): HostFacts {
  const { dataDirectories, units } = factsOf();
  return factsOf({
    dataDirectories: dataDirectories.map((directory) => ({
      ...directory,
      exists: false,
      entries: 0,
      bytes: 0,
    })),
    units: units.map(({ name }) => ({ name, load: 'not-found', active: 'inactive', enabled: '' })),
    ...more,
  });
}

export function storageOf(
  more: { readonly [Key in keyof EphemeralStorage]?: unknown } = {},
): EphemeralStorage {
  return ephemeralStorageSchema.parse(more);
}

export interface Stage {
  readonly name: string;
  readonly facts: HostFacts;
}

/** The host at every stage of the work for a target, from untouched to done; each follows from the one before. */
export function stagesOf(start: HostFacts, target: StorageTarget): readonly Stage[] {
  const stages: Stage[] = [{ name: 'untouched', facts: start }];
  const next = (name: string, change: (facts: HostFacts) => Partial<HostFacts>) => {
    const facts = stages.at(-1)?.facts ?? start;
    stages.push({ name, facts: { ...facts, ...change(facts) } });
  };
  const migrating = target.path === 'migrate';
  if (migrating) {
    next('units stopped', ({ units }) => ({
      units: units.map((unit) => ({ ...unit, active: 'inactive', enabled: 'disabled' })),
    }));
    next('rebooted', () => ({ bootId: '22222222-2222-4222-8222-222222222222' }));
  }
  if (target.array.level === 'raid0') {
    next('one superblock written', (facts) => asMembers(facts, target, target.disks.slice(0, 1)));
  }
  next('superblocks written, not assembled', (facts) => asMembers(facts, target, target.disks));
  next('assembled as md127', (facts) => assembled(facts, target, 'md127', null));
  next('array created', (facts) => assembled(facts, target, target.array.name, null));
  next('file system made', (facts) => assembled(facts, target, target.array.name, target.fileSystem.uuid));
  next('fstab written', ({ fstab }) => ({
    fstab: [fstab.trimEnd(), arrayFstabLine(target), ...(migrating ? [] : bindFstabLines(target)), ''].join(
      '\n',
    ),
  }));
  next('mounted', ({ mounts }) => ({ mounts: [...mounts, mountOf(target, target.mountPoint)] }));
  next('mdadm.conf written', ({ mdadmConf }) => ({
    mdadmConf: `${mdadmConf ?? ''}${arrayLine(target.array)}\n`,
  }));
  if (migrating) {
    next('renamed away', ({ dataDirectories }) => ({
      dataDirectories: dataDirectories.map((directory) => ({
        ...directory,
        exists: false,
        entries: 0,
        oldCopy: `${directory.path}.slipway-old`,
      })),
    }));
  }
  next('switched', (facts) => switched(facts, target));
  next('rebooted, names swapped', swapNames);
  next('proven', () => ({ provenStorage: storageDigest(target) }));
  next('units started', ({ units }) => ({
    units: units.map((unit) => ({ ...unit, load: 'loaded', active: 'active', enabled: 'enabled' })),
  }));
  next('old copies deleted', ({ dataDirectories }) => ({
    dataDirectories: dataDirectories.map((directory) => ({ ...directory, oldCopy: null })),
  }));
  return stages;
}

function asMembers(
  { blockDevices }: HostFacts,
  target: StorageTarget,
  disks: StorageTarget['disks'],
): Partial<HostFacts> {
  const serials = disks.map(({ serial }) => serial);
  return {
    blockDevices: blockDevices.map((device) =>
      serials.includes(device.serial ?? '')
        ? {
            ...device,
            signature: 'linux_raid_member',
            uuid: target.array.uuid.replaceAll(':', '').replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-'),
          }
        : device,
    ),
  };
}

function assembled(
  { blockDevices }: HostFacts,
  target: StorageTarget,
  name: string,
  fileSystemUuid: string | null,
): Partial<HostFacts> {
  const serials = target.disks.map(({ serial }) => serial);
  const members = blockDevices.filter(({ serial }) => serials.includes(serial ?? ''));
  const array = blankDisk(name, '', {
    type: target.array.level,
    serial: null,
    wwn: null,
    byId: [],
    signature: fileSystemUuid === null ? null : 'ext4',
    uuid: fileSystemUuid,
  });
  return {
    blockDevices: [
      ...blockDevices
        .filter((device) => !device.name.startsWith('md'))
        .map((device) =>
          members.includes(device)
            ? { ...device, holders: [name], usedBy: ['something holds it open exclusively'] }
            : device,
        ),
      array,
    ],
    arrays: [
      {
        device: `/dev/${name}`,
        level: target.array.level,
        uuid: target.array.uuid,
        name: 'any',
        members: members.map((device) => device.name),
        state: 'clean',
      },
    ],
  };
}

function mountOf({ fileSystem, array }: StorageTarget, place: string) {
  return {
    target: place,
    source: array.device,
    fileSystem: 'ext4',
    options: 'rw',
    uuid: fileSystem.uuid,
  };
}

function switched({ fstab, mounts, dataDirectories }: HostFacts, target: StorageTarget): Partial<HostFacts> {
  const bind = target.layout === 'bind';
  const kept = target.path === 'migrate';
  return {
    fstab: kept && bind ? `${fstab}${bindFstabLines(target).join('\n')}\n` : fstab,
    mounts: bind ? [...mounts, ...target.moves.map(({ from }) => mountOf(target, from))] : mounts,
    dataDirectories: dataDirectories.map((directory) => ({
      ...directory,
      exists: true,
      mounted: bind,
      entries: bind ? 5 : 2,
      bytes: bind ? 0 : 4096,
      moved: true,
      oldCopy: kept ? `${directory.path}.slipway-old` : null,
    })),
  };
}

function swapNames({ blockDevices, arrays }: HostFacts): Partial<HostFacts> {
  const swapped = new Map([
    ['nvme0n1', 'nvme1n1'],
    ['nvme1n1', 'nvme0n1'],
  ]);
  const rename = (name: string) => swapped.get(name) ?? name;
  return {
    blockDevices: blockDevices.map((device) => ({ ...device, name: rename(device.name) })).reverse(),
    arrays: arrays.map((array) => ({ ...array, members: array.members.map(rename) })),
  };
}
