import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BlockDevice, HostFacts } from '../../../src/cluster/facts/facts.js';
import { blankDisk, factsOf, storageOf } from '../../support/storage-facts.js';
import { plan, applied, refusal } from '../../support/storage-plan-of.js';

describe('the disks of a plan', () => {
  it('are the blank ones, by serial and stable link, whatever the kernel calls them', () => {
    const { target, excluded } = applied(factsOf());
    expect(target.disks.map(({ serial }) => serial)).toEqual(['AAA', 'BBB']);
    expect(target.disks[0]?.byId).toBe('/dev/disk/by-id/nvme-Test_disk_AAA');
    expect(excluded).toEqual([
      expect.objectContaining({
        name: 'vda',
        reasons: [
          'It has a partition table (dos).',
          'Something is built upon it: vda1.',
          'It is in use: something holds it open exclusively.',
          'It is not an NVMe disk.',
        ],
      }),
    ]);
  });

  it('are the largest of equal size, else the largest', () => {
    const sized = (...gibs: number[]) =>
      factsOf({
        blockDevices: gibs.map((gib, index) =>
          blankDisk(`nvme${index}n1`, `S${index}`, { size: gib * 1024 ** 3 }),
        ),
      });
    const chosen = (facts: HostFacts) => applied(facts).target.disks.map(({ serial }) => serial);
    expect(chosen(sized(8, 2, 4, 2, 4))).toEqual(['S2', 'S4']);
    expect(chosen(sized(1, 3, 2))).toEqual(['S1', 'S2']);
    expect(chosen(sized(4, 4, 4))).toEqual(['S0', 'S1']);
  });

  it('are exactly the named ones, by serial or WWN, or refused', () => {
    const three = factsOf({
      blockDevices: ['AAA', 'BBB', 'CCC'].map((serial, index) => blankDisk(`nvme${index}n1`, serial)),
    });
    const named = (...serials: string[]) => storageOf({ disks: { serials } });
    const { target, excluded } = applied(three, named('CCC', 'nvme.AAA'));
    expect(target.disks.map(({ serial }) => serial)).toEqual(['AAA', 'CCC']);
    expect(excluded).toEqual([
      { name: 'nvme1n1', serial: 'BBB', reasons: ['The specification names other disks.'] },
    ]);
    expect(refusal(three, named('CCC', 'XYZ'))).toBe(
      'Of the named disks, XYZ cannot be used or are not there.',
    );
    expect(refusal(three, named('CCC'))).toContain('at least two disks');
    expect(refusal(three, named('CCC', 'nvme.CCC'))).toBe(
      'CCC, nvme.CCC name a disk more than once: name each by one serial number or WWN.',
    );
    const alike = factsOf({ blockDevices: three.blockDevices.map((disk) => ({ ...disk, wwn: 'W' })) });
    expect(refusal(alike, named('CCC', 'W'))).toBe(
      'W names more than one disk: nvme0n1 (AAA), nvme1n1 (BBB), nvme2n1 (CCC). Name each by its serial number.',
    );
  });

  it('are of the wished kind: an SSD does not rotate, a whole disk is no array', () => {
    const blockDevices = [
      blankDisk('sda', 'AAA', { transport: 'sas', rotational: true }),
      blankDisk('sdb', 'BBB', { transport: 'sas' }),
      blankDisk('sdc', 'CCC', { transport: 'sas' }),
      blankDisk('md0', 'DDD', { type: 'raid1' }),
    ];
    const ofKind = (kind: string) => applied(factsOf({ blockDevices }), storageOf({ disks: { kind } }));
    const { target, excluded } = ofKind('ssd');
    expect(target.disks.map(({ nameThen }) => nameThen)).toEqual(['sdb', 'sdc']);
    expect(excluded).toEqual([{ name: 'sda', serial: 'AAA', reasons: ['It is a rotating disk.'] }]);
    expect(ofKind('any').target.disks.map(({ nameThen }) => nameThen)).toEqual(['sda', 'sdb']);
  });

  it('hold nothing at all, whatever devices there are', () => {
    fc.assert(
      fc.property(fc.array(anyDevice, { maxLength: 8 }), (devices) => {
        const blockDevices = devices.map((device, index) => ({ ...device, name: `nvme${index}n1` }));
        const made = plan(factsOf({ blockDevices }));
        if (made.kind !== 'apply') return;
        for (const disk of made.target.disks) {
          const [device, twin] = blockDevices.filter(
            ({ serial, type }) => serial === disk.serial && type === 'disk',
          );
          expect(twin).toBeUndefined();
          expect(device).toMatchObject({
            type: 'disk',
            signature: null,
            partitionTable: null,
            holders: [],
            mountPoints: [],
            usedBy: [],
            readOnly: false,
            removable: false,
          });
        }
      }),
      { numRuns: 500 },
    );
  });
});

const rarely = <T>(value: fc.Arbitrary<T>, otherwise: T) =>
  fc.oneof({ weight: 6, arbitrary: fc.constant(otherwise) }, { weight: 1, arbitrary: value });

const anyDevice: fc.Arbitrary<BlockDevice> = fc
  .record({
    serial: fc.constantFrom('A', 'B', 'C', 'D', 'E', 'F', 'G', 'H'),
    type: rarely(fc.constantFrom('part', 'loop', 'rom', 'raid0', 'lvm'), 'disk'),
    signature: rarely<string | null>(fc.constantFrom('ext4', 'linux_raid_member', 'LVM2_member'), null),
    uuid: rarely<string | null>(fc.uuid(), null),
    partitionTable: rarely<string | null>(fc.constantFrom('gpt', 'dos'), null),
    holders: rarely<string[]>(fc.constant(['dm-0']), []),
    mountPoints: rarely<string[]>(fc.constant(['/x']), []),
    usedBy: rarely<string[]>(fc.constant(['swap']), []),
    readOnly: rarely(fc.constant(true), false),
    removable: rarely(fc.constant(true), false),
  })
  .map((change) => blankDisk('x', change.serial, change));
