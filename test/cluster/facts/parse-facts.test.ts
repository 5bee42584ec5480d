import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { factsScript } from '../../../src/probes/facts-script.js';
import { hostFactsSchema } from '../../../src/cluster/facts/facts.js';
import { FactsError } from '../../../src/cluster/facts/sections.js';
import { clusterFolders } from '../../../src/cluster/kubespray/folders.js';
import { parseFacts } from '../../../src/cluster/facts/parse-facts.js';

const mark = '@@MARK';
const recorded = (name: string) =>
  readFileSync(new URL(`./recorded-facts/${name}.txt`, import.meta.url), 'utf8');
/** The least that a machine answers whose tools are all missing. */
const bare = `\n${mark} hostname\nbox\n\n${mark} boot-id\nb\n\n${mark} end\n`;

const everyFact = factsScript({
  ...{ mark, mountPoint: '/data', stateFolder: '/var/lib/slipway', dataDirectories: ['/var/lib/kubelet'] },
  ...{ controlHost: clusterFolders('/var/lib/slipway', 'blue'), forPreflight: true },
});

describe('the facts script', () => {
  it('asks systemd for the engines that Kubespray would take off', () => {
    const asked = /^systemctl show .*$/m.exec(everyFact.text)?.[0].split(' ');
    expect(asked).toEqual(expect.arrayContaining(['docker.service', 'docker.socket', 'crio.service']));
  });
});

describe('parseFacts', () => {
  it('understands a virtual machine with two blank disks, whose names are not in the order of their serials', () => {
    const facts = parseFacts(recorded('blank-worker'), mark);
    expect(hostFactsSchema.parse(facts)).toEqual(facts);
    expect(facts).toMatchObject({
      hostname: 'labhost',
      operatingSystem: { id: 'debian', versionId: '12', prettyName: 'Debian GNU/Linux 12 (bookworm)' },
      cpus: 1,
      memoryBytes: 480272 * 1024,
      python: '3.11.2',
      cgroupVersion: 2,
      swaps: [],
      addresses: ['10.0.2.15'],
      missingTools: [],
      provenStorage: null,
      fstab: 'UUID=11111111-2222-3333-4444-555555555555 / ext4 defaults,errors=remount-ro 0 0\n',
      mounts: [{ target: '/', source: '/dev/vda1' }],
    });
    const disk = facts.blockDevices.find(({ name }) => name === 'nvme0n1');
    expect(disk).toEqual({
      name: 'nvme0n1',
      type: 'disk',
      size: 2147483648,
      serial: 'LABh4aNVME1',
      wwn: 'nvme.1b36-4c41426834614e564d4531-51454d55204e564d65204374726c-00000001',
      model: 'QEMU NVMe Ctrl',
      transport: 'nvme',
      rotational: false,
      removable: false,
      readOnly: false,
      signature: null,
      uuid: null,
      partitionTable: null,
      holders: [],
      mountPoints: [],
      byId: [
        '/dev/disk/by-id/nvme-QEMU_NVMe_Ctrl_LABh4aNVME1',
        '/dev/disk/by-id/nvme-QEMU_NVMe_Ctrl_LABh4aNVME1_1',
        '/dev/disk/by-id/nvme-nvme.1b36-4c41426834614e564d4531-51454d55204e564d65204374726c-00000001',
      ],
      usedBy: [],
    });
    expect(facts.blockDevices.find(({ name }) => name === 'vda')).toMatchObject({
      partitionTable: 'dos',
      holders: ['vda1'],
      usedBy: ['something holds it open exclusively'],
    });
    expect(facts.units.find(({ name }) => name === 'kubelet')).toEqual({
      name: 'kubelet',
      load: 'not-found',
      active: 'inactive',
      enabled: '',
    });
  });

  it('understands the same machine with its array in use and its data moved', () => {
    const facts = parseFacts(recorded('moved-worker'), mark);
    expect(facts.arrays).toEqual([
      {
        device: '/dev/md0',
        level: 'raid0',
        uuid: expect.stringMatching(/^([0-9a-f]{8}:){3}[0-9a-f]{8}$/) as string,
        name: expect.any(String) as string,
        members: ['nvme0n1', 'nvme1n1'],
        state: 'clean',
      },
    ]);
    expect(facts.blockDevices.filter(({ type }) => type === 'disk')).toMatchObject([
      { name: 'vda' },
      { signature: 'linux_raid_member', holders: ['md0'] },
      { signature: 'linux_raid_member', holders: ['md0'] },
    ]);
    expect(facts.blockDevices.filter(({ name }) => name === 'md0')).toMatchObject([
      { type: 'raid0', signature: 'ext4', mountPoints: ['/data', '/var/lib/kubelet', '/var/lib/containerd'] },
    ]);
    expect(facts.dataDirectories).toMatchObject([
      { path: '/var/lib/kubelet', mounted: true, moved: true, oldCopy: '/var/lib/kubelet.slipway-old' },
      { path: '/var/lib/containerd', mounted: true, moved: true },
    ]);
    expect(facts.provenStorage).toMatch(/^sha256:/);
    expect(facts.mounts.map(({ target }) => target).sort()).toEqual([
      '/',
      '/data',
      '/var/lib/containerd',
      '/var/lib/kubelet',
    ]);
  });

  it('tolerates a machine without tools and devices', () => {
    expect(parseFacts(bare, mark)).toMatchObject({
      hostname: 'box',
      blockDevices: [],
      arrays: [],
      mounts: [],
      mdadmConf: null,
      python: null,
    });
  });

  it('leaves out devices that have no node, because they are not this machine’s', () => {
    const foreign = recorded('blank-worker').replace('\nnvme0n1\nnvme1n1\nvda\nvda1\n', '\n');
    expect(parseFacts(foreign, mark).blockDevices).toEqual([]);
  });

  it('takes what blkid cannot tell for something', () => {
    const unknown = recorded('blank-worker').replace('DEVICE=nvme0n1\nCODE=2', 'DEVICE=nvme0n1\nCODE=8');
    const device = parseFacts(unknown, mark).blockDevices.find(({ name }) => name === 'nvme0n1');
    expect(device?.signature).toBe('unreadable or ambiguous (blkid 8)');
  });

  it('does not choose between what blkid and lsblk say of a disk', () => {
    const seen = (byLsblk: string, byBlkid: string) => {
      const text = recorded('moved-worker').replaceAll(
        /"fstype": "linux_raid_member",\s*"uuid": "[^"]*"/g,
        byLsblk,
      );
      const changed = text.replaceAll('TYPE=linux_raid_member', byBlkid);
      const { signature, uuid } =
        parseFacts(changed, mark).blockDevices.find(({ name }) => name === 'nvme0n1') ?? {};
      return { signature, uuid };
    };
    const uuid = 'b5240c2f-9e4c-9a45-c3e7-d6a643b8511a';
    const raid = 'TYPE=linux_raid_member';
    expect(seen('"fstype": null, "uuid": null', raid)).toEqual({ signature: 'linux_raid_member', uuid });
    expect(seen('"fstype": "mpath_member", "uuid": null', raid)).toEqual({
      signature: 'linux_raid_member (blkid), mpath_member (lsblk)',
      uuid: null,
    });
    expect(seen('"fstype": "linux_raid_member", "uuid": "another"', raid)).toEqual({
      signature: 'linux_raid_member',
      uuid: null,
    });
    // What blkid does not find has not its UUID.
    expect(seen('"fstype": "ext4", "uuid": "u"', 'VERSION=1')).toEqual({ signature: 'ext4', uuid: 'u' });
  });

  it('takes an array at which blkid has not looked for something', () => {
    const text = recorded('moved-worker').replace(/DEVICE=md0\nCODE=0\n[^]*?(?=DEVICE=nvme0n1)/, '');
    const unseen = text.replace(/"ro": false,\s*"fstype": "ext4"/g, '"ro": false, "fstype": null');
    const array = parseFacts(unseen, mark).blockDevices.find(({ name }) => name === 'md0');
    expect(array?.signature).toBe('unknown (not probed by blkid)');
  });

  it('shows who uses a device: swap, pools, multipath, LVM, bcache', () => {
    const used = recorded('blank-worker')
      .replace('Priority\n', 'Priority\n/dev/nvme0n1 partition 1 0 -2\n')
      .replace(`${mark} bcache\n`, `${mark} bcache\nnvme1n1\n`)
      .replace(`${mark} pools\n`, `${mark} pools\ntank\n\t/dev/nvme1n1\t3G\n`);
    const { blockDevices, swaps } = parseFacts(used, mark);
    expect(swaps).toEqual(['/dev/nvme0n1']);
    expect(blockDevices.find(({ name }) => name === 'nvme0n1')?.usedBy).toEqual(['swap']);
    expect(blockDevices.find(({ name }) => name === 'nvme1n1')?.usedBy).toEqual(['a ZFS pool', 'bcache']);
  });

  it('knows the disks of a multipath device, and not its name, by what multipath writes', () => {
    const topology = [
      'Mar 17 14:32:37 | vda: No fc_host device for host-1',
      'vda (3600d0230000000000e13955cc3757800) dm-1 WINSYS,SF2372',
      "size=269G features='1 queue_if_no_path' hwhandler='1 alua' wp=rw",
      "|-+- policy='service-time 0' prio=0 status=active",
      '| `- 6:0:0:0    nvme0n1 259:0  active undef running',
      "`-+- policy='service-time 0' prio=0 status=enabled",
      '  |- 7:0:0:0    nvme1n1 259:16 failed undef running',
      '  `- #:#:#:#    -       8:32   failed undef unknown',
    ];
    const text = recorded('blank-worker').replace(
      `${mark} multipath\n`,
      `${mark} multipath\n${topology.join('\n')}\n`,
    );
    const used = parseFacts(text, mark).blockDevices.filter(({ usedBy }) =>
      usedBy.includes('a multipath device'),
    );
    expect(used.map(({ name }) => name).sort()).toEqual(['nvme0n1', 'nvme1n1']);
    // With less than 2 it writes the names of maps only.
    expect(everyFact.text).toMatch(/^multipath -l -v2 /m);
  });

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

  it.each([
    ['0::/system.slice/rke2-server.service', 'rke2-server.service'],
    ['0::/kube.slice/kubelet.service', 'kubelet.service'],
    ['1:name=systemd:/system.slice/k0scontroller.service/leaf', 'k0scontroller.service'],
    ['4:memory:/other.service', undefined],
    ['0::/user.slice/user-0.slice/user@0.service/app.slice/run-1.scope', undefined],
    ['0::/kubepods.slice/kubepods-burstable.slice/cri-containerd-1f.scope', undefined],
    ['0::/system.slice/containerd.service/kubepods-burstable-pod1:cri-containerd:1f', undefined],
    ['0::/system.slice/docker-1f.scope', undefined],
  ])('tells the service in which a part of Kubernetes listens by the control group %s', (line, unit) => {
    const sections = {
      'boot-id': 'b',
      init: 'systemd',
      listeners: 'tcp LISTEN 0 1 *:10250 *:* users:(("kubelet",pid=9,fd=2))',
    };
    const text = Object.entries({ ...sections, 'control-groups': `10 0::/x.service\n9 ${line}`, end: '' })
      .map(([name, lines]) => `\n${mark} ${name}\n${lines}\n`)
      .join('');
    const [found] = parseFacts(text, mark).system?.listeners ?? [];
    expect(found).toMatchObject({ process: 'kubelet' });
    expect(found?.unit).toBe(unit);
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

  it('keeps file systems without a block device only where etcd’s data may be on them', () => {
    const mount = (target: string) => ({
      ...{ target, source: 'pool/x', fstype: 'zfs', options: 'rw', uuid: null, 'maj:min': '0:42' },
    });
    const filesystems = ['/', '/home', '/var/lib', '/var/lib/etcd', '/run'].map(mount);
    const text = bare.replace(
      `${mark} end`,
      `${mark} mounts\n${JSON.stringify({ filesystems })}\n\n${mark} end`,
    );
    expect(parseFacts(text, mark).mounts.map(({ target }) => target)).toEqual(['/var/lib', '/var/lib/etcd']);
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

  it('refuses an answer that was cut off', () => {
    expect(() => parseFacts(bare.replace(`${mark} end`, ''), mark)).toThrow(FactsError);
  });

  it('keeps a file’s text exactly, even where it holds a mark of another run', () => {
    const facts = parseFacts(
      `\n${mark} boot-id\nb\n\n${mark} fstab\n@@OTHER fstab\n\n\n\n${mark} mdadm-conf\npresent\n\n${mark} end\n`,
      mark,
    );
    expect(facts.fstab).toBe('@@OTHER fstab\n\n\n');
    expect(facts.mdadmConf).toBe('');
  });
});
