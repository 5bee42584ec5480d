import { join } from 'node:path';

import type { LabSystemdMachine } from '../machine.js';
import type { SystemdMachineRecord } from '../record.js';
import type { ControlGroup } from './control-group.js';
import { limitWrites } from './limit-writes.js';
import { SharedKernelMachine } from './shared-kernel-machine.js';
import { startSupervisor } from './supervisor.js';

/** A systemd machine with its files complete, running or not. */
export class SystemdMachine extends SharedKernelMachine<SystemdMachineRecord> implements LabSystemdMachine {
  readonly kind = 'systemd-machine';

  async limitWrites(perSecond: number | null): Promise<void> {
    await limitWrites(await this.controlGroup(), this.parts.folder, perSecond);
  }

  protected switchOn(group: ControlGroup): Promise<void> {
    const { folder, network } = this.parts;
    startSupervisor({
      name: this.name,
      folder,
      lowerRoots: [...(this.record.layers ?? []), join(this.record.image, 'root')],
      namespace: network.namespaceOf(this.name),
      controlGroup: group.path,
    });
    return Promise.resolve();
  }
}
