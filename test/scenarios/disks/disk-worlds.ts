import fc from 'fast-check';
import { mdUuidFrom, uuidFrom } from '../../../src/cluster/values/digest.js';
import { storageOf } from '../../support/storage-facts.js';

/**
 * Machines with disks and arrays in every state, as the tools on a host would tell of them. What a disk holds is told by
 * one tool at least, and not always by all: udev's database, which lsblk reads, is behind at times, and tools are missing.
 */

/** Of the recorded answer in which the worlds are put. */
export const machineId = '967bb67cc30c4748a388258422d266c0';

/** Where something on a device shows. */
export type Trace =
  | { readonly by: 'lsblk-signature'; readonly signature: string; readonly uuid: string | null }
  | { readonly by: 'blkid-signature'; readonly signature: string; readonly uuid: string | null }
  | { readonly by: 'blkid-failure'; readonly code: number }
  | { readonly by: 'lsblk-table'; readonly table: string }
  | { readonly by: 'blkid-table'; readonly table: string }
  | { readonly by: 'lsblk-child'; readonly child: string; readonly type: string; readonly mountedAt?: string }
  | { readonly by: 'holders'; readonly child: string }
  | { readonly by: 'partitions'; readonly child: string }
  | { readonly by: 'mounts'; readonly target: string }
  | { readonly by: 'not-probed' | 'swaps' | 'pools' | 'multipath' | 'volumes' | 'bcache' | 'claimed' };

/** A device that is on no other one: a whole disk, or whatever else a machine has. */
export interface WorldDevice {
  readonly name: string;
  /** Major and minor number. */
  readonly device: string;
  readonly type: string;
  readonly serial: string | null;
  readonly wwn: string | null;
  readonly gibibytes: number;
  readonly rotational: boolean;
  readonly removable: boolean;
  readonly readOnly: boolean;
  readonly hasLink: boolean;
  /** Empty: it is blank. */
  readonly traces: readonly Trace[];
}

/** An array that runs now. */
export interface WorldArray {
  readonly uuid: string;
  readonly level: string;
  readonly members: readonly string[];
  /** Its own device, with what is on the array. */
  readonly itself: WorldDevice;
}

export interface World {
  /** All devices apart from arrays; `disk` is the type of those that can be chosen. */
  readonly disks: readonly WorldDevice[];
  readonly arrays: readonly WorldArray[];
  readonly storage: ReturnType<typeof storageOf>;
  /** As an lsblk before util-linux 2.33 writes numbers and booleans: as text. */
  readonly oldLsblk: boolean;
}

/** The UUID by which this machine knows an array of its own on these disks, written without the planner's code. */
export function ownUuid(serials: readonly (string | null)[], arrayName: string, machine = machineId): string {
  return mdUuidFrom('storage', machine, arrayName, ...serials.map((serial) => serial ?? '').sort());
}

/** The UUID of the file system that belongs on such an array. */
export function ownFileSystem(arrayUuid: string): string {
  return uuidFrom('file-system', machineId, arrayUuid);
}

/**
 * What tools make of all that is on a device: each tells of one signature and one table. blkid, which looks at the device
 * itself, does not choose among signatures: it gives up.
 */
function asSeen(traces: readonly Trace[]): Trace[] {
  const signatures = new Set(
    traces.flatMap((trace) => (trace.by === 'blkid-signature' ? [trace.signature] : [])),
  );
  if (traces.some(({ by }) => by === 'not-probed')) {
    const others = traces.filter(({ by }) => !by.startsWith('blkid'));
    if (others.length < traces.length) return asSeen(others);
  }
  const single: readonly Trace['by'][] = ['lsblk-signature', 'blkid-signature', 'lsblk-table', 'blkid-table'];
  const told = traces.filter(
    ({ by }, index) => !single.includes(by) || traces.findIndex((trace) => trace.by === by) === index,
  );
  if (signatures.size < 2) return told;
  return [
    ...told.filter(({ by }) => by !== 'blkid-signature' && by !== 'blkid-failure'),
    { by: 'blkid-failure', code: 8 },
  ];
}

export function signature(type: string, uuid: string | null = `uuid-of-${type}`): Trace[] {
  return [
    { by: 'lsblk-signature', signature: type, uuid },
    { by: 'blkid-signature', signature: type, uuid },
  ];
}
const child = (name: string, type: string, mountedAt?: string): Trace[] => [
  { by: 'lsblk-child', child: name, type, ...(mountedAt !== undefined && { mountedAt }) },
  { by: 'holders', child: name },
];
const table = (type: string): Trace[] => [
  { by: 'lsblk-table', table: type },
  { by: 'blkid-table', table: type },
];
/** A partition's name has its disk's in it. */
const partition = (mountedAt?: string): Trace[] => [
  { by: 'lsblk-child', child: 'p1', type: 'part', ...(mountedAt !== undefined && { mountedAt }) },
  { by: 'partitions', child: 'p1' },
];

/** What can be on a disk, and every trace that it can leave. */
const contents: readonly (readonly Trace[])[] = [
  ...['ext4', 'xfs', 'btrfs', 'vfat', 'ceph_bluestore'].map((type) => signature(type)),
  ...['ntfs', 'VMFS_volume_member'].map((type) => signature(type, null)),
  [...signature('ext4'), { by: 'mounts', target: '/srv' }, { by: 'mounts', target: '/opt' }],
  [{ by: 'mounts', target: '/mnt' }],
  [...table('gpt'), ...partition()],
  [...table('gpt'), ...partition('/home')],
  table('dos'),
  [...signature('linux_raid_member', null), { by: 'claimed' }],
  [...signature('linux_raid_member', '11111111-22222222-33333333-44444444'), ...child('md126', 'raid1', '/old')],
  [...signature('LVM2_member'), ...child('dm-0', 'lvm', '/var'), { by: 'volumes' }, { by: 'claimed' }],
  [...signature('zfs_member'), { by: 'pools' }, { by: 'claimed' }],
  [...signature('mpath_member', null), ...child('dm-1', 'mpath'), { by: 'multipath' }],
  [{ by: 'lsblk-signature', signature: 'mpath_member', uuid: null }, ...child('dm-1', 'mpath'), { by: 'multipath' }],
  [...signature('swap'), { by: 'swaps' }],
  [...signature('bcache'), ...child('bcache0', 'disk'), { by: 'bcache' }],
  [...signature('crypto_LUKS'), ...child('dm-2', 'crypt'), { by: 'claimed' }],
  ...(['claimed', 'swaps', 'pools', 'multipath', 'volumes', 'bcache'] as const).map((by) => [{ by }]),
  child('dm-3', 'dm'),
  [{ by: 'blkid-failure', code: 8 }],
  [{ by: 'blkid-failure', code: 4 }],
  [{ by: 'not-probed' }],
]; // prettier-ignore

/** A partition's name has its disk's in it; whatever else is built upon a disk has one of its own. */
export function childName(disk: string, name: string): string {
  return name === 'p1' ? `${disk}${disk.startsWith('nvme') ? 'p1' : '1'}` : name;
}

const builtUpon = ['md126', 'dm-0', 'dm-1', 'dm-2', 'dm-3', 'bcache0'];

/** The device that is built upon another one. */
export function childOf(
  { name: on, device }: WorldDevice,
  { child: name, type, mountedAt }: Extract<Trace, { by: 'lsblk-child' }>,
): WorldDevice {
  const [major = '', minor = ''] = device.split(':');
  return {
    ...{ name: childName(on, name), type, serial: null, wwn: null, gibibytes: 4 },
    device: name === 'p1' ? `${major}:${Number(minor) + 1}` : `250:${builtUpon.indexOf(name)}`,
    ...{ rotational: false, removable: false, readOnly: false, hasLink: false },
    traces: [
      { by: 'not-probed' },
      ...(mountedAt === undefined ? [] : [{ by: 'mounts', target: mountedAt } as const]),
    ],
  };
}

const rarely = fc.integer({ min: 0, max: 24 }).map((drawn) => drawn === 0);
const partOf = (all: readonly Trace[]) => fc.subarray([...all], { minLength: 1 });
const content = fc.constantFrom(...contents);

/** Of one thing or of two, which tools may see differently. */
const something: fc.Arbitrary<readonly Trace[]> = fc.oneof(
  { weight: 4, arbitrary: content.chain(partOf) },
  {
    weight: 1,
    arbitrary: fc.tuple(content, content).chain(([one, other]) => partOf([...one, ...other]).map(asSeen)),
  },
);
const nothing = fc.constant<readonly Trace[]>([]);

const disk = fc.record({
  nvme: rarely.map((no) => !no),
  /** Empty: one that no other disk has. */
  serial: fc.option(fc.constantFrom('', '', '', '', '', '', '', 'S1', 'S5'), { freq: 15 }),
  wwn: fc.constantFrom('', '', '', null, 'W1', 'S5'),
  gibibytes: fc.constantFrom(0.5, 4, 4, 4, 4, 4, 8),
  rotational: rarely,
  removable: rarely,
  readOnly: rarely,
  hasLink: rarely.map((no) => !no),
  traces: fc.oneof({ weight: 3, arbitrary: nothing }, { weight: 1, arbitrary: something }),
});

/** What a machine may have besides; nobody would make an array of any of them. */
const others: readonly WorldDevice[] = [
  ...[['sr0', 'rom'], ['loop0', 'loop'], ['zram0', 'disk'], ['xvdz1', 'part'], ['dm-9', 'dmraid']],
].map(([name = '', type = ''], index) => ({
  ...{ name, type, device: `251:${index}`, serial: type === 'disk' ? null : 'S1', wwn: null, gibibytes: 4 },
  ...{ rotational: false, removable: false, readOnly: false, hasLink: true },
  traces: type === 'dmraid' || type === 'part' ? [] : [{ by: 'not-probed' } as const],
})); // prettier-ignore

const foreignUuid = '01234567:89abcdef:01234567:89abcdef';

const array = fc.record({
  owner: fc.constantFrom('own', 'own', 'own', 'own', 'other machine', 'other name', 'nobody'),
  /** By index; or those of the lowest serial numbers, which would be chosen among equal ones. */
  members: fc.oneof(
    fc.subarray([0, 1, 2, 3, 4, 5], { minLength: 2, maxLength: 3 }),
    fc.constant('lowest' as const),
  ),
  /** Whether all superblocks are there: a power cut may have come before the last. */
  written: fc.constantFrom('all', 'all', 'all', 'not the last', 'only the last'),
  told: fc.constantFrom('both', 'both', 'both', 'lsblk', 'blkid'),
  runs: fc.boolean(),
  name: fc.constantFrom('md0', 'md0', 'md127', 'md5'),
  level: fc.constantFrom('raid0', 'raid0', 'raid0', 'raid1'),
  holds: fc.oneof(
    { weight: 2, arbitrary: nothing },
    { weight: 2, arbitrary: fc.constant('own file system' as const) },
    { weight: 1, arbitrary: something },
  ),
  /** On a member, besides. */
  besides: fc.oneof({ weight: 4, arbitrary: nothing }, { weight: 1, arbitrary: something }),
});
type DrawnArray = typeof array extends fc.Arbitrary<infer Drawn> ? Drawn : never;

const storage = fc
  .record({
    arrayName: fc.constantFrom('md0', 'md0', 'md0', 'md127'),
    level: fc.constantFrom('raid0', 'raid0', 'raid0', 'raid1'),
    disks: fc.record({
      kind: fc.constantFrom('nvme', 'nvme', 'nvme', 'ssd', 'any'),
      minimumGiB: fc.constantFrom(1, 1, 1, 1, 4, 5),
      count: fc.constantFrom(2, 2, 2, 2, 3, 1),
      serials: fc.oneof(
        { weight: 5, arbitrary: fc.constant(undefined) },
        { weight: 1, arbitrary: fc.subarray(['S1', 'S5', 'S9', 'S4', 'W1', 'W5', 'W9'], { minLength: 1, maxLength: 3 }) },
      ),
    }),
  })
  .map((drawn) => storageOf(drawn)); // prettier-ignore

export const worlds: fc.Arbitrary<World> = fc
  .record({
    drawn: fc.oneof(
      { weight: 1, arbitrary: fc.array(disk, { maxLength: 6 }) },
      { weight: 3, arbitrary: fc.array(disk, { minLength: 3, maxLength: 6 }) },
    ),
    besides: fc.oneof(fc.constant([]), fc.subarray([...others])),
    arrays: fc.oneof(fc.constant([]), fc.array(array, { minLength: 1, maxLength: 2 })),
    storage,
    oldLsblk: fc.boolean(),
  })
  .map(({ drawn, besides, arrays, ...rest }) => {
    const disks = drawn.map(({ nvme, serial, wwn, ...one }, index) => ({
      ...one,
      type: 'disk',
      name: nvme ? `nvme${index}n1` : `sd${'abcdef'[index] ?? ''}`,
      device: `${nvme ? 259 : 8}:${index * 16}`,
      // The order of serial numbers is not that of names.
      serial: serial === '' ? `S${((index * 4) % 9) + 1}` : serial,
      wwn: wwn === '' ? `W${((index * 4) % 9) + 1}` : wwn,
    }));
    return withArrays({ ...rest, disks: [...disks, ...besides], arrays: [] }, arrays);
  });

function withArrays(world: World, drawn: readonly DrawnArray[]): World {
  return drawn.reduce((before, { members, ...one }) => {
    const taken = before.arrays.flatMap((each) => each.members);
    const all = before.disks.filter(({ name, type }) => type === 'disk' && name !== 'zram0');
    const lowest = all
      .filter(({ traces, gibibytes }) => traces.length === 0 && gibibytes === 4)
      .sort((left, right) => ((left.serial ?? '') < (right.serial ?? '') ? -1 : 1));
    const chosen = members === 'lowest' ? lowest.slice(0, 2) : members.flatMap((index) => all[index] ?? []);
    const on = chosen.filter(({ name }) => !taken.includes(name));
    const isTwice = before.arrays.some(({ itself }) => itself.name === one.name);
    return on.length === 0 || isTwice ? before : withArray(before, one, on);
  }, world);
}

function withArray(
  world: World,
  { owner, written, told, runs, name, level, holds, besides }: Omit<DrawnArray, 'members'>,
  on: readonly WorldDevice[],
): World {
  const serials = on.map(({ serial }) => serial);
  const { arrayName } = world.storage;
  const uuid = {
    own: ownUuid(serials, arrayName),
    'other machine': ownUuid(serials, arrayName, 'another'),
    'other name': ownUuid(serials, 'md9'),
    nobody: foreignUuid,
  }[owner];
  const members = { all: on, 'not the last': on.slice(0, -1), 'only the last': on.slice(-1) }[written];
  const isRunning = runs && written === 'all';
  // blkid writes the same digits in another form.
  const superblock = signature('linux_raid_member', uuid.replaceAll(':', '').replace(/(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-'))
    .filter(({ by }) => told === 'both' || by.startsWith(told)); // prettier-ignore
  const assembled: Trace[] = isRunning ? [...child(name, level), { by: 'claimed' }] : [];
  const disks = world.disks.map((one) => {
    if (!members.includes(one)) return one;
    const more = one === members[0] ? besides : [];
    return { ...one, traces: asSeen([...superblock, ...assembled, ...more]) };
  });
  if (!isRunning) return { ...world, disks };
  const itself = {
    ...{ name, type: level, device: `9:${name.slice(2)}`, serial: null, wwn: null, gibibytes: 4 },
    ...{ rotational: false, removable: false, readOnly: false, hasLink: false },
    traces: holds === 'own file system' ? signature('ext4', ownFileSystem(uuid)) : holds,
  };
  const running = { uuid, level, members: members.map((one) => one.name), itself };
  return { ...world, disks, arrays: [...world.arrays, running] };
}
