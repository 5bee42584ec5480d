import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { hostsFile, makeIdentity, resolvConfText, type Identity } from '../identity.js';
import { ensureImage, type OnProgress } from '../images/ensure-image.js';
import { loginKey } from '../images/login-key.js';
import { systemdImage } from '../images/systemd-image.js';
import type { LabNetwork } from '../network/lab-network.js';
import { writeRecord } from '../record.js';
import { discardSystemdMachine, SystemdMachine } from './systemd-machine.js';

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
  await discardSystemdMachine(wanted);
  try {
    for (const part of ['changes', 'work', 'root']) await mkdir(join(folder, part), { recursive: true });
    const identity = await makeIdentity(name, folder);
    await writeIdentity(join(folder, 'changes'), identity);
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
    await discardSystemdMachine(wanted);
    throw error;
  }
}

/** Into the layer of changes, before the machine is first switched on. */
async function writeIdentity(changes: string, identity: Identity): Promise<void> {
  const put = async (path: string, text: string, mode = 0o644) => {
    await mkdir(dirname(join(changes, path)), { recursive: true });
    await writeFile(join(changes, path), text, { mode });
  };
  await put('etc/hostname', `${identity.name}\n`);
  await put('etc/hosts', hostsFile(identity.name));
  await put('etc/resolv.conf', resolvConfText);
  await put('etc/machine-id', `${identity.machineId}\n`);
  await put('etc/ssh/ssh_host_ed25519_key', identity.privateHostKey, 0o600);
  await put('etc/ssh/ssh_host_ed25519_key.pub', `${identity.hostKey}\n`);
}
