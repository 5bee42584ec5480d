import { describe, expect, it } from 'vitest';
import type { BlockDevice } from '../../../src/cluster/facts/facts.js';
import { isWorthListing } from '../../../src/cluster/storage/excluded-devices.js';
import { aDisk } from '../../support/builders.js';
import { blankDisk, factsOf, systemDisk } from '../../support/storage-facts.js';
import { plan, applied } from '../../support/storage-plan-of.js';

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

describe('the disks of a plan', () => {
  it('leave out a disk with the mount points of all that is built upon it', () => {
    const partition = blankDisk('vda1', 'SYSTEM', { type: 'part', holders: ['dm-0'] });
    const volume = blankDisk('dm-0', 'SYSTEM', { type: 'lvm', mountPoints: ['/', '/home'] });
    const { blockDevices } = factsOf();
    const { excluded } = applied(factsOf({ blockDevices: [...blockDevices, partition, volume] }));
    expect(excluded.map(({ name }) => name)).toEqual(['vda']);
    expect(excluded[0]?.reasons).toContain('dm-0 is mounted at /, /home.');
  });

  it.each<[string, Partial<BlockDevice>, string]>([
    ['mounted', { mountPoints: ['/srv'] }, 'It is mounted at /srv.'],
    ['partitioned', { partitionTable: 'gpt' }, 'It has a partition table (gpt).'],
    ['with a file system', { signature: 'xfs', uuid: 'u' }, 'It has a signature: xfs u.'],
    ['held', { holders: ['dm-0'] }, 'Something is built upon it: dm-0.'],
    ['of LVM', { signature: 'LVM2_member' }, 'It is a physical volume of LVM.'],
    ['of ZFS', { signature: 'zfs_member' }, 'It belongs to a ZFS pool.'],
    ['of multipath', { signature: 'mpath_member' }, 'It is one path of a multipath device.'],
    ['of bcache', { signature: 'bcache' }, 'It belongs to bcache.'],
    ['of swap', { signature: 'swap' }, 'It is swap space.'],
    ['in use', { usedBy: ['swap'] }, 'It is in use: swap.'],
    [
      'of a foreign array',
      { signature: 'linux_raid_member', uuid: 'a-b' },
      'It is a member of a RAID array a-b that Slipway did not plan.',
    ],
    ['read-only', { readOnly: true }, 'It is read-only.'],
    ['removable', { removable: true }, 'It is removable.'],
    ['too small', { size: 1024 }, 'It is too small: 1 kB, and minimumGiB is 1.'],
    ['without a serial', { serial: null }, 'It has no serial number, so a plan cannot name it.'],
    ['a twin', { serial: 'AAA' }, 'It has the same serial number as nvme0n1.'],
    ['without a link', { byId: [] }, 'It has no link under /dev/disk/by-id.'],
  ])('never include one that is %s', (_, change, reason) => {
    const facts = factsOf({
      blockDevices: [
        blankDisk('nvme0n1', 'AAA'),
        blankDisk('nvme1n1', 'BBB', change),
        blankDisk('nvme2n1', 'CCC'),
      ],
    });
    const made = plan(facts);
    const excluded = made.kind === 'apply' || made.kind === 'refused' ? made.excluded : [];
    expect(excluded.find(({ name }) => name === 'nvme1n1')?.reasons).toContain(reason);
    if (made.kind === 'apply')
      expect(made.target.disks.map(({ nameThen }) => nameThen)).not.toContain('nvme1n1');
  });

  it('are refused with the reason for each device when there are too few', () => {
    const facts = factsOf({
      blockDevices: [
        systemDisk,
        blankDisk('nvme0n1', 'AAA'),
        blankDisk('nvme1n1', 'BBB', { signature: 'xfs' }),
      ],
    });
    const made = plan(facts);
    expect(made).toMatchObject({
      kind: 'refused',
      why: 'The array needs 2 free disks of the kind "nvme", and there is 1 free disk.',
    });
    if (made.kind === 'refused') expect(made.excluded.map(({ name }) => name)).toEqual(['vda', 'nvme1n1']);
  });
});
