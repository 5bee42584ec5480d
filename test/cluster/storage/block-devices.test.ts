import { describe, expect, it } from 'vitest';
import type { BlockDevice } from '../../../src/cluster/facts/facts.js';
import {
  deviceMisfits,
  isWorthListing,
  stableLink,
  traces,
  unfitness,
} from '../../../src/cluster/storage/block-devices.js';
import { aDisk } from '../../support/builders.js';
import { storageOf } from '../../support/storage-facts.js';

describe('a device that is listed where it is not used', () => {
  it.each(['sda', 'nvme0n1', 'vda', 'sdram'])('may be the disk %s', (name) => {
    expect(isWorthListing(aDisk({ name }))).toBe(true);
  });

  it.each([
    { type: 'loop' },
    { type: 'rom' },
    { type: 'part' },
    { type: 'raid0' },
    { type: 'linear' },
    { type: 'crypt' },
    { name: 'zram0' },
    { name: 'sr0' },
    { name: 'nbd15' },
  ])('is not one like %j', (device) => {
    expect(isWorthListing(aDisk(device))).toBe(false);
  });
});

describe('what is on a device', () => {
  it('is nothing on a blank one', () => {
    expect(traces(aDisk())).toEqual([]);
  });

  it('is told in full, with the UUID by which somebody may know it', () => {
    const full = { signature: 'crypto_LUKS', uuid: 'u-1', mountPoints: ['/a', '/b'], holders: ['dm-0'] };
    expect(traces(aDisk({ ...full, partitionTable: 'gpt', usedBy: ['swap', 'a pool'] }))).toEqual([
      'It is mounted at /a, /b.',
      'It has a partition table (gpt).',
      'It is encrypted (LUKS u-1).',
      'Something is built upon it: dm-0.',
      'It is in use: swap.',
      'It is in use: a pool.',
    ]);
    expect(traces(aDisk({ signature: 'ceph_bluestore' }))).toEqual(['It belongs to a Ceph OSD.']);
    expect(traces(aDisk({ signature: 'ntfs' }))).toEqual(['It has a signature: ntfs.']);
  });
});

describe('a device that no plan can name', () => {
  it('has a twin among the whole disks, and is not its own', () => {
    const disk = aDisk();
    const partition = aDisk({ name: 'nvme0n1p1', type: 'part' });
    expect(unfitness(disk, [disk, partition])).toEqual([]);
    expect(unfitness(disk, [disk, aDisk({ name: 'sdb' })])).toEqual([
      'It has the same serial number as sdb.',
    ]);
    const nameless = [aDisk({ serial: null }), aDisk({ serial: null, name: 'sdb' })] as const;
    expect(unfitness(nameless[0], nameless)).toEqual(['It has no serial number, so a plan cannot name it.']);
  });
});

describe('a device that is not asked for', () => {
  const misfits = (device: Partial<BlockDevice>, disks: object) =>
    deviceMisfits(aDisk(device), [], storageOf({ disks: { minimumGiB: 1, ...disks } }));

  it('is of another kind: NVMe is known by its name too', () => {
    expect(misfits({ transport: null }, { kind: 'nvme' })).toEqual([]);
    expect(misfits({ name: 'sda', transport: 'sas' }, { kind: 'nvme' })).toEqual(['It is not an NVMe disk.']);
    expect(misfits({ name: 'sda', transport: 'sas', rotational: true }, { kind: 'ssd' })).toEqual([
      'It is a rotating disk.',
    ]);
    expect(misfits({ name: 'sda', transport: 'sas', rotational: true }, { kind: 'any' })).toEqual([]);
  });

  it('is too small by a byte, and named by its WWN as well as by its serial number', () => {
    expect(misfits({ size: 1024 ** 3 - 1 }, {})).toEqual(['It is too small: 1 GB, and minimumGiB is 1.']);
    expect(misfits({ size: 1024 ** 3 }, {})).toEqual([]);
    expect(misfits({ wwn: 'eui.1' }, { serials: ['X', 'eui.1'], count: 2 })).toEqual([]);
    expect(misfits({ wwn: 'eui.1' }, { serials: ['X', 'Y'], count: 2 })).toEqual([
      'The specification names other disks.',
    ]);
  });
});

describe('the link by which commands name a disk', () => {
  it('holds the serial number where one does, and is the shortest of these', () => {
    const byId = ['/dev/disk/by-id/a', '/dev/disk/by-id/nvme-Disk_S0', '/dev/disk/by-id/wwn-S0'];
    expect(stableLink(aDisk({ byId }))).toBe('/dev/disk/by-id/wwn-S0');
    expect(stableLink(aDisk({ byId, serial: 'other' }))).toBe('/dev/disk/by-id/a');
    expect(stableLink(aDisk({ byId: [...byId].reverse() }))).toBe('/dev/disk/by-id/wwn-S0');
    expect(stableLink(aDisk({ byId: [] }))).toBeNull();
  });
});
