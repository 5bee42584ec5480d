import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { BlockDevice, HostFacts } from '../../../src/cluster/facts/facts.js';
import { planStorage } from '../../../src/cluster/storage/make-storage-plan.js';
import type { EphemeralStorage } from '../../../src/cluster/specification/specification.js';
import type { StoragePlan } from '../../../src/cluster/storage/storage-plan.js';
import {
  blankDisk,
  factsOf,
  freshFacts,
  stagesOf,
  storageOf,
  systemDisk,
} from '../../support/storage-facts.js';

function plan(facts: HostFacts, storage: EphemeralStorage | false = storageOf()): StoragePlan {
  return planStorage({ facts, host: 'worker-1', storage });
}

function applied(facts: HostFacts, storage?: EphemeralStorage): Extract<StoragePlan, { kind: 'apply' }> {
  const made = plan(facts, storage);
  if (made.kind !== 'apply') throw new Error(`Not to apply: ${JSON.stringify(made)}`);
  return made;
}

function refusal(facts: HostFacts, storage?: EphemeralStorage): string {
  const made = plan(facts, storage);
  if (made.kind !== 'refused') throw new Error(`Not refused: ${made.kind}`);
  return made.why;
}

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
    ['too small', { size: 1024 }, 'It is too small: 0.0 GiB of at least 1.0 GiB.'],
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

describe('a plan made anew in the middle of the work', () => {
  const cases: [string, HostFacts, EphemeralStorage][] = [
    ['migration, bind', factsOf(), storageOf()],
    ['migration, root-dir', factsOf(), storageOf({ layout: 'root-dir' })],
    ['fresh, root-dir', freshFacts(), storageOf()],
    ['fresh, bind', freshFacts(), storageOf({ layout: 'bind' })],
    ['raid1', factsOf(), storageOf({ level: 'raid1' })],
    ['named disks', factsOf(), storageOf({ disks: { serials: ['BBB', 'AAA'] } })],
  ];

  it.each(cases)(
    'has the same digest at every stage, and is satisfied at the end: %s',
    (_, start, storage) => {
      const { target, digest } = applied(start, storage);
      const kinds = stagesOf(start, target).map(({ name, facts }) => {
        const made = plan(facts, storage);
        if (made.kind !== 'apply' && made.kind !== 'satisfied')
          throw new Error(`${name}: ${JSON.stringify(made)}`);
        expect(made.digest, name).toBe(digest);
        expect({ ...made.target, disks: [] }, name).toEqual({ ...target, disks: [] });
        return `${name}: ${made.kind}`;
      });
      expect(kinds.slice(-2)).toEqual(['units started: satisfied', 'old copies deleted: satisfied']);
      expect(kinds.slice(0, -3).filter((kind) => kind.endsWith('satisfied'))).toEqual([]);
    },
  );

  it('does not change its mind because more disks have appeared', () => {
    const { target, digest } = applied(factsOf());
    const more = [
      blankDisk('nvme7n1', '000', { size: 9 * 1024 ** 3 }),
      blankDisk('nvme8n1', '001', { size: 9 * 1024 ** 3 }),
    ];
    const begun = stagesOf(factsOf(), target).slice(
      stagesOf(factsOf(), target).findIndex(({ name }) => name.startsWith('superblocks')),
    );
    for (const { name, facts } of begun) {
      const made = plan({ ...facts, blockDevices: [...more, ...facts.blockDevices] });
      expect(made, name).toMatchObject({ digest });
    }
  });

  it('is asked for again when the proof on the host is of another plan', () => {
    const { target } = applied(factsOf());
    const done = stagesOf(factsOf(), target).at(-1)?.facts ?? factsOf();
    expect(plan(done).kind).toBe('satisfied');
    expect(plan({ ...done, provenStorage: 'sha256:0' }).kind).toBe('apply');
    expect(plan({ ...done, fstab: '' }).kind).not.toBe('satisfied');
    const mounts = done.mounts.filter((mount) => mount.target !== '/data');
    expect(plan({ ...done, mounts }).kind).toBe('apply');
  });
});

describe('a plan is refused', () => {
  const { target } = applied(factsOf());
  const at = (stage: string): HostFacts => {
    const found = stagesOf(factsOf(), target).find(({ name }) => name === stage);
    if (found === undefined) throw new Error(`No stage ${stage}`);
    return found.facts;
  };
  const changeArray = (facts: HostFacts, change: Partial<BlockDevice>): HostFacts => ({
    ...facts,
    blockDevices: facts.blockDevices.map((device) =>
      device.name === 'md0' ? { ...device, ...change } : device,
    ),
  });

  it('when another file system is on the array', () => {
    const facts = changeArray(at('file system made'), { uuid: 'another' });
    expect(refusal(facts)).toBe('The array holds ext4 another, which is not the planned file system.');
  });

  it('when something is built upon the array', () => {
    expect(refusal(changeArray(at('array created'), { holders: ['dm-0'] }))).toContain(
      'built upon the array',
    );
  });

  const changeDisk = (facts: HostFacts, change: Partial<BlockDevice>): HostFacts => ({
    ...facts,
    blockDevices: facts.blockDevices.map((device) =>
      device.serial === 'AAA' ? { ...device, ...change } : device,
    ),
  });

  it.each<[string, Partial<BlockDevice>]>([
    ['a partition table', { partitionTable: 'gpt' }],
    ['a mount', { mountPoints: ['/srv'] }],
    ['something built upon it', { holders: ['dm-0'] }],
    ['swap', { usedBy: ['swap'] }],
    ['somebody who holds it', { usedBy: ['something holds it open exclusively'] }],
  ])('when a disk of its own array, which does not run, has %s', (_, change) => {
    const facts = changeDisk(at('superblocks written, not assembled'), change);
    expect(refusal(facts)).toBe('nvme0n1 (AAA) is used by more than the array.');
  });

  it('when a disk of its own array is used by more than the array that runs', () => {
    const usedBy = ['something holds it open exclusively', 'swap'];
    expect(refusal(changeDisk(at('array created'), { usedBy }))).toBe(
      'nvme0n1 (AAA) is used by more than the array.',
    );
  });

  it.each<[string, Partial<BlockDevice>, string]>([
    ['is read-only', { readOnly: true }, 'It is read-only.'],
    ['has no link', { byId: [] }, 'It has no link under /dev/disk/by-id.'],
  ])('when a disk of its own array, which does not run, %s', (_, change, why) => {
    const facts = changeDisk(at('superblocks written, not assembled'), change);
    expect(refusal(facts)).toBe(`nvme0n1 (AAA) cannot be used: ${why}`);
    expect(plan(changeDisk(at('array created'), change)).kind).toBe('apply');
  });

  it('when another disk has the serial number of one of its own array, which does not run', () => {
    const facts = at('superblocks written, not assembled');
    const twin = blankDisk('nvme7n1', 'AAA');
    expect(refusal({ ...facts, blockDevices: [...facts.blockDevices, twin] })).toBe(
      'nvme0n1 (AAA) cannot be used: It has the same serial number as nvme7n1.',
    );
  });

  it.each<[string, Partial<BlockDevice>, string]>([
    ['is in use', { usedBy: ['a ZFS pool'] }, 'The array is in use: a ZFS pool.'],
    ['is mounted', { mountPoints: ['/srv'] }, 'The array is mounted at /srv.'],
  ])('when its own array %s although no file system is to be seen', (_, change, why) => {
    expect(refusal(changeArray(at('array created'), change))).toBe(why);
  });

  it('when the specification now asks for another level, layout, mount point or other disks', () => {
    const done = at('units started');
    expect(refusal(done, storageOf({ level: 'raid1' }))).toContain('not changed to raid1');
    expect(refusal(done, storageOf({ layout: 'root-dir' }))).toContain('not changed to root-dir');
    expect(refusal(done, storageOf({ mountPoint: '/srv' }))).toContain('not moved to /srv');
    expect(refusal(done, storageOf({ disks: { serials: ['AAA', 'CCC'] } }))).toContain('other disks');
  });

  it('when half of a mirror is gone, instead of writing over the other half', () => {
    const mirror = storageOf({ level: 'raid1' });
    const { target: mirrored } = applied(factsOf(), mirror);
    const stages = stagesOf(factsOf(), mirrored);
    const whole = stages.find(({ name }) => name.startsWith('superblocks'))?.facts ?? factsOf();
    const half = {
      ...whole,
      blockDevices: whole.blockDevices.map((device) =>
        device.serial === 'BBB' ? { ...device, signature: null, uuid: null } : device,
      ),
    };
    expect(refusal(half, mirror)).toContain('lost its part of the array');
  });

  it('when tools are missing, with the line that installs them', () => {
    expect(refusal(factsOf({ missingTools: ['mdadm', 'rsync', 'lsof'] }))).toBe(
      'mdadm, rsync not found. Run on the host: apt-get install -y mdadm rsync',
    );
    expect(applied(freshFacts({ missingTools: ['rsync'] })).target.path).toBe('fresh');
  });

  it('when fstab, mdadm.conf or the name of the array belong to somebody else', () => {
    expect(refusal(factsOf({ fstab: '/dev/sdb /data ext4 defaults 0 0\n' }))).toContain("somebody else's");
    expect(refusal(factsOf({ mdadmConf: 'ARRAY /dev/md/0 UUID=1:2:3:4\n' }))).toContain('another array');
    const arrays = [
      { device: '/dev/md0', level: 'raid1', uuid: '0:0:0:0', name: '', members: [], state: 'clean' },
    ];
    expect(refusal(factsOf({ arrays }))).toContain('choose another arrayName');
  });

  it('when a directory is a link, a mount of its own, or has an old copy beside it', () => {
    const [kubelet, containerd] = factsOf().dataDirectories;
    if (kubelet === undefined || containerd === undefined) throw new Error('No directories');
    const directory = (change: Partial<typeof kubelet>) =>
      refusal(factsOf({ dataDirectories: [{ ...kubelet, ...change }, containerd] }));
    expect(directory({ symlinkTo: '/mnt/kubelet' })).toContain('is a link');
    expect(directory({ mounted: true })).toContain('mount point of its own');
    expect(directory({ oldCopy: '/var/lib/kubelet.slipway-old' })).toContain('earlier migration');
  });

  it('when the data does not fit', () => {
    const dataDirectories = factsOf().dataDirectories.map((one) => ({ ...one, bytes: 5 * 1024 ** 3 }));
    expect(refusal(factsOf({ dataDirectories }))).toContain('does not fit');
  });
});

describe('what a plan says', () => {
  it('is nothing where no storage is asked for', () => {
    expect(plan(factsOf(), false)).toEqual({ kind: 'none' });
  });

  it('binds in a migration, is as documented on a fresh host, and discards only on disks that do not rotate', () => {
    expect(applied(factsOf()).target).toMatchObject({ path: 'migrate', layout: 'bind' });
    const fresh = applied(freshFacts());
    expect(fresh.target).toMatchObject({ path: 'fresh', layout: 'root-dir' });
    expect(applied(factsOf()).advice.join(' ')).toMatch(
      /not drained: .* emptyDir .* five minutes; then .* evicts/,
    );
    expect(fresh.advice.join(' ')).not.toContain('drained');
    expect(fresh.target.fileSystem.mountOptions).toEqual(['defaults', 'nofail', 'discard']);
    const rotating = freshFacts({
      blockDevices: ['AAA', 'BBB'].map((serial, index) =>
        blankDisk(`sd${index}`, serial, { rotational: true, transport: 'sas' }),
      ),
    });
    const spun = applied(rotating, storageOf({ disks: { kind: 'any' } }));
    expect(spun.target.fileSystem.mountOptions).toEqual(['defaults', 'nofail']);
  });

  it('shows the commands, with names that no restart changes', () => {
    const { commands, bytesToCopy } = applied(factsOf());
    expect(bytesToCopy).toBe(2_000_000);
    expect(commands.join('\n')).toMatch(
      /mdadm --create \/dev\/md0 --level=raid0 .*\/dev\/disk\/by-id\/nvme-Test_disk_AAA \/dev\/disk\/by-id\/nvme-Test_disk_BBB/,
    );
    expect(commands.join('\n')).not.toMatch(/nvme[0-9]n1|--force|wipefs|--run/);
  });
});
