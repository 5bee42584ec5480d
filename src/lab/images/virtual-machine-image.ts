import { createReadStream, createWriteStream } from 'node:fs';
import { readFile, rm, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';

import { command } from '../command.js';
import { bootLoaderScript } from './boot-loader.js';
import { compileOnce } from './compile-once.js';
import {
  disabledUnits,
  finishVirtualMachine,
  maskedInVirtualMachine,
  rootUuid,
  virtualMachineFiles,
  type GuestFiles,
} from './guest-files.js';
import type { ImageRecipe } from './ensure-image.js';
import type { LoginKey } from './login-key.js';
import { nodeVirtualMachinePackages, suite, virtualMachinePackages } from './packages.js';
import { buildRootFileSystem } from './root-file-system.js';

const sectorSize = 512;
const firstSector = 2048;

/** GRUB's folder on Debian and Ubuntu (package grub-pc-bin). */
export const grubFolder = '/usr/lib/grub/i386-pc';

interface Variety {
  readonly kind: string;
  readonly packages: readonly string[];
  /** Units of the packages that are not started at boot. */
  readonly disabled: readonly string[];
  /** Beside those that every virtual machine has. */
  readonly files?: GuestFiles;
  readonly diskMib: number;
}

/** The root disk of virtual machines on which the procedure finds its programs already. */
export function virtualMachineImage(key: LoginKey): ImageRecipe {
  return diskImage(key, {
    kind: 'virtual-machine',
    packages: virtualMachinePackages,
    disabled: disabledUnits.filter((unit) => unit !== 'etcd.service'),
    diskMib: 4096,
  });
}

/** The root disk of virtual machines on which the real Kubespray finds what it installs by apt, and nothing else. */
export function nodeVirtualMachineImage(key: LoginKey): ImageRecipe {
  return diskImage(key, {
    kind: 'node-virtual-machine',
    packages: nodeVirtualMachinePackages,
    disabled: ['nftables.service'],
    files: { '/etc/python3.11/sitecustomize.py': compileOnce },
    diskMib: 8192,
  });
}

/**
 * A disk, `base.qcow2`, and the public host key it was built with, `host.pub`.
 * Made without mounting anything: mke2fs copies the root file system into a partition, and GRUB is put in front of it.
 */
function diskImage(key: LoginKey, { kind, packages, disabled, files, diskMib }: Variety): ImageRecipe {
  const parts = {
    packages,
    files: { ...virtualMachineFiles, ...files, '/root/.ssh/authorized_keys': `${key.publicKey}\n` },
    masked: maskedInVirtualMachine,
    finish: finishVirtualMachine(disabled),
  };
  const what = `${kind.replaceAll('-', ' ')} image`;
  return {
    kind,
    ingredients: { recipe: 1, suite, parts, diskMib, bootLoaderScript },
    async build(folder, onProgress) {
      const root = join(folder, 'root');
      const disk = join(folder, 'base.raw');
      onProgress(`${what}: installing packages`);
      await buildRootFileSystem(parts, { target: root, workFolder: folder });
      onProgress(`${what}: writing the disk`);
      await makePartition(disk, { root, diskMib });
      await installBootLoader(disk, folder);
      await command('qemu-img', ['convert', '-O', 'qcow2', disk, join(folder, 'base.qcow2')], {
        what: 'convert the disk of the virtual machine image',
      });
      const hostKey = await readFile(join(root, 'etc/ssh/ssh_host_ed25519_key.pub'), 'utf8');
      await writeFile(join(folder, 'host.pub'), hostKey.split(' ').slice(0, 2).join(' '));
      await rm(root, { recursive: true });
      await rm(disk);
      onProgress(`${what}: ready`);
    },
  };
}

async function makePartition(
  disk: string,
  { root, diskMib }: { readonly root: string; readonly diskMib: number },
): Promise<void> {
  await writeFile(disk, '');
  await truncate(disk, diskMib * 1024 * 1024);
  await command('sfdisk', ['--quiet', disk], {
    what: 'partition the disk of the virtual machine image',
    input: `start=${firstSector}, type=83, bootable\n`,
  });
  await command(
    'mke2fs',
    [
      ...['-q', '-t', 'ext4', '-U', rootUuid, '-L', 'labroot'],
      // Features that Debian 12's GRUB cannot read.
      ...['-O', '^metadata_csum_seed,^orphan_file'],
      ...['-E', `offset=${firstSector * sectorSize},lazy_itable_init=1,root_owner=0:0`],
      ...['-d', root, disk, `${diskMib - 1}M`],
    ],
    { what: 'copy the root file system into the virtual machine image' },
  );
}

/** GRUB's first stage goes into the boot sector up to the partition table, its core between there and the partition. */
async function installBootLoader(disk: string, folder: string): Promise<void> {
  const script = join(folder, 'early.cfg');
  const core = join(folder, 'core.img');
  await writeFile(script, bootLoaderScript);
  await command(
    'grub-mkimage',
    [
      ...['-O', 'i386-pc', '-p', '(hd0,msdos1)/boot/grub', '-c', script, '-o', core],
      ...['biosdisk', 'part_msdos', 'ext2', 'linux'],
    ],
    { what: 'make the boot loader of the virtual machine image' },
  );
  const bootSectorCode = 440;
  await pipeline(
    createReadStream(join(grubFolder, 'boot.img'), { end: bootSectorCode - 1 }),
    createWriteStream(disk, { flags: 'r+' }),
  );
  await pipeline(createReadStream(core), createWriteStream(disk, { flags: 'r+', start: sectorSize }));
}
