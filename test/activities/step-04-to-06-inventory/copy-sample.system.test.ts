import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { cloneKubespray } from '../../../src/activities/step-01-kubespray/clone-kubespray.js';
import { changeSampleScript } from '../../../src/activities/step-04-to-06-inventory/copy-sample.js';
import { writeGroupVariables } from '../../../src/activities/step-04-to-06-inventory/write-group-variables.js';
import { writeInventory } from '../../../src/activities/step-04-to-06-inventory/write-inventory.js';
import { aSpecification } from '../../support/builders.js';
import {
  cluster,
  local,
  makeControlHost,
  makeRepository,
  runStep,
  type ControlHost,
} from '../../support/control-host.js';
import { ScriptStage } from '../../support/script-stage.js';

/** The sample inventory in a cluster's life: real git, real files, two releases with the differences that Kubespray's have. */
const kubernetes = 'group_vars/k8s_cluster/k8s-cluster.yml';
const [weave, plane] = [
  'group_vars/k8s_cluster/k8s-net-weave.yml',
  'group_vars/k8s_cluster/kube_control_plane.yml',
];
const addons = 'group_vars/k8s_cluster/addons.yml';
const samples = {
  'v2.27.1': {
    [kubernetes]: 'kube_version: v1.31.9\n',
    [weave]: '# weave\n',
    [addons]: 'helm_enabled: false\n',
  },
  'v2.28.1': { [kubernetes]: '# no version\n', [plane]: '# plane\n', [addons]: 'helm_enabled: false\n' },
} as const;
type ReleaseName = keyof typeof samples;
const specification = aSpecification({
  name: cluster,
  hosts: [{ name: 'node1', address: '10.0.0.1', roles: ['control-plane', 'etcd', 'worker'] }],
});

let control: ControlHost;
/** By a URL, so that clones are shallow as those over a network. */
let repository: string;
let keys = 0;

beforeEach(async () => {
  control = await makeControlHost();
  const folder = join(control.folder, 'repository');
  repository = `file://${folder}`;
  for (const [tag, files] of Object.entries(samples)) {
    await rm(join(folder, 'inventory'), { recursive: true, force: true });
    const all = Object.entries(files).map(([path, text]) => [`inventory/sample/${path}`, text] as const);
    await makeRepository(folder, { 'ansible.cfg': '[defaults]\n', ...Object.fromEntries(all) }, [tag]);
  }
});
afterEach(() => control.remove());

const within = (path: string) => join(control.folders.inventory, path);
const read = (path: string) => readFile(within(path), 'utf8');
const edit = async (path: string, text: string) => {
  await mkdir(dirname(within(path)), { recursive: true });
  await writeFile(within(path), text);
};

async function checkOut(release: ReleaseName) {
  const input = { host: local, cluster, jobKey: `clone-${(keys += 1)}`, repository, ref: release };
  await runStep(cloneKubespray(control.dependencies), input);
}

/** Step 4 with what is checked out. */
const write = (release: ReleaseName) =>
  runStep(writeInventory(control.dependencies), {
    ...{ host: local, cluster, specification, release, sampleInventory: 'inventory/sample' },
    ...{ hostKeys: { node1: 'ssh-ed25519 AAAA' }, privateKey: '/root/.ssh/id_rsa' },
  });

async function run(release: ReleaseName) {
  await checkOut(release);
  const { outcome, summary } = await write(release);
  await runStep(writeGroupVariables(control.dependencies), {
    ...{ host: local, cluster, specification, release, storage: {} },
  });
  return { outcome, summary };
}

/** Folders of inventories, by name. */
async function inventories() {
  const names = await readdir(control.folders.root);
  return names.filter((name) => name.startsWith('inventory')).sort();
}

async function expectSampleOf(release: ReleaseName) {
  for (const [path, text] of Object.entries(samples[release])) expect(await read(path), path).toBe(text);
  const other = release === 'v2.27.1' ? plane : weave;
  expect(existsSync(within(other)), `${other}, of the other release`).toBe(false);
  expect(await read('.slipway-sample')).toContain(`# Kubespray's sample inventory of ${release}, `);
}

describe('the sample inventory', () => {
  it('follows the release, and Slipway’s and the operator’s own files stay', async () => {
    await run('v2.27.1');
    await expectSampleOf('v2.27.1');
    await edit('group_vars/all/mine.yml', 'mine: true\n');
    const own = await read('group_vars/all/slipway.yml');

    const { outcome, summary } = await run('v2.28.1');
    expect(outcome).toBe('changed');
    expect(summary).toContain(
      `Kubespray's sample of v2.28.1 (what was there before is in ${control.folders.inventory}.before-1)`,
    );
    await expectSampleOf('v2.28.1');
    expect(await read('group_vars/all/mine.yml')).toBe('mine: true\n');
    expect(await read('group_vars/all/slipway.yml')).toBe(own.replaceAll('v2.27.1', 'v2.28.1'));
    expect(await read('hosts.yaml')).toContain('node1');
    expect(await read('../inventory.before-1/group_vars/k8s_cluster/k8s-cluster.yml')).toContain('v1.31.9');

    expect(await run('v2.28.1')).toEqual({ outcome: 'unchanged', summary: '1 host' });
    await run('v2.27.1');
    await expectSampleOf('v2.27.1');
    expect(await inventories()).toEqual(['inventory', 'inventory.before-1', 'inventory.before-2']);
  });

  it('keeps an edit where the sample has stayed the same, and stops at one where it has not', async () => {
    await run('v2.27.1');
    await edit(addons, 'helm_enabled: true\n');
    await edit(kubernetes, 'kube_network_plugin: cilium\n');
    expect((await run('v2.27.1')).outcome, 'the same release').toBe('unchanged');

    await expect(run('v2.28.1')).rejects.toMatchObject({
      type: 'RefusedError',
      message: `Files of ${control.folders.inventory} on control were changed by hand, and Kubespray v2.28.1 has other ones in its sample: ${kubernetes}.`,
      details: [{ advice: expect.stringContaining('kubespray.variables') as string }],
    });
    expect(await read(kubernetes)).toBe('kube_network_plugin: cilium\n');
    expect(await inventories()).toEqual(['inventory']);

    await rename(within(kubernetes), join(control.folder, 'moved-away.yml'));
    await run('v2.28.1');
    expect(await read(kubernetes)).toBe(samples['v2.28.1'][kubernetes]);
    expect(await read(addons)).toBe('helm_enabled: true\n');
  });
});

describe('what the inventory would be refused for later', () => {
  /** Step 1, long before step 4: hosts are restarted in between. */
  const look = (release: ReleaseName, { storage = {}, sampleInventory = 'inventory/sample' } = {}) =>
    runStep(cloneKubespray(control.dependencies), {
      ...{ host: local, cluster, jobKey: `clone-${(keys += 1)}`, repository, ref: release },
      inventory: { specification, release, sampleInventory, storage },
    });

  it('is told with the checkout, and nothing is changed', async () => {
    await run('v2.27.1');
    await edit(kubernetes, 'kube_network_plugin: cilium\n');
    await look('v2.27.1');
    for (const attempt of ['cloned', 'there already']) {
      await expect(look('v2.28.1'), attempt).rejects.toMatchObject({
        type: 'RefusedError',
        message: `Files of ${control.folders.inventory} on control were changed by hand, and Kubespray v2.28.1 has other ones in its sample: ${kubernetes}.`,
      });
    }
    expect(await read(kubernetes)).toBe('kube_network_plugin: cilium\n');
    expect(await read('.slipway-sample')).toContain('v2.27.1');
    expect(await inventories()).toEqual(['inventory']);

    await rename(within(kubernetes), join(control.folder, 'moved-away.yml'));
    await look('v2.28.1');
    expect(existsSync(within(kubernetes)), 'left to step 4').toBe(false);
    expect(await inventories()).toEqual(['inventory']);
  });

  it('is a file of somebody else’s where Slipway’s variables are to be', async () => {
    await look('v2.27.1');
    expect(await inventories(), 'nothing to look at yet').toEqual([]);
    await edit('host_vars/node1.yml', 'mine: true\n');
    await look('v2.27.1');
    const storage = { node1: { mountPoint: '/data', layout: 'root-dir' as const } };
    await edit('group_vars/k8s_cluster/slipway.yml', 'mine: true\n');
    await expect(look('v2.27.1', { storage })).rejects.toMatchObject({
      type: 'RefusedError',
      message: `${within('group_vars/k8s_cluster/slipway.yml')} on control is there already, and Slipway did not write it.`,
    });
    await rm(control.folders.inventory, { recursive: true });
    await run('v2.27.1');
    await look('v2.27.1', { storage });
  });

  it('is a checkout without the sample', async () => {
    await expect(look('v2.27.1', { sampleInventory: 'inventory/other' })).rejects.toThrow(
      'The checkout of Kubespray on control has no inventory/other/group_vars, where v2.27.1 has its sample.',
    );
  });
});

describe('an inventory of which nobody has written down what was copied', () => {
  const forget = () => rm(within('.slipway-sample'));

  it('of the same release is adopted, and what was changed by hand is named once', async () => {
    await run('v2.27.1');
    await forget();
    expect((await run('v2.27.1')).outcome).toBe('unchanged');
    expect(await read('.slipway-sample')).toContain(kubernetes);

    await edit(kubernetes, 'kube_network_plugin: cilium\n');
    await forget();
    await expect(run('v2.27.1')).rejects.toThrow(`this checkout has had: ${kubernetes}.`);
    expect(await read(kubernetes)).toBe('kube_network_plugin: cilium\n');
    await rename(within(kubernetes), join(control.folder, 'moved-away.yml'));
    await run('v2.27.1');
    await expectSampleOf('v2.27.1');
  });

  it('of another release follows the checkout, because Git knows its files', async () => {
    await run('v2.27.1');
    await forget();
    await edit('group_vars/all/mine.yml', 'mine: true\n');
    expect((await run('v2.28.1')).outcome).toBe('changed');
    await expectSampleOf('v2.28.1');
    expect(await read('group_vars/all/mine.yml')).toBe('mine: true\n');
    expect(await inventories()).toEqual(['inventory', 'inventory.before-1']);
  });

  it('of which Git knows no file either is left to the operator', async () => {
    await run('v2.27.1');
    await forget();
    await rm(control.folders.kubespray, { recursive: true });
    await expect(run('v2.28.1')).rejects.toThrow(
      /nor of another release that this checkout has had: .*k8s-cluster\.yml/,
    );
    expect(await read(kubernetes)).toBe(samples['v2.27.1'][kubernetes]);
  });
});

describe('a change of the sample that is cut off', () => {
  it('before any of its commands is made whole by the next attempt, with the edits to be found', async () => {
    const stage = await ScriptStage.open(['cp', 'rm', 'mkdir', 'sync', 'mv']);
    try {
      await run('v2.27.1');
      const { inventory, kubespray } = control.folders;
      for (let die = 1, code: number | null = 1; code !== 0; die += 1) {
        await rm(inventory, { recursive: true, force: true });
        for (const name of await inventories())
          await rm(join(control.folders.root, name), { recursive: true });
        await run('v2.27.1');
        await edit('group_vars/all/mine.yml', 'mine: true\n');
        await checkOut('v2.28.1');
        const plan = {
          write: [kubernetes, plane],
          remove: [weave],
          recordText: "# Kubespray's sample inventory of v2.28.1, as",
        };
        const script = changeSampleScript({ sample: `${kubespray}/inventory/sample`, inventory }, plan);
        code = (await stage.run(script, die)).code;
        expect(die).toBeLessThan(30);

        await write('v2.28.1');
        await expectSampleOf('v2.28.1');
        expect(await read('group_vars/all/mine.yml'), `died before ${die}`).toBe('mine: true\n');
        expect(await read('../inventory.before-1/group_vars/k8s_cluster/k8s-cluster.yml')).toContain(
          'v1.31.9',
        );
        expect((await write('v2.28.1')).outcome).toBe('unchanged');
        expect(await inventories()).toEqual(['inventory', 'inventory.before-1']);
      }
    } finally {
      await stage.close();
    }
  });
});
