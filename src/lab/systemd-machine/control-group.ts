import { mkdir, readdir, readFile, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { LabError } from '../errors.js';

/** Where control groups are mounted. */
export interface Hierarchies {
  /** The unified hierarchy (cgroup v2). */
  readonly unified: string;
  /** Those of cgroup v1, on kernels set up for both: systemd's own and one or more for the controllers. */
  readonly legacy: readonly string[];
}

/** Reads the text of /proc/mounts; undefined where the kernel offers no cgroup v2. */
export function findHierarchies(mounts: string): Hierarchies | undefined {
  const fields = mounts.split('\n').map((line) => line.split(' '));
  const unified = fields.find(([, , type]) => type === 'cgroup2')?.[1];
  const legacy = fields.flatMap(([, path, type]) => (type === 'cgroup' && path ? [path] : []));
  return unified === undefined ? undefined : { unified, legacy };
}

/**
 * A control group that holds all processes of one machine, so that machines' own service managers do not meet, and so
 * that nothing of a machine is missed when it is ended.
 */
export class ControlGroup {
  private constructor(
    readonly name: string,
    readonly path: string,
    /** Groups of the same name in hierarchies of cgroup v1, which systemd-nspawn and others make. */
    readonly legacyPaths: readonly string[],
  ) {}

  /** The group of this name, there or not. */
  static async named(name: string): Promise<ControlGroup> {
    const mounts = await readFile('/proc/mounts', 'utf8');
    const found = findHierarchies(mounts);
    if (!found) throw new LabError('The kernel offers no cgroup v2 here, and systemd machines need it.');
    return new ControlGroup(
      name,
      join(found.unified, name),
      found.legacy.map((path) => join(path, name)),
    );
  }

  async create(): Promise<void> {
    await mkdir(this.path, { recursive: true });
  }

  /** Every process in the group and in the groups beneath. */
  async processes(): Promise<number[]> {
    const folders = await foldersFrom(this.path);
    const lists = await Promise.all(folders.map((folder) => processesIn(folder)));
    return lists.flat();
  }

  /** Kills all processes, waits until they are gone, and removes the group. Nothing happens if there is none. */
  async destroy(): Promise<void> {
    const end = Date.now() + 20_000;
    for (;;) {
      const left = await this.processes();
      if (left.length === 0) break;
      for (const pid of left) kill(pid);
      if (Date.now() > end)
        throw new LabError(`Processes ${left.join(', ')} of ${this.path} cannot be killed.`);
      await sleep(10);
    }
    for (const path of [this.path, ...this.legacyPaths]) {
      for (const folder of (await foldersFrom(path)).reverse()) await removeGroup(folder);
    }
  }
}

/** A group's folder and those beneath, parents first. */
async function foldersFrom(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const children = entries.filter((entry) => entry.isDirectory());
  const deeper = await Promise.all(children.map(({ name }) => foldersFrom(join(folder, name))));
  return [folder, ...deeper.flat()];
}

async function processesIn(folder: string): Promise<number[]> {
  const text = await readFile(join(folder, 'cgroup.procs'), 'utf8').catch(() => '');
  return text.split('\n').filter(Boolean).map(Number);
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** A group can be busy for a moment after its last process has ended. */
async function removeGroup(folder: string): Promise<void> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      await rmdir(folder);
      return;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT') return;
      if (code !== 'EBUSY' || attempt > 100) throw error;
      await sleep(20);
    }
  }
}
