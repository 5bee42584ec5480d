import { randomUUID } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { quote } from '../../hosts/script.js';
import { command } from '../command.js';
import { LabError } from '../errors.js';
import type { ImageRecipe } from '../images/ensure-image.js';
import type { LoginKey } from '../images/login-key.js';
import { freeLabPort } from '../ports.js';
import { SshSession } from '../ssh-session.js';
import { qemuArguments, socketName, type MachineSize } from './qemu-arguments.js';
import { createDisk, findQemu, consoleTail, qemuProgram, quitQemu, startQemu } from './qemu-process.js';
import { withQmp, type Qmp } from './qmp.js';

/** Milliseconds for a boot under emulation on a busy machine. */
export const bootTimeout = 600_000;

/**
 * A booted machine, held still and written to files: memory and devices in `memory`, its root disk in `root.qcow2`.
 * A new virtual machine goes on from it within seconds. NVMe cannot be in such a state, so disks are plugged in later.
 */
export async function savedState(
  image: { readonly folder: string; readonly key: LoginKey },
  size: MachineSize,
): Promise<ImageRecipe> {
  const version = await command(qemuProgram, ['--version'], { what: "ask for QEMU's version" });
  const settings = (folder: string, port: number, generation: string) => ({
    ...size,
    name: 'saved-state',
    rootDisk: join(folder, 'root.qcow2'),
    port,
    folder,
    generation,
    disks: [],
  });
  return {
    kind: 'saved-state',
    ingredients: {
      recipe: 1,
      image: image.folder,
      version: version.stdout.split('\n')[0],
      arguments: qemuArguments(settings('folder', 0, 'generation')),
    },
    async build(folder, onProgress) {
      onProgress('virtual machine saved state: booting once');
      const port = await freeLabPort();
      await createDisk(join(folder, 'root.qcow2'), { backing: join(image.folder, 'base.qcow2') });
      await startQemu(settings(folder, port, randomUUID()));
      await settle(folder, {
        port,
        hostKey: await hostKeyOf(image.folder),
        privateKey: image.key.privateKey,
      });
      onProgress('virtual machine saved state: saving');
      await withQmp(join(folder, socketName), (qmp) => save(qmp, join(folder, 'memory')));
      await quitQemu(folder);
      await rm(join(folder, 'console.log'));
      onProgress('virtual machine saved state: ready');
    },
    abandon: quitQemu,
  };
}

/** The host key that every copy of the image shows until it has got its own. */
export async function hostKeyOf(imageFolder: string): Promise<string> {
  return (await readFile(join(imageFolder, 'host.pub'), 'utf8')).trim();
}

/** QEMU's migration URI to go on from a saved state. */
export function incomingFrom(stateFolder: string): string {
  return `exec:cat < ${quote(join(stateFolder, 'memory'))}`;
}

/** Waits for the boot to be over, and empties the guest's caches so that the state is small. */
async function settle(
  folder: string,
  where: { readonly port: number; readonly hostKey: string; readonly privateKey: string },
): Promise<void> {
  const session = new SshSession({ name: 'the machine for the saved state', address: '127.0.0.1', ...where });
  try {
    await session.waitUntilReady(bootTimeout, async () => {
      if (await findQemu(folder)) return;
      throw new LabError(`QEMU ended while the machine booted.\n${await consoleTail(folder)}`);
    });
    await session.run('systemctl is-system-running --wait || true; sync; echo 3 > /proc/sys/vm/drop_caches', {
      timeout: bootTimeout,
    });
  } finally {
    session.close();
  }
}

async function save(qmp: Qmp, file: string): Promise<void> {
  await qmp.execute('stop');
  await qmp.execute('migrate-set-parameters', { 'max-bandwidth': 4 * 1024 ** 3 });
  await qmp.execute('migrate', { uri: `exec:cat > ${quote(file)}` });
  const end = Date.now() + 180_000;
  for (;;) {
    const { status } = (await qmp.execute('query-migrate')) as { status?: string };
    if (status === 'completed') return;
    if (status === 'failed' || Date.now() > end) {
      throw new LabError(
        `QEMU could not save the machine to ${file} (${status ?? 'no status'}): is the disk full?`,
      );
    }
    await sleep(100);
  }
}
