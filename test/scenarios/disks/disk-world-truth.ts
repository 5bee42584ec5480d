import { showBytes } from '../../../src/cluster/text/quantities.js';
import {
  childName,
  childOf,
  ownFileSystem,
  ownUuid,
  type Trace,
  type World,
  type WorldDevice,
} from './disk-worlds.js';

/** What is true of a world's disks, written without the planner's own code. */

/** Every reason for which a device that the plan does not take is left alone, word for word. */
export function reasonsAgainst(device: WorldDevice, world: World): string[] {
  return [
    ...contentOf(device, world),
    ...(device.type === 'disk' ? [] : [`It is not a whole disk (${device.type}).`]),
    ...unfitness(device, world),
    ...unwished(device, world),
  ];
}

/** Why no plan can name the disk, or no step write to it, even where the array on it is Slipway's own. */
export function unfitness({ name, serial, readOnly, hasLink }: WorldDevice, { disks }: World): string[] {
  const twins = disks.filter(
    (other) => other.type === 'disk' && serial !== null && other.serial === serial && other.name !== name,
  );
  return [
    ...(readOnly ? ['It is read-only.'] : []),
    ...(serial === null ? ['It has no serial number, so a plan cannot name it.'] : []),
    ...(twins.length === 0 ? [] : [`It has the same serial number as ${namesOf(twins)}.`]),
    ...(hasLink ? [] : ['It has no link under /dev/disk/by-id.']),
  ];
}

function unwished(device: WorldDevice, { storage: { disks } }: World): string[] {
  const { name, removable, gibibytes, rotational, serial, wwn } = device;
  const small = gibibytes < disks.minimumGiB;
  const named = disks.serials?.some((word) => word === serial || word === wwn) ?? true;
  return [
    ...(removable ? ['It is removable.'] : []),
    ...(small ? [`It is too small: ${showBytes(gibibytes * 1024 ** 3)}, and minimumGiB is ${disks.minimumGiB}.`] : []),
    ...(disks.kind === 'nvme' && !name.startsWith('nvme') ? ['It is not an NVMe disk.'] : []),
    ...(disks.kind === 'ssd' && rotational ? ['It is a rotating disk.'] : []),
    ...(named ? [] : ['The specification names other disks.']),
  ];
} // prettier-ignore

function contentOf(device: WorldDevice, world: World): string[] {
  const { name, traces } = device;
  const mounts = traces.flatMap((trace) => (trace.by === 'mounts' ? [trace.target] : []));
  const table = tableOf(device);
  const signature = signatureOf(device);
  const above = traces.flatMap((trace) => ('child' in trace ? [childName(name, trace.child)] : []));
  const uses = traces.flatMap(({ by }) => useWords[by] ?? []);
  return [
    ...(mounts.length === 0 ? [] : [`It is mounted at ${[...new Set(mounts)].join(', ')}.`]),
    ...(table === null ? [] : [`It has a partition table (${table}).`]),
    ...(signature === null ? [] : [sentenceOf(signature)]),
    ...(above.length === 0 ? [] : [`Something is built upon it: ${[...new Set(above)].sort().join(', ')}.`]),
    ...[...new Set(uses)].map((use) => `It is in use: ${use}.`),
    ...mountedAbove(above, world),
  ];
}

const useWords: Partial<Record<Trace['by'], string>> = {
  swaps: 'swap',
  pools: 'a ZFS pool',
  multipath: 'a multipath device',
  volumes: 'a volume group of LVM',
  bcache: 'bcache',
  claimed: 'something holds it open exclusively',
};

/** blkid looks at the disk itself; where it has come to no end it has told nothing. */
function toldBy(tool: 'lsblk' | 'blkid', { traces }: WorldDevice): readonly Trace[] {
  const isSilent = traces.some(({ by }) => by === 'not-probed' || by === 'blkid-failure');
  return tool === 'blkid' && isSilent ? [] : traces.filter(({ by }) => by.startsWith(tool));
}

function tableOf(device: WorldDevice): string | null {
  const [byLsblk, byBlkid] = (['lsblk', 'blkid'] as const).map((tool) =>
    toldBy(tool, device).flatMap((trace) => ('table' in trace ? [trace.table] : [])).at(0),
  ); // prettier-ignore
  return byBlkid ?? (device.type === 'part' ? null : byLsblk) ?? null;
}

interface Signature {
  readonly type: string;
  readonly uuid: string | null;
}

function signatureOf(device: WorldDevice): Signature | null {
  const [byLsblk, byBlkid] = (['lsblk', 'blkid'] as const).map((tool) =>
    toldBy(tool, device)
      .flatMap((trace) => ('signature' in trace ? [{ type: trace.signature, uuid: trace.uuid }] : []))
      .at(0),
  );
  const failure = device.traces.find((trace) => trace.by === 'blkid-failure');
  if (device.traces.some(({ by }) => by === 'not-probed')) {
    return byLsblk ?? (device.type === 'disk' ? { type: 'unknown (not probed by blkid)', uuid: null } : null);
  }
  if (failure !== undefined) return { type: `unreadable or ambiguous (blkid ${failure.code})`, uuid: null };
  if (byLsblk !== undefined && byBlkid !== undefined && byLsblk.type !== byBlkid.type) {
    return { type: `${byBlkid.type} (blkid), ${byLsblk.type} (lsblk)`, uuid: null };
  }
  const uuids = [byLsblk?.uuid, byBlkid?.uuid].filter((uuid) => uuid !== undefined && uuid !== null);
  if (new Set(uuids).size > 1) return { type: byBlkid?.type ?? '', uuid: null };
  return byBlkid ?? byLsblk ?? null;
}

function sentenceOf({ type, uuid }: Signature): string {
  const id = uuid === null ? '' : ` ${uuid}`;
  const known: Partial<Record<string, string>> = {
    linux_raid_member: `It is a member of a RAID array${id} that Slipway did not plan.`,
    LVM2_member: `It is a physical volume of LVM${id}.`,
    zfs_member: `It belongs to a ZFS pool${id}.`,
    mpath_member: 'It is one path of a multipath device.',
    bcache: `It belongs to bcache${id}.`,
    swap: `It is swap space${id}.`,
    crypto_LUKS: `It is encrypted (LUKS${id}).`,
    ceph_bluestore: 'It belongs to a Ceph OSD.',
  };
  return known[type] ?? `It has a signature: ${type}${id}.`;
}

/** Where whatever is built upon the device is mounted; found by its name, also where another disk tells of it. */
function mountedAbove(above: readonly string[], world: World): string[] {
  const devices = allDevices(world);
  const reached = new Set(above);
  for (const name of reached) {
    const upon = devices.find((one) => one.name === name)?.traces ?? [];
    for (const trace of upon) if ('child' in trace) reached.add(childName(name, trace.child));
  }
  return devices
    .filter(({ name }) => reached.has(name))
    .flatMap(({ name, traces }) => {
      const targets = traces.flatMap((trace) => (trace.by === 'mounts' ? [trace.target] : []));
      return targets.length === 0 ? [] : [`${name} is mounted at ${[...new Set(targets)].join(', ')}.`];
    });
}

/** Every device that lsblk shows. */
export function allDevices({ disks, arrays }: World): WorldDevice[] {
  const roots = [...disks, ...arrays.map(({ itself }) => itself)];
  const children = roots.flatMap((device) =>
    device.traces.flatMap((trace) => (trace.by === 'lsblk-child' ? [childOf(device, trace)] : [])),
  );
  const isArray = (name: string) => arrays.some(({ itself }) => itself.name === name);
  const seen = new Map<string, WorldDevice>();
  for (const one of children.filter(({ name }) => !isArray(name))) {
    seen.set(one.name, { ...one, traces: [...(seen.get(one.name)?.traces ?? []), ...one.traces] });
  }
  return [...roots, ...seen.values()];
}

/**
 * Of the disks of a plan, whatever is not Slipway's own: sentences, empty where nothing is. What is its own follows from
 * the machine's ID and the serial numbers of these very disks.
 */
export function foreignOn(disks: readonly WorldDevice[], world: World): string[] {
  const uuid = ownUuid(disks.map(({ serial }) => serial), world.storage.arrayName); // prettier-ignore
  const raid = 'linux_raid_member';
  const running = world.arrays.find((array) => array.uuid === uuid);
  const isOwn = (trace: Trace) =>
    'signature' in trace && trace.signature === raid && digits(trace.uuid) === digits(uuid);
  const foreign = disks.flatMap((disk) => {
    const isMember = disk.traces.some(isOwn);
    const joined = isMember && running?.members.includes(disk.name) === true;
    return (
      disk.traces
        .filter((trace) => !isOwn(trace))
        // The same word from a tool that does not know which array it is.
        .filter(
          (trace) => !(isMember && 'signature' in trace && trace.signature === raid && trace.uuid === null),
        )
        .filter((trace) => !(joined && 'child' in trace && trace.child === running.itself.name))
        .filter(({ by }) => !(joined && by === 'claimed'))
        .filter(({ by }) => !(isMember && by === 'not-probed'))
        .map((trace) => `${disk.name}: ${JSON.stringify(trace)}`)
    );
  });
  return [...foreign, ...(running === undefined ? [] : foreignOnArray(running.itself, uuid))];
}

/** The planned file system may be mounted already. Without it the array has to be blank. */
function foreignOnArray({ name, traces }: WorldDevice, uuid: string): string[] {
  const isOwn = (trace: Trace) => 'signature' in trace && trace.uuid === ownFileSystem(uuid);
  const holdsOwn = traces.some(isOwn);
  return traces
    .filter((trace) => !isOwn(trace))
    .filter(({ by }) => !(holdsOwn && (by === 'mounts' || by === 'claimed' || by === 'not-probed')))
    .map((trace) => `${name}: ${JSON.stringify(trace)}`);
}

function digits(uuid: string | null): string {
  return (uuid ?? '').replaceAll(/[^0-9a-f]/g, '');
}

function namesOf(devices: readonly WorldDevice[]): string {
  return devices.map(({ name }) => name).join(', ');
}
