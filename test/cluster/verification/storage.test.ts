import { describe, expect, it } from 'vitest';
import { judgeStorage } from '../../../src/cluster/verification/storage.js';
import { arrayFstabLine, bindFstabLines } from '../../../src/cluster/storage/fstab.js';
import type { HostFacts } from '../../../src/cluster/facts/facts.js';
import { arrayLine } from '../../../src/cluster/storage/mdadm-conf.js';
import { aDisk, aTarget, someFacts } from '../../support/builders.js';

const failing = (checks: readonly { check: string; passed: boolean }[]) =>
  checks.filter(({ passed }) => !passed).map(({ check }) => check);

describe('ephemeral storage', () => {
  const target = aTarget();
  const good: HostFacts = someFacts({
    blockDevices: [aDisk({ name: 'nvme0n1', serial: 'S1' }), aDisk({ name: 'nvme1n1', serial: 'S0' })],
    arrays: [
      {
        device: '/dev/md0',
        level: 'raid0',
        uuid: target.array.uuid,
        name: 'node4:0',
        members: ['nvme0n1', 'nvme1n1'],
        state: 'clean',
      },
    ],
    mounts: [
      {
        target: '/data',
        source: '/dev/md0',
        fileSystem: 'ext4',
        options: 'rw,relatime,discard,stripe=256',
        uuid: target.fileSystem.uuid,
      },
    ],
    dataDirectories: target.moves.map(({ from }) => ({
      path: from,
      exists: true,
      mounted: true,
      symlinkTo: null,
      entries: 3,
      bytes: 0,
      oldCopy: null,
      moved: true,
    })),
    fstab: ['UUID=root / ext4 defaults 0 1', arrayFstabLine(target), ...bindFstabLines(target), ''].join(
      '\n',
    ),
    mdadmConf: `MAILADDR root\n${arrayLine(target.array)}\n`,
  });
  const judge = (facts: Partial<HostFacts>, initramfs: 'none' | 'current' | 'outdated' = 'current') =>
    judgeStorage('node4', target, { facts: { ...good, ...facts }, initramfs });
  const array = good.arrays[0];
  const mount = good.mounts[0];
  if (!array || !mount) throw new Error('The facts above hold an array and a mount.');

  it('passes when everything is as planned, whatever the disks are called now', () => {
    const checks = judge({});
    expect(failing(checks)).toEqual([]);
    expect(checks.map(({ check }) => check)).toEqual([
      'raid-array',
      'storage-mount',
      'fstab-line',
      'mdadm-conf',
      'initramfs',
      'storage-data',
    ]);
  });

  it.each<[string, Partial<HostFacts>]>([
    ['another name', { arrays: [{ ...array, device: '/dev/md127' }] }],
    ['a lost member', { arrays: [{ ...array, members: ['nvme0n1'] }] }],
    ['another state', { arrays: [{ ...array, state: 'inactive' }] }],
    ['another UUID', { arrays: [{ ...array, uuid: '00000000:00000000:00000000:00000000' }] }],
    ['no array', { arrays: [] }],
  ])('fails for an array with %s', (_, facts) => {
    expect(failing(judge(facts))).toEqual(['raid-array']);
  });

  it.each<[string, Partial<HostFacts>]>([
    ['missing', { mounts: [] }],
    ['of another file system', { mounts: [{ ...mount, uuid: 'other' }] }],
    ['without discard', { mounts: [{ ...mount, options: 'rw,relatime' }] }],
    ['read-only', { mounts: [{ ...mount, options: 'ro,relatime,discard' }] }],
    ['hidden by a later one', { mounts: [mount, { ...mount, uuid: 'other', source: '/dev/sdb1' }] }],
  ])('fails for a mount that is %s', (_, facts) => {
    expect(failing(judge(facts))).toEqual(['storage-mount']);
  });

  it('fails for a doubled or missing line in fstab', () => {
    expect(failing(judge({ fstab: `${good.fstab}${arrayFstabLine(target)}\n` }))).toEqual(['fstab-line']);
    expect(failing(judge({ fstab: '' }))).toEqual(['fstab-line']);
  });

  it('fails for an mdadm.conf or initramfs without the array', () => {
    expect(failing(judge({ mdadmConf: 'MAILADDR root\n' }))).toEqual(['mdadm-conf']);
    expect(failing(judge({}, 'outdated'))).toEqual(['initramfs']);
    expect(failing(judge({}, 'none'))).toEqual([]);
  });

  it('fails for data that is used from elsewhere', () => {
    const dataDirectories = good.dataDirectories.map((one) => ({ ...one, mounted: false }));
    expect(failing(judge({ dataDirectories }))).toEqual(['storage-data']);
  });
});
