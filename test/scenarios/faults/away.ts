import { setTimeout as sleep } from 'node:timers/promises';
import type { LabMachine } from '../../../src/lab/index.js';

/** Machines that are away for a while. */

/** Milliseconds in which an emulated machine has stopped, or started, for certain. */
const longest = 300_000;

/**
 * Restarts a machine in order.
 * @returns when it does nothing any more, with what resolves when it is back
 * @throws when it does not stop or start in time
 */
export async function restart(machine: LabMachine): Promise<{ readonly isBack: Promise<void> }> {
  // The step itself may be restarting it.
  const before = await bootId(machine, { otherThan: '' });
  await machine.run('systemctl reboot').catch(() => undefined);
  await untilGone(machine, before);
  return { isBack: bootId(machine, { otherThan: before }).then(() => undefined) };
}

/** A machine that shuts down still does for a while what it is told. */
async function untilGone(machine: LabMachine, before: string): Promise<void> {
  for (const end = Date.now() + longest; Date.now() < end; await sleep(200)) {
    if ((await bootIdNow(machine)) !== before) return;
  }
  throw new Error(`${machine.name} does not shut down.`);
}

async function bootId(machine: LabMachine, { otherThan }: { readonly otherThan: string }): Promise<string> {
  for (const end = Date.now() + longest; Date.now() < end; await sleep(1_000)) {
    const id = await bootIdNow(machine);
    if (id !== '' && id !== otherThan) return id;
  }
  throw new Error(`${machine.name} does not start.`);
}

/** Empty where it does not say. */
async function bootIdNow(machine: LabMachine): Promise<string> {
  const said = await machine
    .run('cat /proc/sys/kernel/random/boot_id', { timeout: 10_000 })
    .catch(() => undefined);
  return said?.stdout.trim() ?? '';
}

/** How many outages a machine has at the moment: two steps side by side may meet one each. */
const outages = new WeakMap<LabMachine, number>();

/** Pulls the plug of its network. @returns when it is out, with what resolves when it is in again */
export async function unplug(
  machine: LabMachine,
  milliseconds: number,
): Promise<{ readonly isBack: Promise<void> }> {
  await machine.unplugNetwork();
  outages.set(machine, (outages.get(machine) ?? 0) + 1);
  return { isBack: sleep(milliseconds).then(() => plugIn(machine)) };
}

async function plugIn(machine: LabMachine): Promise<void> {
  const left = (outages.get(machine) ?? 1) - 1;
  outages.set(machine, left);
  if (left === 0) await machine.plugNetwork();
}
