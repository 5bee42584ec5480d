import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

import { makeIdentity, resolvConfText } from '../identity.js';
import { ensureImage, type OnProgress } from '../images/ensure-image.js';
import { loginKey } from '../images/login-key.js';
import { systemdImage } from '../images/systemd-image.js';
import type { LabNetwork } from '../network/lab-network.js';
import { writeRecord } from '../record.js';
import { discardMachine } from './shared-kernel-machine.js';
import { SystemdMachine } from './systemd-machine.js';
import { writeIdentity } from './write-identity.js';

export interface NewSystemdMachine {
  readonly name: string;
  /** The machine's folder; whatever an unfinished attempt left there is removed. */
  readonly folder: string;
  readonly network: LabNetwork;
  /** Folders laid over the image's root file system, the first on top. */
  readonly layers?: readonly string[];
  readonly onProgress: OnProgress;
}

/** Makes a systemd machine and returns when it answers by SSH. A failure leaves nothing behind. */
export async function createSystemdMachine(wanted: NewSystemdMachine): Promise<SystemdMachine> {
  const { name, folder, network } = wanted;
  const key = await loginKey();
  const image = await ensureImage(systemdImage(key), wanted.onProgress);
  await discardMachine(wanted);
  try {
    for (const part of ['changes', 'work', 'root']) await mkdir(join(folder, part), { recursive: true });
    const identity = await makeIdentity(name, folder);
    await writeIdentity(join(folder, 'changes'), { identity, resolvConf: resolvConfText });
    const address = await network.connect(name);
    const machine = new SystemdMachine(
      {
        kind: 'systemd-machine',
        name,
        address,
        hostKey: identity.hostKey,
        image,
        ...(wanted.layers !== undefined && { layers: wanted.layers }),
      },
      { folder, network, privateKey: key.privateKey },
    );
    await machine.start();
    await writeRecord(folder, machine.record);
    return machine;
  } catch (error) {
    await discardMachine(wanted);
    throw error;
  }
}
