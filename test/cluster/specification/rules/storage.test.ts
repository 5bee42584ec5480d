import { describe, expect, it } from 'vitest';
import {
  problems,
  hosts,
  controlPlane,
  worker,
  withStorage,
} from '../../../support/specification-problems.js';

describe('rules for storage', () => {
  it.each([
    '/boot',
    '/var/lib/kubelet',
    '/var/lib/containerd/x',
    '/var',
    '/etc/x',
    '/usr',
    '/proc',
    '/home',
    '/var/lib',
    '/var/lib/etcd',
    '/var/lib/slipway/x',
    '/root',
    '/run/x',
    '/opt',
    '/srv',
    '/mnt',
  ])('refuse to mount on %s', (mountPoint) => {
    expect(withStorage({ mountPoint })[0]).toMatch(
      /^ephemeralStorage\.mountPoint: must be a folder of its own such as/,
    );
  });

  it('say of a mount point what is wrong with it', () => {
    expect(withStorage({ mountPoint: '/' })).toEqual([
      "ephemeralStorage.mountPoint: must be a folder of its own such as /data; / is the system's",
    ]);
    expect(withStorage({ mountPoint: '/data/' })).toEqual([
      'ephemeralStorage.mountPoint: must not end with /',
    ]);
  });

  it.each([
    '/',
    'data',
    '~/data',
    '/data/',
    '/data/../etc',
    '/data/./x',
    '/da ta',
    '/data;x',
    '/$(id)',
    "/d'x",
    '/d\nx',
    '/data,x',
    '/d\\040x',
  ])('refuse the mount point %j', (mountPoint) => {
    expect(withStorage({ mountPoint })[0]).toMatch(/^ephemeralStorage\.mountPoint: must /);
  });

  it.each(['/data', '/mnt/ephemeral', '/srv/akash', '/var/lib/akash', '/devices'])(
    'take %s',
    (mountPoint) => {
      expect(withStorage({ mountPoint })).toEqual([]);
    },
  );

  it.each([
    ['raid0', 1, 2],
    ['raid1', 1, 2],
    ['raid10', 2, 4],
  ])('want more disks for %s than %i', (level, count, fewest) => {
    expect(withStorage({ level, disks: { count } })).toEqual([
      `ephemeralStorage.disks.count: must be at least ${fewest} for ${level}; it is ${count}`,
    ]);
    expect(withStorage({ level, disks: { count: fewest } })).toEqual([]);
  });

  it('want each serial once, and as many as disks', () => {
    expect(withStorage({ disks: { serials: ['A', 'A'] } })).toEqual([
      'ephemeralStorage.disks.serials.1: must not repeat; A is given already',
    ]);
    expect(withStorage({ disks: { serials: ['A', 'B', 'C'] } })).toEqual([
      'ephemeralStorage.disks.count: must be 3, the number of serials; it is 2',
    ]);
    expect(withStorage({ disks: { serials: ['A', 'B'], count: 3 } })).toEqual([
      'ephemeralStorage.disks.count: must be 2, the number of serials; it is 3',
    ]);
    expect(withStorage({ disks: { serials: ['A', 'B', 'C'], count: 3 } })).toEqual([]);
  });

  it("look at a host's own setting like the cluster's, and tell a repeated serial once", () => {
    const own = { mountPoint: '/var', disks: { serials: ['A', 'A'] } };
    expect(hosts({ ...controlPlane, ephemeralStorage: own })).toEqual([
      "hosts.0.ephemeralStorage.mountPoint: must be a folder of its own such as /data; /var is the system's",
      'hosts.0.ephemeralStorage.disks.serials.1: must not repeat; A is given already',
    ]);
  });

  it("take serials in the cluster's setting where it is meant for one worker only", () => {
    const ephemeralStorage = { disks: { serials: ['A', 'B'] } };
    const withoutStorage = { ...controlPlane, ephemeralStorage: false };
    const noWorker = { ...controlPlane, roles: ['control-plane'] };
    for (const first of [withoutStorage, noWorker]) {
      expect(problems({ name: 'a', hosts: [first, worker], ephemeralStorage })).toEqual([]);
    }
  });

  it('want a disk to be in one host only', () => {
    const own = { disks: { serials: ['A', 'B'] } };
    expect(hosts({ ...controlPlane, ephemeralStorage: own }, { ...worker, ephemeralStorage: own })).toEqual([
      'hosts.1.ephemeralStorage.disks.serials.0: must be a disk of this host only; A is named for hosts.0 too',
      'hosts.1.ephemeralStorage.disks.serials.1: must be a disk of this host only; B is named for hosts.0 too',
    ]);
    expect(problems({ name: 'a', hosts: [controlPlane, worker], ephemeralStorage: own })).toEqual([
      'ephemeralStorage.disks.serials: must be given with each host instead, because they would be looked for on 2 workers',
    ]);
  });
});
