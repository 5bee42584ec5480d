import { expect, it } from 'vitest';
import { rootDirs } from '../../../src/cluster/kubespray/kubelet-flags.js';

const folders = (variables: Record<string, unknown>, release = 'v2.31.0', isWorker = true) =>
  rootDirs(variables, { release, isWorker }).map(({ folder }) => folder);

it.each<[unknown, string[]]>([
  ['--root-dir=/data/kubelet', ['/data/kubelet']],
  ['--v=2 --root-dir /a --root-dir=/b', ['/a', '/b']],
  [['--v=2', '--root-dir=/a'], ['/a']],
  ['--root-dir={{ mine | default("/x y") }}/kubelet --v=2', ['{{ mine | default("/x y") }}/kubelet']],
  ['--old--root-dir=/a', []],
  ['--root-directory=/a', []],
  [undefined, []],
  [true, []],
])('reads of %j the folders %j', (flags, found) => {
  expect(folders({ kubelet_custom_flags: flags })).toEqual(found);
});

it('reads the flags of workers alone after those of all, by releases that have them', () => {
  const variables = { kubelet_custom_flags: '--root-dir=/a', kubelet_node_custom_flags: '--root-dir=/b' };
  expect(folders(variables, 'v2.26.1')).toEqual(['/a', '/b']);
  expect(folders(variables, 'v2.26.1', false)).toEqual(['/a']);
  expect(folders(variables, 'v2.31.0')).toEqual(['/a']);
});
