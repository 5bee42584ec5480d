import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { cloneKubespray } from '../../../src/activities/step-01-kubespray/clone-kubespray.js';
import type { PlaybookResult } from '../../../src/protocol/control-host-inputs.js';
import { createVirtualEnvironment } from '../../../src/activities/step-02-ansible/create-virtual-environment.js';
import { installRequirements } from '../../../src/activities/step-02-ansible/install-requirements.js';
import { runKubespray } from '../../../src/activities/step-08-kubespray-run/run-kubespray.js';
import { writeInventory } from '../../../src/activities/step-04-to-06-inventory/write-inventory.js';
import { aSpecification } from '../../support/builders.js';
import { TestSshd } from '../../support/test-sshd.js';
import {
  cluster,
  local,
  makeControlHost,
  makeRepository,
  runStep,
  type ControlHost,
} from '../../support/control-host.js';

const release = 'v2.24.1';

interface StageOptions {
  /** Playbooks by name. */
  readonly playbooks: Readonly<Record<string, string>>;
  /** Of ansible-core, with the versions of Python that it runs on. */
  readonly ansible?: { readonly version: string; readonly pythons: readonly string[] };
  readonly hostCount: number;
}

/** Steps 1 to 4 on a control host of its own, with hosts node1, node2, … that all are this machine, by one sshd as it is by default. */
export class AnsibleStage {
  private runs = 0;

  private constructor(
    readonly control: ControlHost,
    readonly sshd: TestSshd,
    private readonly virtualEnvironment: string,
    private readonly hostCount: number,
  ) {}

  static async start({ playbooks, hostCount, ansible }: StageOptions): Promise<AnsibleStage> {
    const { version, pythons } = ansible ?? { version: '2.15.13', pythons: ['3.11', '3.10', '3.9'] };
    const control = await makeControlHost();
    const sshd = await TestSshd.start();
    const { dependencies, folder } = control;
    const files = {
      'requirements.txt': `ansible-core==${version}\n`,
      'ansible.cfg': '[defaults]\nhost_key_checking=False\n',
      'inventory/sample/group_vars/all/all.yml': 'sample_variable: from the sample\n',
      ...playbooks,
    };
    const repository = await makeRepository(join(folder, 'repository'), files, [release]);
    const on = { host: local, cluster };
    await runStep(cloneKubespray(dependencies), { ...on, jobKey: 'clone', repository, ref: release });
    const { folder: virtualEnvironment } = await runStep(createVirtualEnvironment(dependencies), {
      ...{ ...on, jobKey: 'venv', pythonVersions: pythons },
    });
    await runStep(installRequirements(dependencies), { ...on, jobKey: 'install', virtualEnvironment });
    const stage = new AnsibleStage(control, sshd, virtualEnvironment, hostCount);
    await stage.writeInventory();
    return stage;
  }

  private async writeInventory(): Promise<void> {
    const names = Array.from({ length: this.hostCount }, (_, index) => `node${index + 1}`);
    const hosts = names.map((name, index) => ({
      ...{ name, address: '127.0.0.1', port: this.sshd.port },
      roles: [index === 0 ? ('control-plane' as const) : ('worker' as const)],
    }));
    const hostKey = this.sshd.hostKey('ed25519');
    await runStep(writeInventory(this.control.dependencies), {
      ...{ host: local, cluster, release, specification: aSpecification({ name: cluster, hosts }) },
      sampleInventory: 'inventory/sample',
      hostKeys: Object.fromEntries(names.map((name) => [name, hostKey])),
      privateKey: this.sshd.address().privateKey,
    });
  }

  async play(playbook: string, variables: Record<string, unknown> = {}): Promise<PlaybookResult> {
    this.runs += 1;
    return await runStep(runKubespray(this.control.dependencies), {
      ...{ host: local, cluster, release, hostCount: this.hostCount },
      // Playbooks of the tests' own are run in the place of Kubespray's.
      playbook: playbook as 'cluster.yml',
      ...{ jobKey: this.lastRun, virtualEnvironment: this.virtualEnvironment },
      extraVariables: { ansible_python_interpreter: '/usr/bin/python3', ...variables },
    });
  }

  /** What the plugin wrote of the last run. */
  async events(): Promise<Record<string, unknown>[]> {
    const text = await readFile(join(this.control.folders.runs, this.lastRun, 'events.jsonl'), 'utf8');
    const lines = text.trim().split('\n');
    return lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  }

  private get lastRun(): string {
    return `playbook-${this.runs}`;
  }

  async remove(): Promise<void> {
    await this.sshd.remove();
    await this.control.remove();
  }
}
