import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { command } from '../command.js';
import { makeIdentity } from '../identity.js';
import { ensureImage, type OnProgress } from '../images/ensure-image.js';
import { loginKey } from '../images/login-key.js';
import { nodeImage } from '../images/node-image.js';
import { aptProxyFile, mirrorClientFiles } from '../mirror/mirror-client-files.js';
import type { LabNetwork } from '../network/lab-network.js';
import { writeRecord } from '../record.js';
import { discardMachine } from '../systemd-machine/shared-kernel-machine.js';
import { writeIdentity } from '../systemd-machine/write-identity.js';
import { NodeMachine } from './node-machine.js';

export interface NewNodeMachine {
  readonly name: string;
  /** The machine's folder; whatever an unfinished attempt left there is removed. */
  readonly folder: string;
  readonly network: LabNetwork;
  readonly onProgress: OnProgress;
}

/** Makes a node machine and returns when it answers by SSH. A failure leaves nothing behind. */
export async function createNodeMachine(wanted: NewNodeMachine): Promise<NodeMachine> {
  const { name, folder, network } = wanted;
  const key = await loginKey();
  const image = await ensureImage(nodeImage(key), wanted.onProgress);
  await discardMachine(wanted);
  try {
    await mkdir(folder, { recursive: true });
    const root = join(folder, 'root');
    // containerd's overlay file systems cannot have one of their own kind beneath them, so this is a whole copy.
    await command('cp', ['--archive', '--reflink=auto', join(image, 'root'), root], {
      what: `copy the root file system of ${name}`,
      timeout: 10 * 60_000,
    });
    const identity = await makeIdentity(name, folder);
    const files = mirrorClientFiles(await network.hostAddress());
    await writeIdentity(root, { identity, resolvConf: files['/etc/resolv.conf'] });
    await writeFile(join(root, aptProxyFile), files[aptProxyFile]);
    const address = await network.connect(name);
    const record = { kind: 'node-machine', name, address, hostKey: identity.hostKey } as const;
    const machine = new NodeMachine(record, { folder, network, privateKey: key.privateKey });
    await machine.start();
    await writeRecord(folder, machine.record);
    return machine;
  } catch (error) {
    await discardMachine(wanted);
    throw error;
  }
}
