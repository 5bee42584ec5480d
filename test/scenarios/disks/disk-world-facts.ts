import { readFileSync } from 'node:fs';
import {
  childName,
  childOf,
  type Trace,
  type World,
  type WorldArray,
  type WorldDevice,
} from './disk-worlds.js';

const gib = 1024 ** 3;
const recorded = readFileSync(
  new URL('../../support/recorded-facts/blank-worker.txt', import.meta.url),
  'utf8',
);
const otherSections = recorded.split('\n@@MARK ').slice(1);

/** The answer of the facts script on this machine: a recorded one, with other disks. Its mark is `@@MARK`. */
export function factsTextOf(world: World): string {
  const devices = [...world.disks, ...world.arrays.map(({ itself }) => itself)];
  const lines = (by: Trace['by'], line: (one: WorldDevice) => string) =>
    devices
      .filter(({ traces }) => traces.some((trace) => trace.by === by))
      .map(line)
      .join('\n');
  const pairs = (by: 'holders' | 'partitions') =>
    devices
      .flatMap(({ name, traces }) =>
        traces.flatMap((trace) => (trace.by === by ? [`${name} ${childName(name, trace.child)}`] : [])),
      )
      .join('\n');
  const sections: Record<string, string> = {
    lsblk: JSON.stringify({ blockdevices: world.disks.map((one) => lsblkOf(one, world)) }),
    nodes: devices.flatMap(({ name, traces }) => [name, ...traces.flatMap((trace) => nodeOf(name, trace))]).join('\n'),
    'by-id': devices.flatMap(linkOf).join('\n'),
    holders: pairs('holders'),
    partitions: pairs('partitions'),
    bcache: lines('bcache', ({ name }) => name),
    blkid: devices.flatMap(blkidOf).join('\n'),
    arrays: world.arrays.map(arrayOf).join('\n'),
    pools: lines('pools', ({ name }) => `\t/dev/${name}\t3.50G\t-\t-\t-\t-\t-\t-\tONLINE`),
    multipath: lines('multipath', multipathOf),
    volumes: lines('volumes', ({ name }) => `  /dev/${name} vg0`),
    claimed: lines('claimed', ({ name }) => name),
    swaps: `Filename Type Size Used Priority\n${lines('swaps', ({ name }) => `/dev/${name} partition 1 0 -2`)}`,
    mounts: JSON.stringify({ filesystems: devices.flatMap(mountsOf) }),
  }; // prettier-ignore
  const all = otherSections.map((section) => {
    const name = section.slice(0, section.indexOf('\n'));
    return sections[name] === undefined ? section : `${name}\n${sections[name]}\n`;
  });
  return all.map((section) => `\n@@MARK ${section}`).join('');
}

function nodeOf(name: string, trace: Trace): string[] {
  return trace.by === 'lsblk-child' ? [childName(name, trace.child)] : [];
}

function lsblkOf(device: WorldDevice, world: World): Record<string, unknown> {
  const { traces } = device;
  const flag = (value: boolean) => (world.oldLsblk ? (value ? '1' : '0') : value);
  const bytes = device.gibibytes * gib;
  const children = traces.flatMap((trace) => {
    if (trace.by !== 'lsblk-child') return [];
    const array = world.arrays.find(({ itself }) => itself.name === trace.child);
    return [lsblkOf(array?.itself ?? childOf(device, trace), world)];
  });
  const seen = traces.find((trace) => trace.by === 'lsblk-signature');
  return {
    name: device.name,
    kname: device.name,
    'maj:min': device.device,
    type: device.type,
    size: world.oldLsblk ? String(bytes) : bytes,
    serial: device.serial,
    wwn: device.wwn,
    model: null,
    tran: device.name.startsWith('nvme') ? 'nvme' : 'sata',
    rota: flag(device.rotational),
    rm: flag(device.removable),
    ro: flag(device.readOnly),
    fstype: seen?.signature ?? null,
    uuid: seen?.uuid ?? null,
    pttype: traces.find((trace) => trace.by === 'lsblk-table')?.table ?? null,
    ...(children.length > 0 && { children }),
  };
}

function blkidOf({ name, traces }: WorldDevice): string[] {
  if (traces.some(({ by }) => by === 'not-probed')) return [];
  const failure = traces.find((trace) => trace.by === 'blkid-failure');
  if (failure !== undefined) return [`DEVICE=${name}`, `CODE=${failure.code}`];
  const seen = traces.find((trace) => trace.by === 'blkid-signature');
  const table = traces.find((trace) => trace.by === 'blkid-table');
  const found = [
    ...(seen === undefined ? [] : [`TYPE=${seen.signature}`]),
    ...(seen?.uuid === undefined || seen.uuid === null ? [] : [`UUID=${seen.uuid}`]),
    ...(table === undefined ? [] : [`PTTYPE=${table.table}`]),
  ];
  return [`DEVICE=${name}`, `CODE=${found.length > 0 ? 0 : 2}`, ...found];
}

function arrayOf({ uuid, level, members, itself }: WorldArray): string {
  const [state, name] = ['STATE=clean', `DEVICE=${itself.name}`];
  return [name, state, `MEMBERS=${members.join(' ')} `, `MD_LEVEL=${level}`, `MD_UUID=${uuid}`].join('\n');
}

/** As `multipath -l -v2` shows a map with one path. */
function multipathOf({ name, device }: WorldDevice): string {
  return [
    'mpatha (3600d0230000000000e13955cc3757800) dm-1 WINSYS,SF2372',
    "size=4.0G features='0' hwhandler='0' wp=rw",
    "`-+- policy='service-time 0' prio=0 status=active",
    `  \`- 6:0:0:0 ${name} ${device} active undef running`,
  ].join('\n');
}

function linkOf({ name, serial, hasLink }: WorldDevice): string[] {
  return hasLink ? [`/dev/disk/by-id/any-Test_disk_${serial ?? name}_${name} ../../${name}`] : [];
}

function mountsOf(device: WorldDevice): Record<string, unknown>[] {
  const mount = ({ name, device: numbers }: WorldDevice, target: string) => ({
    ...{ target, source: `/dev/${name}`, fstype: 'ext4', options: 'rw', uuid: null, 'maj:min': numbers },
  });
  return device.traces.flatMap((trace) => {
    if (trace.by === 'mounts') return [mount(device, trace.target)];
    if (trace.by !== 'lsblk-child' || trace.mountedAt === undefined) return [];
    return [mount(childOf(device, trace), trace.mountedAt)];
  });
}
