import { readFile } from 'node:fs/promises';

import type { LabNodeMachine } from '../machine.js';
import type { NodeMachineRecord } from '../record.js';
import type { ControlGroup } from '../systemd-machine/control-group.js';
import { SharedKernelMachine } from '../systemd-machine/shared-kernel-machine.js';
import { hierarchyWords } from './boot-script.js';
import { prepareGroups } from './prepare-groups.js';
import { startNode } from './start-node.js';

/** A node machine with its files complete, running or not. */
export class NodeMachine extends SharedKernelMachine<NodeMachineRecord> implements LabNodeMachine {
  readonly kind = 'node-machine';

  protected async switchOn(group: ControlGroup): Promise<void> {
    const { folder, network } = this.parts;
    startNode({
      name: this.name,
      folder,
      namespace: network.namespaceOf(this.name),
      groups: await prepareGroups(group),
      hierarchies: hierarchyWords(await readFile('/proc/mounts', 'utf8')),
    });
  }
}
