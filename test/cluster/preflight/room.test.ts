import { describe, expect, it } from 'vitest';
import type { SystemFacts } from '../../../src/cluster/facts/system-facts.js';
import { roomPathsOf } from '../../../src/cluster/preflight/room-folders.js';
import { type Scene, found, told, specificationOf, space } from '../../support/preflight-scene.js';

describe('room', () => {
  const rooms = (space: SystemFacts['space'], scene: Scene = {}) =>
    found({ ...scene, system: { space } })
      .filter(({ check }) => check === 'free-space')
      .map(({ severity, is, shouldBe }) => `${severity}: ${is}, ${shouldBe}`);
  const adviceOn = (space: SystemFacts['space'], scene: Scene = {}) =>
    found({ ...scene, system: { space } })
      .filter(({ check }) => check === 'free-space')
      .map(({ advice }) => advice);

  it('is asked for by file system, and not for what step 7 moves to an array', () => {
    const one = { mountedAt: '/' };
    const spaces = [space('/tmp', 5e9, one), space('/var/lib/containerd', 5e9, one)];
    expect(found({ system: { space: spaces } })).toMatchObject([
      {
        check: 'free-space',
        is: '5 GB of 10 GB free in /',
        shouldBe: 'at least 7 GB for /tmp, /var/lib/containerd',
      },
    ]);
    expect(told({ system: { space: spaces }, specification: { ephemeralStorage: {} } })).toEqual([]);
    const boot = [space('/boot', 30e6, { totalBytes: 500e6 })];
    expect(told({ system: { space: boot } })).toEqual([]);
    expect(told({ system: { space: boot }, specification: { ephemeralStorage: {} } })).toEqual([
      'error free-space w',
    ]);
  });

  it('is asked for where Kubespray copies its programs, also with /var, /tmp and /var/log elsewhere', () => {
    const root = { mountedAt: '/' };
    const spaces = [
      ...['/', '/usr/local/bin', '/opt/cni'].map((path) => space(path, 200e6, root)),
      ...['/tmp', '/var/log', '/var/lib/containerd', '/var/lib/kubelet'].map((path) => space(path, 9e9)),
    ];
    expect(rooms(spaces)).toEqual([
      'error: 200 MB of 10 GB free in /, at least 1.1 GB for /, /usr/local/bin, /opt/cni',
    ]);
  });

  it('is asked for on a node only as far as new programs lie beside the old ones for a moment', () => {
    const facts = { kubernetes: { kubelet: '1.35.4', apiServer: null } };
    const spaces = [space('/usr/local/bin', 150e6), space('/opt/cni', 10e6)];
    expect(rooms(spaces)).toHaveLength(2);
    expect(rooms(spaces, { facts })).toEqual([]);
    expect(rooms([space('/usr/local/bin', 40e6)], { facts })).toHaveLength(1);
  });

  it('is asked for etcd on its members, in the folder that the variable names', () => {
    const roles = ['control-plane', 'etcd', 'worker'] as const;
    const full = [space('/var/lib/etcd', 20e6)];
    expect(rooms(full, { roles })).toEqual([
      'error: 20 MB of 10 GB free in /var/lib/etcd, at least 1 GB for /var/lib/etcd',
    ]);
    expect(adviceOn(full, { roles })[0]).not.toContain('apt-get');
    const worker = { overrides: [{ check: 'control-plane-count', reason: 'not meant here' }] };
    expect(rooms(full, { specification: worker })).toEqual([]);
    const variables = { etcd_data_dir: '/srv/etcd' };
    expect(rooms([...full, space('/srv/etcd', 700e6)], { roles, variables })).toEqual([
      'warning: 700 MB of 10 GB free in /srv/etcd, at least 1 GB for /srv/etcd',
    ]);
    expect(roomPathsOf(specificationOf({ variables }))).toEqual(['/srv/etcd']);
  });

  it('is asked for downloads in the folder that the variable names', () => {
    const variables = { local_release_dir: '/srv/releases' };
    const spaces = [space('/tmp', 50e6), space('/srv/releases', 1.5e9)];
    expect(rooms(spaces, { variables })).toEqual([
      'warning: 1.5 GB of 10 GB free in /srv/releases, at least 2 GB for /srv/releases',
    ]);
    expect(roomPathsOf(specificationOf({ variables }))).toEqual(['/srv/releases']);
    expect(roomPathsOf(specificationOf({ variables: { local_release_dir: '{{ x }}/y' } }))).toEqual([]);
    expect(roomPathsOf(specificationOf({}))).toEqual([]);
  });

  it('in memory is not made by taking packages away', () => {
    const mounts = [{ target: '/tmp', source: 'tmpfs', fileSystem: 'tmpfs', options: 'rw', uuid: null }];
    const spaces = [space('/tmp', 0.5e9)];
    expect(adviceOn(spaces)[0]).toContain('du -xhd1 /tmp');
    const [advice] = adviceOn(spaces, { facts: { mounts } });
    expect(advice).not.toContain('apt-get clean');
    expect(advice).toContain('local_release_dir');
    expect(advice).toContain('tmp.mount');
    expect(adviceOn([space('/', 100e6)])[0]).toContain('apt-get clean');
  });
});
