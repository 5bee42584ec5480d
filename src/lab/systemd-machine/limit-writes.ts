import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { LabError } from '../errors.js';
import { blockIoHierarchy } from './block-io.js';
import type { ControlGroup } from './control-group.js';

export interface WriteLimit {
  /** The whole disk's number, such as "254:0". */
  readonly device: string;
  /** Writes a second; null for as many as the disk takes. */
  readonly perSecond: number | null;
}

/** What is to be written where, so that the kernel holds a group's writes back. */
export interface GroupSetting {
  readonly path: string;
  readonly text: string;
  /** Where the group's processes must be put, with the group of block devices of cgroup v1. */
  readonly members?: string;
}

/** @param mounts the text of /proc/mounts */
export function writeLimitSetting(
  mounts: string,
  group: Pick<ControlGroup, 'path' | 'name'>,
  { device, perSecond }: WriteLimit,
): GroupSetting {
  const blockGroups = blockIoHierarchy(mounts);
  if (blockGroups !== undefined) {
    const folder = join(blockGroups, group.name);
    const path = join(folder, 'blkio.throttle.write_iops_device');
    return { path, text: `${device} ${perSecond ?? 0}`, members: join(folder, 'cgroup.procs') };
  }
  return { path: join(group.path, 'io.max'), text: `${device} wiops=${perSecond ?? 'max'}` };
}

/**
 * Makes the disk of a machine slow, by the kernel's own limit for its processes.
 * @param folder where the machine's files are
 * @throws LabError where the kernel does not offer that
 */
export async function limitWrites(
  group: ControlGroup,
  folder: string,
  perSecond: number | null,
): Promise<void> {
  const mounts = await readFile('/proc/mounts', 'utf8');
  const setting = writeLimitSetting(mounts, group, { device: await diskOf(folder), perSecond });
  try {
    const { members } = setting;
    if (members === undefined) await writeFile(join(dirname(group.path), 'cgroup.subtree_control'), '+io');
    else await mkdir(dirname(members), { recursive: true });
    await writeFile(setting.path, setting.text);
    if (members === undefined) return;
    for (const process of await group.processes()) await writeFile(members, String(process));
  } catch (error) {
    throw new LabError(`The disk cannot be made slow: ${(error as Error).message}.`, { cause: error });
  }
}

/** The number of the whole disk that a folder is on. */
async function diskOf(folder: string): Promise<string> {
  const { dev } = await stat(folder);
  const number = `${Math.floor(dev / 256) % 4096}:${dev % 256}`;
  const device = `/sys/dev/block/${number}`;
  const isPartition = await stat(join(device, 'partition')).then(
    () => true,
    () => false,
  );
  const text = await readFile(isPartition ? `${device}/../dev` : `${device}/dev`, 'utf8').catch(
    () => undefined,
  );
  if (text === undefined) throw new LabError(`${folder} is not on a disk whose writes can be limited.`);
  return text.trim();
}
