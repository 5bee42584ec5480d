import { describe, expect, it } from 'vitest';
import { parseFacts } from '../../../src/cluster/facts/parse-facts.js';
import { mark, recorded, bare, everyFact } from '../../support/recorded-facts.js';

describe('parseFacts', () => {
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
});
