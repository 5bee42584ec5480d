import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import type { ControlGroup } from '../systemd-machine/control-group.js';

/** Controllers that kubelet wants, where they have to be handed down (cgroup v2). */
const wantedControllers = ['cpuset', 'cpu', 'io', 'memory', 'hugetlb', 'pids'];

/**
 * Makes the machine's group in every hierarchy, so that its systemd, kubelet and containerd can divide it up, and nothing
 * beside it.
 * @returns the groups' folders
 */
export async function prepareGroups({
  path,
  legacyPaths,
}: Pick<ControlGroup, 'path' | 'legacyPaths'>): Promise<string[]> {
  for (const group of [path, ...legacyPaths]) await mkdir(group, { recursive: true });
  for (const group of legacyPaths) await inheritProcessors(group);
  if (legacyPaths.length === 0) await handDownControllers(path);
  return [path, ...legacyPaths];
}

/** A new group of cpuset (v1) has no processors, and takes no process before it has some. */
async function inheritProcessors(group: string): Promise<void> {
  if (!(await exists(join(group, 'cpuset.cpus')))) return;
  for (const file of ['cpuset.cpus', 'cpuset.mems']) {
    await writeFile(join(group, file), await readFile(join(dirname(group), file), 'utf8'));
  }
  await writeFile(join(group, 'cgroup.clone_children'), '1');
}

/** A group of v2 has those controllers that its parent hands down. */
async function handDownControllers(group: string): Promise<void> {
  for (const folder of [dirname(group), group]) {
    const offered = (await readFile(join(folder, 'cgroup.controllers'), 'utf8')).trim().split(/\s+/);
    const words = offered.filter((name) => wantedControllers.includes(name)).map((name) => `+${name}`);
    await writeFile(join(folder, 'cgroup.subtree_control'), words.join(' '));
  }
}

function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
