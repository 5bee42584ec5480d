import { randomUUID } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';

import { ensureImage, type OnProgress } from '../images/ensure-image.js';
import { loginKey, type LoginKey } from '../images/login-key.js';
import { nodeVirtualMachineImage, virtualMachineImage } from '../images/virtual-machine-image.js';
import { LabError } from '../errors.js';
import type { LabDisk } from '../machine.js';
import type { LabNetwork } from '../network/lab-network.js';
import { freeLabPort } from '../ports.js';
import { writeRecord, type VirtualMachineRecord } from '../record.js';
import { SshSession } from '../ssh-session.js';
import { giveIdentity, makeIdentity, type Identity } from '../identity.js';
import { nodeNetworkScript } from './node-network.js';
import type { GuestNetwork, MachineSize } from './qemu-arguments.js';
import { createDisk, goOnFromSavedState, quitQemu, startQemu } from './qemu-process.js';
import { hostKeyOf, incomingFrom, savedState } from './saved-state.js';
import {
  attachedDisks,
  boot,
  checkDisks,
  connect,
  diskFile,
  loopback,
  VirtualMachine,
  waitForLogin,
} from './virtual-machine.js';

export interface NewVirtualMachine extends MachineSize {
  readonly name: string;
  readonly disks: readonly LabDisk[];
  /** The machine's folder; whatever an unfinished attempt left there is removed. */
  readonly folder: string;
  /** Ports that other machines of the lab have. */
  readonly takenPorts: ReadonlySet<number>;
  /** The lab's network, for a machine that is to be part of it. */
  readonly network?: LabNetwork | undefined;
  /** Whether it is to be a node of Kubernetes; needs the network. */
  readonly isNode?: boolean | undefined;
  readonly onProgress: OnProgress;
}

/** What creating needs: the image, the key, and the record of the machine to be. */
interface Draft {
  readonly image: string;
  readonly key: LoginKey;
  readonly record: VirtualMachineRecord;
  readonly folder: string;
  readonly network?: GuestNetwork | undefined;
}

/** Milliseconds for a machine from a saved state to answer; it takes a few seconds, unless the state does not work here. */
const resumeTimeout = 120_000;

/**
 * Makes a virtual machine and returns when it has its own identity and answers by SSH: from a saved state within
 * seconds, or by a boot where that does not work. A failure leaves nothing behind.
 */
export async function createVirtualMachine(wanted: NewVirtualMachine): Promise<VirtualMachine> {
  checkDisks(wanted.disks);
  const key = await loginKey();
  const isNode = wanted.isNode === true;
  const recipe = isNode ? nodeVirtualMachineImage(key) : virtualMachineImage(key);
  const image = await ensureImage(recipe, wanted.onProgress);
  const { folder, name } = wanted;
  await discard(wanted);
  await mkdir(folder, { recursive: true });
  try {
    const identity = await makeIdentity(name, folder);
    const network = await connect({ name }, wanted.network);
    const record: VirtualMachineRecord = {
      kind: 'virtual-machine',
      name,
      ...(network === undefined
        ? { port: await freeLabPort(wanted.takenPorts) }
        : { port: 22, address: network.address }),
      ...(isNode && { isNode }),
      hostKey: identity.hostKey,
      memoryMiB: wanted.memoryMiB,
      cpus: wanted.cpus,
      disks: wanted.disks.map(({ serial, gib }, slot) => ({ serial, gib, slot })),
    };
    const draft = { image, key, record, folder, network };
    await Promise.all(record.disks.map((disk) => createDisk(diskFile(folder, disk.serial), disk)));
    await bringUp(draft, identity, wanted.onProgress);
    if (isNode) await moveOntoBridge(draft, wanted.network);
    const machine = new VirtualMachine(folder, record, {
      privateKey: key.privateKey,
      network: wanted.network,
    });
    await machine.waitUntilReady();
    await writeRecord(folder, record);
    return machine;
  } catch (error) {
    await discard(wanted);
    throw error;
  }
}

/** Removes a machine that was never completed. */
async function discard({ name, folder, network }: NewVirtualMachine): Promise<void> {
  await quitQemu(folder);
  await network?.disconnect(name, 'free');
  await rm(folder, { recursive: true, force: true });
}

async function bringUp(draft: Draft, identity: Identity, onProgress: OnProgress): Promise<void> {
  try {
    const state = await ensureImage(
      await savedState({ folder: draft.image, key: draft.key }, draft.record),
      onProgress,
    );
    await resume(draft, state);
    await identify(draft, identity, resumeTimeout);
  } catch (error) {
    onProgress(
      `${draft.record.name}: the saved state does not work here, booting instead (${(error as Error).message})`,
    );
    await quitQemu(draft.folder);
    await createDisk(join(draft.folder, 'root.qcow2'), { backing: join(draft.image, 'base.qcow2') });
    await boot(draft);
    await identify(draft, identity);
  }
}

async function resume({ folder, record, network }: Draft, state: string): Promise<void> {
  const rootDisk = join(folder, 'root.qcow2');
  await createDisk(rootDisk, { backing: join(state, 'root.qcow2') });
  await startQemu({
    ...record,
    rootDisk,
    folder,
    generation: randomUUID(),
    disks: [],
    ...(network !== undefined && { network }),
    incoming: incomingFrom(state),
  });
  await goOnFromSavedState(folder, attachedDisks(folder, record.disks));
}

/**
 * Gives the machine its address in the lab's network, which QEMU has had for it until now, and the way to the mirror; it
 * boots anew, on its own link.
 */
async function moveOntoBridge(
  { record, folder, key }: Draft,
  network: LabNetwork | undefined,
): Promise<void> {
  const mirror = await network?.hostAddress();
  if (network === undefined || mirror === undefined || record.address === undefined)
    throw new LabError(`${record.name} cannot be a node outside the lab's network.`);
  const machine = new VirtualMachine(folder, record, { privateKey: key.privateKey, network });
  try {
    // sshd starts itself anew with the machine's own key.
    await machine.waitUntilReady();
    const { exitCode, stderr } = await machine.run(nodeNetworkScript({ address: record.address, mirror }));
    if (exitCode !== 0) throw new LabError(`${record.name} did not take its address: ${stderr}`);
    await machine.powerCut();
    await boot({ folder, record, network: await connect(record, network) });
  } finally {
    machine.close();
  }
}

/** The first login still shows the image's host key; afterwards only the machine's own is accepted. */
async function identify(draft: Draft, identity: Identity, timeout?: number): Promise<void> {
  const { name, port, disks, address = loopback } = draft.record;
  const session = new SshSession({
    name,
    address,
    port,
    privateKey: draft.key.privateKey,
    hostKey: await hostKeyOf(draft.image),
  });
  try {
    await waitForLogin(session, draft.folder, timeout);
    await giveIdentity(
      session,
      identity,
      disks.map(({ serial }) => serial),
    );
  } finally {
    session.close();
  }
}
