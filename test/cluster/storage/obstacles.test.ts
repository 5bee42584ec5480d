import { describe, expect, it } from 'vitest';
import type { BlockDevice, HostFacts } from '../../../src/cluster/facts/facts.js';
import { blankDisk, factsOf, freshFacts, stagesOf, storageOf } from '../../support/storage-facts.js';
import { plan, applied, refusal } from '../../support/storage-plan-of.js';

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
