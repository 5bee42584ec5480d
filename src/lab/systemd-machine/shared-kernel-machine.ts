import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import { lastLines } from '../command.js';
import { LabError } from '../errors.js';
import type { LabMachine } from '../machine.js';
import type { LabNetwork } from '../network/lab-network.js';
import type { SharedKernelMachineRecord } from '../record.js';
import { SshSession, type ScriptOptions, type ScriptResult } from '../ssh-session.js';
import { ControlGroup } from './control-group.js';
import { forgetMachine } from './supervisor.js';

/** Milliseconds for a boot, which takes a second or two on an idle machine. */
const bootTimeout = 90_000;

export interface SharedKernelMachineParts {
  readonly folder: string;
  readonly network: LabNetwork;
  readonly privateKey: string;
}

/** A machine that shares this machine's kernel, with its files complete, running or not. */
export abstract class SharedKernelMachine<R extends SharedKernelMachineRecord> implements LabMachine {
  abstract readonly kind: R['kind'];
  readonly port = 22;
  readonly user = 'root';
  readonly #session: SshSession;

  constructor(
    readonly record: R,
    readonly parts: SharedKernelMachineParts,
  ) {
    this.#session = new SshSession(this);
  }

  get name(): string {
    return this.record.name;
  }

  get address(): string {
    return this.record.address;
  }

  get hostKey(): string {
    return this.record.hostKey;
  }

  get privateKey(): string {
    return this.parts.privateKey;
  }

  run(script: string, options?: ScriptOptions): Promise<ScriptResult> {
    return this.#session.run(script, options);
  }

  async isRunning(): Promise<boolean> {
    return (await (await this.controlGroup()).processes()).length > 0;
  }

  async start(): Promise<void> {
    if (!(await this.isRunning())) await this.#boot();
    await this.#session.waitUntilReady(bootTimeout, async () => {
      if (await this.isRunning()) return;
      throw new LabError(`${this.name} went off while it booted.\n${await this.#consoleTail()}`);
    });
  }

  async powerCut(): Promise<void> {
    this.close();
    await end(this.name, this.parts.network, 'keep');
  }

  async unplugNetwork(): Promise<void> {
    await this.parts.network.setLink(this.name, 'down');
    this.close();
  }

  async plugNetwork(): Promise<void> {
    await this.parts.network.setLink(this.name, 'up');
  }

  async destroy(): Promise<void> {
    this.close();
    await discardMachine({ name: this.name, ...this.parts });
  }

  close(): void {
    this.#session.close();
  }

  /** Starts the first process; network and control group are there. */
  protected abstract switchOn(group: ControlGroup): Promise<void>;

  protected controlGroup(): Promise<ControlGroup> {
    return ControlGroup.named(this.parts.network.namespaceOf(this.name));
  }

  async #boot(): Promise<void> {
    const group = await this.controlGroup();
    await group.destroy();
    const address = await this.parts.network.connect(this.name);
    if (address !== this.address) {
      throw new LabError(
        `${this.name} cannot have its address ${this.address} again: destroy it and start anew.`,
      );
    }
    await group.create();
    await this.switchOn(group);
    const end = Date.now() + 10_000;
    while (!(await this.isRunning())) {
      if (Date.now() > end)
        throw new LabError(`${this.name} could not be started.\n${await this.#consoleTail()}`);
      await sleep(20);
    }
  }

  async #consoleTail(): Promise<string> {
    return lastLines(await readFile(join(this.parts.folder, 'console.log'), 'utf8').catch(() => ''), 10);
  }
}

/** Ends a machine and removes all it has, also one that was never completed. */
export async function discardMachine({
  name,
  folder,
  network,
}: Pick<SharedKernelMachineParts, 'folder' | 'network'> & { readonly name: string }): Promise<void> {
  await end(name, network, 'free');
  await rm(folder, { recursive: true, force: true });
}

/** Ends all that runs of a machine, and what it has outside of its folder. */
async function end(name: string, network: LabNetwork, address: 'keep' | 'free'): Promise<void> {
  const namespace = network.namespaceOf(name);
  await (await ControlGroup.named(namespace)).destroy();
  await network.disconnect(name, address);
  await forgetMachine(namespace);
}
