import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm, rmdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { copySshKey } from '../../../src/activities/step-03-ssh-access/copy-ssh-key.js';
import { createSshKey } from '../../../src/activities/step-03-ssh-access/create-ssh-key.js';
import { runKubespray } from '../../../src/activities/step-08-kubespray-run/run-kubespray.js';
import { writeGroupVariables } from '../../../src/activities/step-04-to-06-inventory/write-group-variables.js';
import { writeInventory } from '../../../src/activities/step-04-to-06-inventory/write-inventory.js';
import type { LabMachine } from '../../../src/lab/index.js';
import { aSpecification } from '../../support/builders.js';
import { TestSshd } from '../../support/test-sshd.js';
import { installStandIn, runStep } from '../../support/control-host.js';
import { onMachine, labAddressOf, useLab } from '../../support/lab-host.js';

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
  controlHost = await TestSshd.start({ ownFolder: stateFolder });
});

afterAll(async () => {
  await controlHost.remove();
  if (!hadStateFolder) await rmdir(stateFolder);
  await rm(folder, { recursive: true, force: true });
});

it('steps 1 to 8 work on a control host that is reached by SSH, with a key of its own', async () => {
  const { dependencies } = stage();
  const cluster = 'remote';
  const control = { host: controlHost.address({ name: 'control', cluster }), cluster };
  const privateKey = join(folder, 'id_rsa');
  const { publicKey } = await runStep(createSshKey(dependencies), { ...control, path: privateKey });
  const publicKeys = [publicKey];
  await runStep(copySshKey(dependencies), { host: labAddressOf(machine), publicKeys });

  const virtualEnvironment = await installStandIn(dependencies, { control, folder, release });
  const { name, address, port, hostKey } = machine;
  const hosts = [{ name, address, port, roles: ['control-plane' as const, 'worker' as const] }];
  const inventory = { ...control, specification: aSpecification({ name: cluster, hosts }), release };
  await runStep(writeInventory(dependencies), {
    ...inventory,
    sampleInventory: 'inventory/sample',
    hostKeys: { [name]: hostKey },
    privateKey,
  });
  await runStep(writeGroupVariables(dependencies), { ...inventory, storage: {} });
  const playbook = {
    ...control,
    virtualEnvironment,
    release,
    playbook: 'cluster.yml' as const,
    hostCount: 1,
    extraVariables: {},
  };
  const result = await runStep(runKubespray(dependencies), { ...playbook, jobKey: 'playbook' });

  expect(result.hosts[name]).toMatchObject({ failures: 0, unreachable: 0 });
  expect(await onMachine(machine, 'systemctl is-active etcd containerd kubelet')).toBe(
    'active\nactive\nactive\n',
  );
  const there = await dependencies.hosts.connect(control.host);
  expect(await there.readFile(result.log)).toContain('PLAY RECAP');
  expect(existsSync(result.log)).toBe(false);
  await there.close();
});
