import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { prepareGroups } from '../../../src/lab/node-machine/prepare-groups.js';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slipway-groups-'));
});

afterEach(() => rm(folder, { recursive: true, force: true }));

const put = async (path: string, text: string) => {
  await mkdir(join(folder, path, '..'), { recursive: true });
  await writeFile(join(folder, path), text);
};
const read = (path: string) => readFile(join(folder, path), 'utf8');

it('gives a group of cpuset the processors of its parent, for all beneath it', async () => {
  await put('cpuset/cpuset.cpus', '0-1\n');
  await put('cpuset/cpuset.mems', '0\n');
  // The kernel makes these files with the group's folder.
  await put('cpuset/n1/cpuset.cpus', '\n');
  const groups = await prepareGroups({
    path: join(folder, 'unified/n1'),
    legacyPaths: [join(folder, 'cpuset/n1'), join(folder, 'pids/n1')],
  });
  expect(groups).toEqual(['unified/n1', 'cpuset/n1', 'pids/n1'].map((path) => join(folder, path)));
  expect(await read('cpuset/n1/cpuset.cpus')).toBe('0-1\n');
  expect(await read('cpuset/n1/cpuset.mems')).toBe('0\n');
  expect(await read('cpuset/n1/cgroup.clone_children')).toBe('1');
});

it('hands the controllers down where control groups are of version 2 alone', async () => {
  await put('cgroup.controllers', 'cpuset cpu memory misc\n');
  await put('n1/cgroup.controllers', 'cpuset cpu memory\n');
  await prepareGroups({ path: join(folder, 'n1'), legacyPaths: [] });
  expect(await read('cgroup.subtree_control')).toBe('+cpuset +cpu +memory');
  expect(await read('n1/cgroup.subtree_control')).toBe('+cpuset +cpu +memory');
});
