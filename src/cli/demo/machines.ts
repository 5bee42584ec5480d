import type { Lab, LabMachine, LabVirtualMachine } from '../../lab/index.js';
import { seedWorker } from '../../lab/seed-worker.js';

/** Serial numbers of the demo's disks begin with this, and with nothing else may a demo's plan be approved unasked. */
export const demoSerials = 'SLIPWAY-DEMO-';

/** Written when a worker has been given its earlier data, so that a later start does not do it again. */
const seedMark = '/var/lib/slipway-demo-seeded';

export interface DemoMachines {
  readonly control: LabMachine;
  readonly worker: LabVirtualMachine;
}

/** The demo's two machines, made or started again; the worker has data of an earlier kubelet and containerd. */
export async function startDemoMachines(lab: Lab, say: (line: string) => void): Promise<DemoMachines> {
  const disks = [1, 2].map((number) => ({ serial: `${demoSerials}${number}`, gib: 4 }));
  say('starting control-1 (systemd machine) and worker-1 (virtual machine, booting takes its time)');
  const [control, worker] = await Promise.all([
    lab.startMachine({ name: 'control-1' }),
    lab.startVm({ name: 'worker-1', disks, cpus: 2 }),
  ]);
  if ((await worker.run(`test -e ${seedMark}`)).exitCode !== 0) {
    say('giving worker-1 the data of a kubelet and a containerd that were in use before');
    await seedWorker(worker);
    await worker.run(`touch ${seedMark} && sync`);
  }
  return { control, worker };
}

/** Switches the machines off; their disks and addresses stay in the cache, so that the demo can be gone on with. */
export async function stopDemoMachines(lab: Lab): Promise<void> {
  for (const machine of await lab.machines()) {
    if (await machine.isRunning()) await machine.run('sync', { timeout: 10_000 }).catch(() => undefined);
  }
  await lab.leave();
}
