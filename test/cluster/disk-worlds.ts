import { readFileSync } from 'node:fs';
import fc from 'fast-check';

/**
 * Machines with disks in every state, as the tools on a host would tell of them. What a disk holds is told by one tool
 * at least, and not always by all: udev's database, which lsblk reads, is behind at times, and tools are missing.
 */

const gib = 1024 ** 3;

/** Where something on a disk shows. */
export type Trace =
  | { readonly by: 'lsblk-signature' | 'blkid-signature'; readonly signature: string }
  | { readonly by: 'blkid-failure'; readonly code: number }
  | { readonly by: 'not-probed' }
  | { readonly by: 'lsblk-table' | 'blkid-table'; readonly table: string }
  | {
      readonly by: 'lsblk-child' | 'holders' | 'partitions';
      readonly child: string;
      readonly type: string;
    }
  | { readonly by: 'mounts'; readonly target: string }
  | { readonly by: 'swaps' | 'pools' | 'multipath' | 'volumes' | 'bcache' | 'claimed' };

/** One whole disk. */
export interface WorldDisk {
  readonly name: string;
  /** Major and minor number. */
  readonly device: string;
  readonly serial: string | null;
  readonly gibibytes: number;
  readonly nvme: boolean;
  readonly rotational: boolean;
  readonly removable: boolean;
  readonly readOnly: boolean;
  readonly hasLink: boolean;
  /** Empty: it is blank. */
  readonly traces: readonly Trace[];
}

export interface World {
  readonly disks: readonly WorldDisk[];
  /** As an lsblk before util-linux 2.33 writes numbers and booleans: as text. */
  readonly oldLsblk: boolean;
}

const signature = (type: string): Trace[] => [
  { by: 'lsblk-signature', signature: type },
  { by: 'blkid-signature', signature: type },
];
const child = (name: string, type: string): Trace[] => [
  { by: 'lsblk-child', child: name, type },
  { by: 'holders', child: name, type },
];

/** What can be on a disk, and every trace that it can leave. */
const contents: readonly (readonly Trace[])[] = [
  ...['ext4', 'xfs', 'btrfs', 'vfat', 'ntfs', 'ceph_bluestore', 'VMFS_volume_member'].map(signature),
  [...signature('ext4'), { by: 'mounts', target: '/srv' }],
  [
    { by: 'lsblk-table', table: 'gpt' },
    { by: 'blkid-table', table: 'gpt' },
    { by: 'lsblk-child', child: 'p1', type: 'part' },
    { by: 'partitions', child: 'p1', type: 'part' },
  ],
  [
    { by: 'lsblk-table', table: 'dos' },
    { by: 'blkid-table', table: 'dos' },
  ],
  [...signature('linux_raid_member'), ...child('md127', 'raid1'), { by: 'claimed' }],
  [...signature('LVM2_member'), ...child('dm-0', 'lvm'), { by: 'volumes' }, { by: 'claimed' }],
  [...signature('zfs_member'), { by: 'pools' }, { by: 'claimed' }],
  [...signature('mpath_member'), ...child('dm-1', 'mpath'), { by: 'multipath' }],
  [...signature('swap'), { by: 'swaps' }],
  [...signature('bcache'), ...child('bcache0', 'disk'), { by: 'bcache' }],
  [...signature('crypto_LUKS'), ...child('dm-2', 'crypt'), { by: 'claimed' }],
  [{ by: 'claimed' }],
  [{ by: 'blkid-failure', code: 8 }],
  [{ by: 'blkid-failure', code: 4 }],
  [{ by: 'not-probed' }],
];

const traces: fc.Arbitrary<readonly Trace[]> = fc.oneof(
  { weight: 3, arbitrary: fc.constant([]) },
  {
    weight: 2,
    arbitrary: fc.constantFrom(...contents).chain((all) => fc.subarray([...all], { minLength: 1 })),
  },
);
const rarely = fc.integer({ min: 0, max: 9 }).map((drawn) => drawn === 0);

const disk = fc.record({
  nvme: rarely.map((no) => !no),
  serial: fc.option(fc.constantFrom('S1', 'S2', 'S3', 'S4', 'S5', 'S6', 'S7', 'S8', 'S9'), { freq: 12 }),
  gibibytes: fc.constantFrom(0.5, 4, 4, 4, 8),
  rotational: rarely,
  removable: rarely,
  readOnly: rarely,
  hasLink: rarely.map((no) => !no),
  traces,
});

export const worlds: fc.Arbitrary<World> = fc.record({
  disks: fc.array(disk, { maxLength: 7 }).map((disks) =>
    disks.map((drawn, index) => ({
      ...drawn,
      name: drawn.nvme ? `nvme${index}n1` : `sd${'abcdefg'[index] ?? ''}`,
      device: `${drawn.nvme ? 259 : 8}:${index * 16}`,
    })),
  ),
  oldLsblk: fc.boolean(),
});

const recorded = readFileSync(new URL('recorded-facts/blank-worker.txt', import.meta.url), 'utf8');

/** The answer of the facts script on this machine: a recorded one, with other disks. Its mark is `@@MARK`. */
export function factsTextOf(world: World): string {
  const { disks } = world;
  const having = (by: Trace['by']) => disks.filter((one) => one.traces.some((trace) => trace.by === by));
  const lines = (by: Trace['by'], line: (one: WorldDisk) => string) => having(by).map(line).join('\n');
  const pairs = (by: 'holders' | 'partitions') =>
    disks
      .flatMap(({ name, traces: own }) =>
        own.flatMap((trace) => (trace.by === by ? [`${name} ${childName(name, trace.child)}`] : [])),
      )
      .join('\n');
  const sections: Record<string, string> = {
    lsblk: JSON.stringify({ blockdevices: disks.map((one) => lsblkOf(one, world.oldLsblk)) }),
    nodes: disks.map(({ name }) => name).join('\n'),
    'by-id': disks.flatMap(linkOf).join('\n'),
    holders: pairs('holders'),
    partitions: pairs('partitions'),
    bcache: lines('bcache', ({ name }) => name),
    blkid: disks.flatMap(blkidOf).join('\n'),
    pools: lines('pools', ({ name }) => `\t/dev/${name}\t3.50G\t-\t-\t-\t-\t-\t-\tONLINE`),
    multipath: lines('multipath', multipathOf),
    volumes: lines('volumes', ({ name }) => `  /dev/${name} vg0`),
    claimed: lines('claimed', ({ name }) => name),
    swaps: `Filename Type Size Used Priority\n${lines('swaps', ({ name }) => `/dev/${name} partition 1 0 -2`)}`,
    mounts: JSON.stringify({ filesystems: disks.flatMap(mountsOf) }),
  };
  return recorded.replaceAll(/@@MARK (\S+)\n[^]*?(?=\n@@MARK|$)/g, (whole, name: string) =>
    sections[name] === undefined ? whole : `@@MARK ${name}\n${sections[name]}\n`,
  );
}

/** A partition's name has its disk's in it; whatever else is built upon a disk has one of its own. */
function childName(disk: string, name: string): string {
  return name === 'p1' ? `${disk}${disk.startsWith('nvme') ? 'p1' : '1'}` : name;
}

function lsblkOf(world: WorldDisk, old: boolean): Record<string, unknown> {
  const flag = (value: boolean) => (old ? (value ? '1' : '0') : value);
  const bytes = world.gibibytes * gib;
  const told = world.traces;
  const children = told.flatMap((trace) =>
    trace.by === 'lsblk-child'
      ? [childOf(childName(world.name, trace.child), trace.type, { bytes, flag })]
      : [],
  );
  return {
    ...childOf(world.name, 'disk', { bytes, flag }),
    'maj:min': world.device,
    size: old ? String(bytes) : bytes,
    serial: world.serial,
    tran: world.nvme ? 'nvme' : 'sata',
    rota: flag(world.rotational),
    rm: flag(world.removable),
    ro: flag(world.readOnly),
    fstype: told.flatMap((trace) => (trace.by === 'lsblk-signature' ? [trace.signature] : []))[0] ?? null,
    pttype: told.flatMap((trace) => (trace.by === 'lsblk-table' ? [trace.table] : []))[0] ?? null,
    ...(children.length > 0 && { children }),
  };
}

function childOf(
  name: string,
  type: string,
  { bytes, flag }: { readonly bytes: number; readonly flag: (value: boolean) => unknown },
): Record<string, unknown> {
  const [rota, rm, ro] = [flag(false), flag(false), flag(false)];
  const nothing = {
    serial: null,
    wwn: null,
    model: null,
    tran: null,
    fstype: null,
    uuid: null,
    pttype: null,
  };
  return { name, kname: name, 'maj:min': '250:1', type, size: bytes, rota, rm, ro, ...nothing };
}

function blkidOf({ name, traces: told }: WorldDisk): string[] {
  if (told.some(({ by }) => by === 'not-probed')) return [];
  const failure = told.flatMap((trace) => (trace.by === 'blkid-failure' ? [trace.code] : []))[0];
  const found = told.flatMap((trace) => {
    if (trace.by === 'blkid-signature') return [`TYPE=${trace.signature}`];
    return trace.by === 'blkid-table' ? [`PTTYPE=${trace.table}`] : [];
  });
  const code = failure ?? (found.length > 0 ? 0 : 2);
  return [`DEVICE=${name}`, `CODE=${code}`, ...found];
}

/** As `multipath -l -v2` shows a map with one path. */
function multipathOf({ name, device }: WorldDisk): string {
  return [
    `mpatha (3600d0230000000000e13955cc3757800) dm-1 WINSYS,SF2372`,
    "size=4.0G features='0' hwhandler='0' wp=rw",
    "`-+- policy='service-time 0' prio=0 status=active",
    `  \`- 6:0:0:0 ${name} ${device} active undef running`,
  ].join('\n');
}

function linkOf({ name, serial, hasLink }: WorldDisk): string[] {
  return hasLink ? [`/dev/disk/by-id/any-Test_disk_${serial ?? name}_${name} ../../${name}`] : [];
}

function mountsOf({ name, device, traces: told }: WorldDisk): Record<string, unknown>[] {
  return told.flatMap((trace) =>
    trace.by === 'mounts'
      ? [
          {
            target: trace.target,
            source: `/dev/${name}`,
            fstype: 'ext4',
            options: 'rw',
            uuid: null,
            'maj:min': device,
          },
        ]
      : [],
  );
}
