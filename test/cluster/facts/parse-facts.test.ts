import { describe, expect, it } from 'vitest';
import { hostFactsSchema } from '../../../src/cluster/facts/facts.js';
import { FactsError } from '../../../src/cluster/facts/sections.js';
import { parseFacts } from '../../../src/cluster/facts/parse-facts.js';
import { mark, recorded, bare } from '../../support/recorded-facts.js';

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
