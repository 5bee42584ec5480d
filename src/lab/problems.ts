import { readFile, stat } from 'node:fs/promises';

import { grubFolder } from './images/virtual-machine-image.js';
import { findHierarchies } from './systemd-machine/control-group.js';
import { qemuProgram } from './virtual-machine/qemu-process.js';

/** What the lab calls, and the Debian and Ubuntu package that has it. */
const programs: readonly (readonly [program: string, package_: string])[] = [
  [qemuProgram, 'qemu-system-x86'],
  ['qemu-img', 'qemu-utils'],
  ['mmdebstrap', 'mmdebstrap'],
  ['grub-mkimage', 'grub2-common'],
  ['mke2fs', 'e2fsprogs'],
  ['sfdisk', 'fdisk'],
  ['systemd-nspawn', 'systemd-container'],
  ['ip', 'iproute2'],
  ['ssh', 'openssh-client'],
  ['ssh-keygen', 'openssh-client'],
  ['flock', 'util-linux'],
  ['unshare', 'util-linux'],
];

/** Why the lab cannot run on this machine, one sentence each; empty where it can. */
export async function labProblems(): Promise<string[]> {
  if (process.platform !== 'linux') return ['The lab needs Linux.'];
  const problems: string[] = [];
  if (process.arch !== 'x64') problems.push('The lab emulates x86-64 machines on x86-64 only.');
  if (process.getuid?.() !== 0)
    problems.push('The lab needs root, for network namespaces and file systems: use sudo.');
  const missing = await missingPackages();
  if (missing.length > 0) {
    problems.push(`The lab needs more packages: ${aptLine(missing)}`);
  }
  problems.push(...kernelProblems(await readText('/proc/mounts'), await readText('/proc/filesystems')));
  return problems;
}

/** What the kernel must offer, by the texts of /proc/mounts and /proc/filesystems. */
export function kernelProblems(mounts: string, fileSystems: string): string[] {
  const problems: string[] = [];
  if (!findHierarchies(mounts))
    problems.push('The kernel offers no cgroup v2 here, and systemd machines need it.');
  const known = fileSystems.split('\n').map((line) => line.split('\t').at(-1));
  if (!known.includes('overlay')) {
    problems.push('The kernel has no overlay file system: load it with `modprobe overlay`.');
  }
  return problems;
}

async function missingPackages(): Promise<string[]> {
  const folders = (process.env['PATH'] ?? '').split(':');
  const lacks = async (program: string) =>
    !(await Promise.all(folders.map((folder) => exists(`${folder}/${program}`)))).includes(true);
  const missing = new Set<string>();
  for (const [program, package_] of programs) {
    if (await lacks(program)) missing.add(package_);
  }
  if (!(await exists(`${grubFolder}/boot.img`))) missing.add('grub-pc-bin');
  return [...missing];
}

function aptLine(packages: readonly string[]): string {
  return `apt-get install --yes --no-install-recommends ${packages.join(' ')}`;
}

function readText(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => '');
}

function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}
