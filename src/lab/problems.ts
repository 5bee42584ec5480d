import { readFile } from 'node:fs/promises';

import { aptLine, missingPackages, type Need } from './missing-packages.js';
import { grubFolder } from './images/virtual-machine-image.js';
import { findHierarchies } from './systemd-machine/control-group.js';
import { qemuProgram } from './virtual-machine/qemu-process.js';

/** What the lab calls. */
const needs: readonly Need[] = [
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
  [`${grubFolder}/boot.img`, 'grub-pc-bin'],
];

/** Why the lab cannot run on this machine, one sentence each; empty where it can. */
export async function labProblems(): Promise<string[]> {
  if (process.platform !== 'linux') return ['The lab needs Linux.'];
  const problems: string[] = [];
  if (process.arch !== 'x64') problems.push('The lab emulates x86-64 machines on x86-64 only.');
  if (process.getuid?.() !== 0)
    problems.push('The lab needs root, for network namespaces and file systems: use sudo.');
  const missing = await missingPackages(needs);
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

function readText(path: string): Promise<string> {
  return readFile(path, 'utf8').catch(() => '');
}
