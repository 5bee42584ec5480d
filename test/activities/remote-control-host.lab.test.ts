import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, rmdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { cloneKubespray } from '../../src/activities/clone-kubespray.js';
import { copySshKey } from '../../src/activities/copy-ssh-key.js';
import { createSshKey } from '../../src/activities/create-ssh-key.js';
import { createVirtualEnvironment } from '../../src/activities/create-virtual-environment.js';
import { installRequirements } from '../../src/activities/install-requirements.js';
import { runKubespray } from '../../src/activities/run-kubespray.js';
import { writeGroupVariables } from '../../src/activities/write-group-variables.js';
import { writeInventory } from '../../src/activities/write-inventory.js';
import type { LabMachine } from '../../src/lab/index.js';
import { materialiseStandIn } from '../../src/lab/stand-in.js';
import { aSpecification } from '../cluster/builders.js';
import { TestSshd } from '../hosts/test-sshd.js';
import { onMachine, runActivity, targetOf, useLab } from './lab-host.js';

/** Where Slipway keeps its files on a host that it reaches by SSH. */
const stateFolder = '/var/lib/slipway';
const release = 'v2.24.1';

let folder: string;
let controlHost: TestSshd;
let machine: LabMachine;
let hadStateFolder: boolean;

const stage = useLab('remote-control', async ({ lab }) => {
  machine = await lab.startMachine({ name: 'node1' });
});

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slipway-remote-'));
  hadStateFolder = existsSync(stateFolder);
  await mkdir(stateFolder, { recursive: true });
  controlHost = await TestSshd.start('', stateFolder);
});

afterAll(async () => {
  await controlHost.remove();
  if (!hadStateFolder) await rmdir(stateFolder);
  await rm(folder, { recursive: true, force: true });
});

it('steps 1 to 8 work on a control host that is reached by SSH, with a key of its own', async () => {
  const { dependencies } = stage();
  const cluster = 'remote';
  const control = { host: controlHost.target({ name: 'control', cluster }), cluster };
  const privateKey = join(folder, 'id_rsa');
  const { publicKey } = await runActivity(createSshKey(dependencies), { ...control, path: privateKey });
  const publicKeys = [publicKey];
  await runActivity(copySshKey(dependencies), { host: targetOf(machine), publicKeys });

  const repository = await materialiseStandIn({ folder: join(folder, 'stand-in') });
  await runActivity(cloneKubespray(dependencies), { ...control, jobKey: 'clone', repository, ref: release });
  const { folder: virtualEnvironment } = await runActivity(createVirtualEnvironment(dependencies), {
    ...control,
    jobKey: 'venv',
    pythonVersions: ['3.9', '3.10', '3.11'],
  });
  const ansible = { ...control, virtualEnvironment };
  await runActivity(installRequirements(dependencies), { ...ansible, jobKey: 'install' });
  const { name, address, port, hostKey } = machine;
  const hosts = [{ name, address, port, roles: ['control-plane' as const, 'worker' as const] }];
  const inventory = { ...control, specification: aSpecification({ name: cluster, hosts }), release };
  await runActivity(writeInventory(dependencies), {
    ...inventory,
    hostKeys: { [name]: hostKey },
    privateKey,
  });
  await runActivity(writeGroupVariables(dependencies), { ...inventory, storage: {} });
  const playbook = { ...ansible, release, playbook: 'cluster.yml', hostCount: 1, extraVariables: {} };
  const result = await runActivity(runKubespray(dependencies), { ...playbook, jobKey: 'playbook' });

  expect(result.hosts[name]).toMatchObject({ failures: 0, unreachable: 0 });
  expect(await onMachine(machine, 'systemctl is-active etcd containerd kubelet')).toBe(
    'active\nactive\nactive\n',
  );
  const there = await dependencies.hosts.connect(control.host);
  expect(await there.readFile(result.log)).toContain('PLAY RECAP');
  expect(existsSync(result.log)).toBe(false);
  await there.close();
});
