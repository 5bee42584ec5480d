import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { execa } from 'execa';
import { parse } from 'yaml';
import { cloneKubespray } from '../../../src/activities/step-01-kubespray/clone-kubespray.js';
import { createVirtualEnvironment } from '../../../src/activities/step-02-ansible/create-virtual-environment.js';
import { installRequirements } from '../../../src/activities/step-02-ansible/install-requirements.js';
import { writeGroupVariables } from '../../../src/activities/step-04-to-06-inventory/write-group-variables.js';
import { writeInventory } from '../../../src/activities/step-04-to-06-inventory/write-inventory.js';
import { runKubespray } from '../../../src/activities/step-08-kubespray-run/run-kubespray.js';
import type { Specification } from '../../../src/cluster/specification/specification.js';
import type { StorageLayouts } from '../../../src/cluster/storage/storage-layouts.js';
import type { LabMachine } from '../../../src/lab/index.js';
import { cluster, local, makeControlHost, runStep, type ControlHost } from '../../support/control-host.js';

/** What a checkout is to be made for: the same for each that is compared. */
export interface CheckoutScene {
  readonly release: string;
  readonly specification: Specification;
  readonly storage: StorageLayouts;
  readonly machines: readonly LabMachine[];
  /** Path of the key that the machines accept. */
  readonly privateKey: string;
}

type Variables = Record<string, unknown>;

/** What `ansible-inventory --list` tells. */
interface AnsibleInventory {
  readonly groups: Readonly<Record<string, { readonly hosts?: string[]; readonly children?: string[] }>>;
  /** Of each host, group variables included. */
  readonly variables: Readonly<Record<string, Variables>>;
}

/** Steps 1, 2 and 4 to 6 with one repository, on a control host of its own. */
export class Checkout {
  private constructor(
    private readonly control: ControlHost,
    private readonly scene: CheckoutScene,
    private readonly virtualEnvironment: string,
  ) {}

  static async make(repository: string, scene: CheckoutScene): Promise<Checkout> {
    const control = await makeControlHost();
    const { dependencies } = control;
    const { release, specification, storage, machines, privateKey } = scene;
    const on = { host: local, cluster };
    await runStep(cloneKubespray(dependencies), { ...on, jobKey: 'clone', repository, ref: release });
    const { folder } = await runStep(createVirtualEnvironment(dependencies), {
      ...{ ...on, jobKey: 'venv', pythonVersions: ['3.11', '3.10', '3.9'] },
    });
    const virtualEnvironment = folder;
    await runStep(installRequirements(dependencies), { ...on, jobKey: 'install', virtualEnvironment });
    const hostKeys = Object.fromEntries(machines.map(({ name, hostKey }) => [name, hostKey]));
    const inputs = { ...on, specification, release };
    await runStep(writeInventory(dependencies), {
      ...{ ...inputs, sampleInventory: 'inventory/sample', hostKeys, privateKey },
    });
    await runStep(writeGroupVariables(dependencies), { ...inputs, storage });
    return new Checkout(control, scene, virtualEnvironment);
  }

  /** As Ansible understands inventory and group variables. */
  async inventory(): Promise<AnsibleInventory> {
    const { _meta, ...groups } = JSON.parse(await this.ansible('ansible-inventory', '--list')) as {
      _meta: { hostvars: AnsibleInventory['variables'] };
    } & AnsibleInventory['groups'];
    return { groups, variables: _meta.hostvars };
  }

  /** Names of the variables that Slipway has written, and not the sample. */
  async ownVariables(): Promise<string[]> {
    const { inventory } = this.control.folders;
    const files = (await readFile(join(inventory, '.slipway-files'), 'utf8')).trim().split('\n');
    const texts = await Promise.all(files.map((file) => readFile(join(inventory, file), 'utf8')));
    return texts.flatMap((text) => Object.keys(parse(text) as Variables));
  }

  /** The roles of cluster.yml in the order in which their first tasks come. */
  async roles(): Promise<string[]> {
    const text = await this.ansible('ansible-playbook', '--list-tasks', 'cluster.yml');
    const names = [...text.matchAll(/^ {6}(\S+) : /gm)].map(([, role = '']) => role);
    return [...new Set(names)];
  }

  /** YAML of a file in the checkout. */
  async read(path: string): Promise<unknown> {
    return parse(await readFile(join(this.control.folders.kubespray, path), 'utf8')) as unknown;
  }

  /** Runs playbooks/facts.yml. @returns what Slipway's plugin wrote of it */
  async facts(): Promise<Variables[]> {
    const { release, machines } = this.scene;
    await runStep(runKubespray(this.control.dependencies), {
      ...{ host: local, cluster, release, hostCount: machines.length, jobKey: 'facts' },
      ...{ playbook: 'playbooks/facts.yml', virtualEnvironment: this.virtualEnvironment, extraVariables: {} },
    });
    const text = await readFile(join(this.control.folders.runs, 'facts', 'events.jsonl'), 'utf8');
    const lines = text.trim().split('\n');
    return lines.map((line) => JSON.parse(line) as Variables);
  }

  remove(): Promise<void> {
    return this.control.remove();
  }

  private async ansible(program: string, ...words: readonly string[]): Promise<string> {
    const { folders } = this.control;
    const { stdout } = await execa(
      join(this.virtualEnvironment, 'bin', program),
      ['--inventory', join(folders.inventory, 'hosts.yaml'), ...words],
      { cwd: folders.kubespray, env: { ANSIBLE_CONFIG: folders.ansibleConfig }, stdin: 'ignore' },
    );
    return stdout;
  }
}
