import { describe, expect, it } from 'vitest';
import type { BlockDevice } from '../../../src/cluster/facts/facts.js';
import { deviceMisfits, unfitness } from '../../../src/cluster/storage/device-misfits.js';
import { aDisk } from '../../support/builders.js';
import { storageOf } from '../../support/storage-facts.js';

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
