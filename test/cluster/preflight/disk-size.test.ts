import { describe, expect, it } from 'vitest';
import type { SystemFacts } from '../../../src/cluster/facts/system-facts.js';
import { type Scene, found, space } from '../../support/preflight-scene.js';

describe('the size of disks', () => {
  /** File systems by the folders that lie on them; sizes in GB. */
  const onFileSystems = (
    ...all: [mountedAt: string, size: number, paths: string[], source?: string | undefined][]
  ) =>
    all.flatMap(([mountedAt, size, paths, source = `/dev${mountedAt}`]) =>
      paths.map((path) => space(path, size * 0.9e9, { mountedAt, totalBytes: size * 1e9, source })),
    );
  const sizes = (spaces: SystemFacts['space'], scene: Scene = {}) => {
    const root = spaces.find(({ path }) => path === '/')?.totalBytes ?? 500e9;
    const overrides = [{ check: 'control-plane-count', reason: 'not meant here' }];
    const specification = { overrides, ...scene.specification };
    const facts = { rootDisk: { totalBytes: root, freeBytes: root } };
    return found({ ...scene, specification, facts, system: { space: spaces } })
      .filter(({ check }) => check.endsWith('-disk'))
      .map(({ severity, check, is }) => `${severity} ${check}: ${is}`);
  };
  const [containerd, kubelet, etcd, logs] = [
    '/var/lib/containerd',
    '/var/lib/kubelet',
    '/var/lib/etcd',
    '/var/log',
  ];
  const all = [containerd, kubelet, etcd, logs];
  const ephemeralStorage = {};

  it('of a worker is that of the file systems of images and pods', () => {
    expect(sizes(onFileSystems(['/', 50, ['/']], ['/var', 2000, all]))).toEqual([]);
    expect(sizes(onFileSystems(['/', 200, ['/']], ['/var', 9, all]))).toEqual([
      'error worker-disk: 9 GB of disk in /var',
    ]);
    expect(sizes(onFileSystems(['/', 80, ['/', ...all]]))).toEqual(['error worker-disk: 80 GB of disk']);
  });

  it('is the sum of those that differ, be one mounted in several places', () => {
    const apart = (source?: string) =>
      onFileSystems(
        ['/', 200, ['/']],
        ['/var/lib/kubelet', 60, [kubelet], source],
        ['/var/lib/containerd', 60, [containerd], source],
      );
    expect(sizes(apart())).toEqual([]);
    expect(sizes(apart('/dev/md0'))).toEqual([
      'error worker-disk: 60 GB of disk in /var/lib/containerd and /var/lib/kubelet',
    ]);
    expect(sizes(apart('tmpfs'))).toEqual([]);
  });

  it('of a control plane is that of the system, images and etcd together', () => {
    const roles = ['control-plane', 'etcd'] as const;
    const small = onFileSystems(['/', 20, ['/', kubelet, containerd, logs]], [etcd, 5, [etcd]]);
    expect(sizes(small, { roles })).toEqual([
      'error control-plane-disk: 25 GB of disk in / and /var/lib/etcd',
    ]);
    const right = onFileSystems(['/', 20, ['/', etcd, logs]], [containerd, 30, [containerd, kubelet]]);
    expect(sizes(right, { roles })).toEqual([]);
    const variables = { etcd_data_dir: '/srv/etcd' };
    const other = [...onFileSystems(['/', 20, ['/', ...all]]), ...onFileSystems(['/srv', 30, ['/srv/etcd']])];
    expect(sizes(other, { roles, variables })).toEqual([]);
  });

  it('is that of the system where images and pods get an array of their own', () => {
    const array = onFileSystems(['/', 20, ['/', etcd, logs]], ['/data', 2000, [containerd, kubelet]]);
    expect(sizes(array, { specification: { ephemeralStorage } })).toEqual([
      'warning worker-disk: 20 GB of disk',
    ]);
    const roles = ['control-plane', 'etcd', 'worker'] as const;
    expect(sizes(array, { roles, specification: { ephemeralStorage } })[0]).toContain(
      'error control-plane-disk',
    );
    const logsApart = onFileSystems(['/', 50, ['/']], ['/var', 2000, all]);
    expect(sizes(logsApart, { specification: { ephemeralStorage } })).toEqual([]);
  });

  it('is that of the root file system where nobody knows the others', () => {
    expect(sizes(onFileSystems(['/', 50, ['/', kubelet]]))).toEqual(['error worker-disk: 50 GB of disk']);
  });
});
