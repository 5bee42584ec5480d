import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { parse, stringify } from 'yaml';
import type { SpecificationInput } from '../../../src/cluster/specification/specification.js';
import type { LabMachine } from '../../../src/lab/index.js';
import { onMachine } from '../../support/lab-host.js';
import { KubesprayStage, repository } from './stage.js';
import { tenant } from './tenant.js';

let stage: KubesprayStage;
let control: LabMachine;
let fresh: LabMachine;
let inUse: LabMachine;

beforeAll(async () => {
  stage = await KubesprayStage.open();
  control = await stage.startNode('n1');
  await succeed('lab', 'up', '--lab', stage.lab.name, '--node-vm', 'w1', 'w2');
  [fresh, inUse] = [await machine('w1'), await machine('w2')];
});

// A set-up that failed has left nothing to close.
afterAll(() => (stage as KubesprayStage | undefined)?.close());

async function machine(name: string): Promise<LabMachine> {
  const found = await stage.lab.find(name);
  if (!found) throw new Error(`The lab has no ${name}.`);
  return found;
}

async function succeed(...words: string[]): Promise<string> {
  const { exitCode, output } = await stage.slipway(...words);
  expect(exitCode, output).toBe(0);
  return output;
}

/** Writes cluster.yaml as the lab does, with step 7 on these workers alone. */
async function writeSpecification(withStorage: readonly string[]): Promise<string> {
  const text = await succeed('lab', 'cluster', '--lab', stage.lab.name, '--repository', repository);
  const specification = parse(text) as SpecificationInput;
  const hosts = specification.hosts.map((host) =>
    withStorage.includes(host.name) ? host : { ...host, ephemeralStorage: false as const },
  );
  const file = join(stage.home, 'cluster.yaml');
  await writeFile(file, stringify({ ...specification, hosts }));
  return file;
}

async function comesUp(file: string): Promise<string> {
  const output = await succeed('up', file, '--yes');
  expect(output).toContain('\n  passed node-ready: ');
  expect(output).not.toMatch(/^ {2}failed /m);
  return output;
}

/** "<name> <status of its condition Ready>" of each node, as the API server has it. */
async function nodes(): Promise<string[]> {
  const path =
    '{range .items[*]}{.metadata.name} {.status.conditions[?(@.type=="Ready")].status}{"\\n"}{end}';
  return (await onMachine(control, `kubectl get nodes -o jsonpath='${path}'`)).trim().split('\n').sort();
}

const mounts = (host: LabMachine) =>
  onMachine(
    host,
    'for at in /data /var/lib/kubelet /var/lib/containerd; do findmnt -no SOURCE,TARGET "$at" || :; done',
  );

it('does step 7 on a fresh worker, and Kubespray joins it, beside one without storage', async () => {
  const output = await comesUp(await writeSpecification(['w1']));
  expect(output).toContain('layout root-dir');
  expect(await nodes()).toEqual(['n1 True', 'w1 True', 'w2 True']);
  expect(await mounts(fresh)).toBe('/dev/md0 /data\n');
  expect(await onMachine(fresh, 'ls /data/kubelet/pods /data/containerd')).toContain(
    'io.containerd.metadata',
  );
  expect(await mounts(inUse)).toBe('');
});

it('moves the data of a worker in use under its pods, deletes the old one, and it holds after a restart', async () => {
  const pod = await tenant(control, inUse.name);
  const before = await pod.seen();
  const file = await writeSpecification(['w1', 'w2']);
  expect(await comesUp(file)).toContain('layout bind');
  const after = await pod.seen();
  expect(after).toEqual({ ...before, containerId: after.containerId });
  expect(after.containerId).not.toBe(before.containerId);
  expect(await mounts(inUse)).toMatch(
    /^\/dev\/md0 +\/data\n\/dev\/md0\[\/kubelet\] +\/var\/lib\/kubelet\n\/dev\/md0\[\/containerd\] +\/var\/lib\/containerd\n$/,
  );

  await succeed('delete-old-data', file, '--host', 'w2', '--yes');
  expect(await onMachine(inUse, 'ls -d /var/lib/*.slipway-old 2>/dev/null || :')).toBe('');

  // As step 7 restarts a host: a kubelet that runs would end its pods for good.
  await onMachine(inUse, 'systemctl stop kubelet; systemctl reboot');
  await expect
    .poll(
      () =>
        inUse.run('true').then(
          () => true,
          () => false,
        ),
      { timeout: 60_000 },
    )
    .toBe(false);
  await inUse.start();
  await expect
    .poll(async () => (await stage.slipway('verify', file)).exitCode, { timeout: 900_000, interval: 10_000 })
    .toBe(0);
  expect((await pod.seen()).digests).toEqual(before.digests);
});
