import { describe, expect, it } from 'vitest';
import type { HostFacts } from '../../../src/cluster/facts/facts.js';
import { aDisk } from '../../support/builders.js';
import { type Scene, found, onDisk } from '../../support/preflight-scene.js';

describe('the disk of etcd', () => {
  const roles = ['control-plane', 'etcd', 'worker'] as const;
  const mounted = (target: string, source: string) => ({
    ...{ target, source, fileSystem: 'ext4', options: 'rw', uuid: null },
  });
  const disks = (facts: Partial<HostFacts>, scene: Scene = {}) =>
    found({ roles, facts, ...scene })
      .filter(({ check }) => check === 'etcd-disk')
      .map(({ is }) => is);

  it('is told where it rotates, through partitions and volumes', () => {
    expect(disks(onDisk({ model: 'ST4000' }))).toEqual(['/var/lib/etcd on a rotating disk: sda (ST4000)']);
    const sda = aDisk({ name: 'sda', transport: 'sas', rotational: true, holders: ['sda3'], model: null });
    const sda3 = aDisk({ name: 'sda3', type: 'part', holders: ['dm-0'] });
    const volume = aDisk({ name: 'dm-0', type: 'lvm', mountPoints: ['/'] });
    const mounts = [mounted('/', '/dev/mapper/vg-root')];
    expect(disks({ blockDevices: [sda, sda3, volume], mounts })).toEqual([
      '/var/lib/etcd on a rotating disk: sda',
    ]);
  });

  it('is not where it does not rotate, nor where the host cannot tell', () => {
    expect(disks(onDisk({ rotational: false }))).toEqual([]);
    expect(disks(onDisk({ transport: 'virtio' }))).toEqual([]);
    expect(disks({ ...onDisk({}), mounts: [] })).toEqual([]);
  });

  // As lsblk has them: sda, without a transport, ROTA=1.
  it.each([
    ...['QEMU HARDDISK', 'QEMU_HARDDISK', 'Virtual disk', 'Virtual_Disk', 'PersistentDisk', 'VBOX HARDDISK'],
    ...['QEMU HARDDISK   ', 'VBOX_HARDDISK'],
  ])('is not judged where it is one of a virtual machine: %s', (model) => {
    expect(disks(onDisk({ model, transport: null }))).toEqual([]);
    expect(disks(onDisk({ model, transport: 'sata' }))).toEqual([]);
  });

  it('is judged where its model only sounds like one', () => {
    expect(disks(onDisk({ model: 'ST4000 Virtual disk', transport: null }))).toHaveLength(1);
    expect(disks(onDisk({ model: 'HARDDISK', transport: null }))).toHaveLength(1);
  });

  it('is that of the file system that holds etcd’s folder', () => {
    expect(disks(onDisk({}, [mounted('/var/lib/etcd', '/dev/nvme0n1')]))).toEqual([]);
    expect(disks(onDisk({}, [mounted('/var/lib', 'rpool/lib')]))).toEqual([]);
    expect(disks(onDisk({}, [mounted('/var/lib/etcd2', '/dev/nvme0n1')]))).toHaveLength(1);
    const variables = { etcd_data_dir: '/srv/etcd' };
    expect(disks(onDisk({}), { variables })).toEqual(['/srv/etcd on a rotating disk: sda (QEMU NVMe)']);
  });

  it('matters on etcd members only', () => {
    const overrides = [{ check: 'control-plane-count', reason: 'not meant here' }];
    expect(disks(onDisk({}), { roles: ['worker'], specification: { overrides } })).toEqual([]);
  });
});
