import { describe, expect, it } from 'vitest';
import { parseFacts } from '../../../src/cluster/facts/parse-facts.js';
import { mark, recorded, bare } from '../../support/recorded-facts.js';

describe('parseFacts', () => {
  it('understands a system, whichever way its tools write', () => {
    const section = (name: string, ...lines: string[]) => `\n${mark} ${name}\n${lines.join('\n')}\n`;
    const text = [
      section('boot-id', 'b'),
      section('init', 'systemd'),
      section('resolv-conf', 'present', 'search example.org'),
      section('resolved', 'present', 'nameserver 10.0.0.1'),
      section('time-synchronized', 'no'),
      section(
        'listeners',
        'udp UNCONN 0 0   127.0.0.53%lo:53    0.0.0.0:* users:(("systemd-resolve",pid=7,fd=13))',
        'udp UNCONN 0 0         0.0.0.0:4789  0.0.0.0:*',
        'tcp LISTEN 0 4096            *:10250       *:* users:(("kubelet",pid=9,fd=20))',
        'tcp LISTEN 0 4096         [::]:179      [::]:* users:(("bird",pid=3,fd=7),("bird",pid=4,fd=7))',
        'tcp LISTEN 0 128 [fe80::1]%eth0:2379    [::]:* users:(("etcd",pid=5,fd=1))',
        'tcp LISTEN 0 128       0.0.0.0:30080 0.0.0.0:* users:(("kube-proxy",pid=6,fd=1))',
        'Netid State something:else',
      ),
      section('addresses', '2: eth0    inet 10.0.0.4/24 brd 10.0.0.255 scope global eth0'),
      section('links', '1: lo: <LOOPBACK> mtu 65536 qdisc', '2: eth0@if5: <BROADCAST,UP> mtu 1450 qdisc'),
      section('modules', 'ip_vs', 'overlay by install /bin/true "by CIS" ', 'raid0'),
      section(
        'space',
        ...['PATH=/tmp', 'DF= 100 40 10 4 /dev/mapper/a b /a place'],
        ...['PATH=/opt/cni', 'DF= 9 8 - - tmpfs /', 'PATH=/boot', 'DF='],
      ),
      section('upgrades', "upgrade='1'", "reboot='true'", 'program'),
      section('units', 'Id=apt-daily-upgrade.timer', 'ActiveState=active', 'UnitFileState=enabled'),
      section('ufw', 'ENABLED=yes'),
      section('end'),
    ].join('');
    expect(parseFacts(text, mark).searchDomains).toEqual(['example.org']);
    expect(parseFacts(text, mark).system).toEqual({
      init: 'systemd',
      hasResolvConf: true,
      hasResolvedFile: true,
      timeSynchronized: false,
      listeners: [
        { protocol: 'udp', address: '127.0.0.53', port: 53, process: 'systemd-resolve' },
        { protocol: 'udp', address: '*', port: 4789, process: null },
        { protocol: 'tcp', address: '*', port: 10250, process: 'kubelet' },
        { protocol: 'tcp', address: '*', port: 179, process: 'bird' },
        { protocol: 'tcp', address: 'fe80::1', port: 2379, process: 'etcd' },
      ],
      interfaces: [{ name: 'eth0', mtu: 1450, addresses: ['10.0.0.4'] }],
      missingModules: ['ip_vs', 'raid0'],
      refusedModules: [{ name: 'overlay', by: 'install /bin/true "by CIS"' }],
      space: [
        {
          ...{ path: '/tmp', mountedAt: '/a place', source: '/dev/mapper/a b' },
          ...{ totalBytes: 100, freeBytes: 40, inodes: 10, freeInodes: 4 },
        },
        {
          ...{ path: '/opt/cni', mountedAt: '/', source: 'tmpfs' },
          ...{ totalBytes: 9, freeBytes: 8, inodes: 0, freeInodes: 0 },
        },
      ],
      unattendedUpgrades: { enabled: true, reboots: true, startedBy: ['apt-daily-upgrade.timer'] },
      firewalls: ['ufw'],
    });
    expect(parseFacts(recorded('blank-worker'), mark).system).toBeUndefined();
  });

  it('tells which cgroups a system has by the file system that it has for them', () => {
    const withCgroups = (type: string) =>
      parseFacts(recorded('blank-worker').replace('\ncgroup2fs\n', `\n${type}\n`), mark).cgroupVersion;
    expect(withCgroups('tmpfs')).toBe(1);
    expect(withCgroups('cgroup2fs')).toBe(2);
  });

  describe('tells what upgrades packages by itself', () => {
    const timer = 'Id=apt-daily-upgrade.timer\nLoadState=loaded\nUnitFileState=enabled\nActiveState=active';
    const upgrades = (
      settings: readonly string[],
      { units = timer, crons = [] }: { units?: string; crons?: readonly string[] } = {},
    ) => {
      const sections = { 'boot-id': ['b'], init: ['systemd'], units: [units], upgrades: settings };
      const text = Object.entries({ ...sections, 'upgrade-crons': crons, end: [] })
        .map(([name, lines]) => `\n${mark} ${name}\n${lines.join('\n')}\n`)
        .join('');
      return parseFacts(text, mark).system?.unattendedUpgrades;
    };
    const byTimer = { enabled: true, startedBy: ['apt-daily-upgrade.timer'] };
    const nobody = { enabled: false, startedBy: [] };

    // apt.systemd.daily compares with "0" only, and knows intervals with units.
    it.each(['1', '7', '1d', '12h', 'always', '00'])('every %s', (interval) => {
      expect(upgrades([`upgrade='${interval}'`, 'program'])).toMatchObject(byTimer);
    });

    it.each([
      ['the value "0"', ["upgrade='0'", 'program']],
      ['an empty value', ["upgrade=''", 'program']],
      ['no value', ['program']],
      ['no program', ["upgrade='1'"]],
      ['APT::Periodic::Enable "0"', ["upgrade='1'", "periodic='0'", 'program']],
    ])('and not where there is %s', (_, settings) => {
      expect(upgrades(settings)).toMatchObject(nobody);
    });

    it.each([
      ['a timer that is enabled and waits for the next start', 'UnitFileState=enabled', true],
      ['a timer that runs until the next start', 'UnitFileState=disabled\nActiveState=active', true],
      ['no timer that is on', 'UnitFileState=disabled\nActiveState=inactive', false],
      ['a timer that is masked', 'LoadState=masked\nUnitFileState=masked\nActiveState=inactive', false],
      [
        'a timer whose service is masked',
        'UnitFileState=enabled\n\nId=apt-daily-upgrade.service\nLoadState=masked',
        false,
      ],
      [
        'the service that only waits for the shutdown',
        'UnitFileState=disabled\n\nId=unattended-upgrades.service\nActiveState=active',
        false,
      ],
    ])('by %s', (_, state, enabled) => {
      const units = `Id=apt-daily-upgrade.timer\n${state}`;
      expect(upgrades(["upgrade='1'", 'program'], { units })).toMatchObject({ enabled });
    });

    it('by cron, which asks for no setting of apt', () => {
      const crons = ['/etc/cron.d/upgrades'];
      expect(upgrades(["upgrade='0'", 'program'], { units: '', crons })).toEqual({
        ...{ enabled: true, reboots: false, startedBy: crons },
      });
      expect(upgrades([], { units: '', crons })).toMatchObject(nobody);
    });

    it.each([
      ['true', true],
      ['1', true],
      ['yes', true],
      ['false', false],
      ['0', false],
      ['', false],
    ])('and whether it restarts the host: %s', (value, reboots) => {
      expect(upgrades(["upgrade='1'", `reboot='${value}'`, 'program'])).toMatchObject({ reboots });
    });
  });

  it('tells what a control host has, and of other machines nothing', () => {
    const answer = (...lines: string[]) =>
      bare.replace(`${mark} end`, `${mark} control-host\n${lines.join('\n')}\n\n${mark} end`);
    expect(parseFacts(answer('git', 'installed', 'DF=  1500000 /a place'), mark).controlHost).toEqual({
      ...{ hasGit: true, isInstalled: true, freeBytes: 1_500_000, mountedAt: '/a place' },
    });
    expect(parseFacts(answer('DF= 7 /'), mark).controlHost).toMatchObject({
      ...{ hasGit: false, isInstalled: false },
    });
    expect(parseFacts(bare, mark)).not.toHaveProperty('controlHost');
  });
});
