import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openLab, type Lab, type LabMachine } from '../../../src/lab/index.js';
import { materialiseStandIn } from '../../../src/lab/stand-in.js';
import { aSpecification } from '../../support/builders.js';
import { Checkout, type CheckoutScene } from './checkout.js';
import { repository } from './stage.js';

/** The stand-in for Kubespray, held against the release whose name it bears: what both are told, and what both tell. */
const release = 'v2.24.1';

let folder: string;
let lab: Lab;
let real: Checkout;
let standIn: Checkout;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slipway-stand-in-'));
  lab = await openLab({ name: 'stand-in-test', folder: join(folder, 'lab') });
  const machines = [await lab.startNode({ name: 'node1' }), await lab.startNode({ name: 'node2' })];
  const scene = sceneOf(machines);
  real = await Checkout.make(repository, scene);
  const stand = await materialiseStandIn({ folder: join(folder, 'stand-in') });
  standIn = await Checkout.make(stand, scene);
});

afterAll(async () => {
  const made = [real, standIn] as (Checkout | undefined)[];
  for (const checkout of made) await checkout?.remove();
  await (lab as Lab | undefined)?.down();
  await rm(folder, { recursive: true, force: true });
});

function sceneOf(machines: readonly LabMachine[]): CheckoutScene {
  const hosts = machines.map(({ name, address, port, user }, index) => ({
    ...{ name, address, port, user },
    roles: index === 0 ? (['control-plane', 'etcd'] as const) : (['worker'] as const),
  }));
  return {
    release,
    specification: aSpecification({
      name: 'blue',
      hosts: hosts.map((host) => ({ ...host, roles: [...host.roles] })),
      dns: { upstream: ['9.9.9.9'] },
      kubespray: { variables: { kube_proxy_mode: 'iptables', bin_dir: '/opt/bin' } },
    }),
    storage: { node2: { mountPoint: '/data', layout: 'root-dir' } },
    machines,
    privateKey: machines[0]?.privateKey ?? '',
  };
}

type Variables = Record<string, unknown>;

/** Variables that Kubespray has no default for, or not as its stand-in. */
const ownOfStandIn = new Set([
  // The stand-in's own.
  ...['stand_in_seconds', 'kubeadm_mark', 'etcd_members', 'etcd_address'],
  // A dictionary of Kubespray's own programs there, files of a test here.
  'downloads',
  // Kubespray asks for it by default([]).
  'upstream_dns_servers',
  // A fact that Kubespray finds out on the way.
  'first_kube_control_plane',
]);

describe('inventory and variables', () => {
  it('have the same hosts in the same groups', async () => {
    const [ofReal, ofStandIn] = [await real.inventory(), await standIn.inventory()];
    expect(ofStandIn.groups).toEqual(ofReal.groups);
    expect(Object.keys(ofReal.variables)).toEqual(['node1', 'node2']);
  });

  it('have the same value of each variable that was written', async () => {
    const [ofReal, ofStandIn] = [await real.inventory(), await standIn.inventory()];
    const own = await real.ownVariables();
    expect(await standIn.ownVariables()).toEqual(own);
    expect(own).toEqual(
      expect.arrayContaining(['containerd_storage_dir', 'upstream_dns_servers', 'bin_dir']),
    );
    for (const host of ['node1', 'node2']) {
      const those = ({ variables }: typeof ofReal) => own.map((name) => [name, variables[host]?.[name]]);
      expect(those(ofStandIn), host).toEqual(those(ofReal));
    }
    expect(ofReal.variables['node2']?.['containerd_storage_dir']).toBe('/data/containerd');
  });

  it('are asked by the stand-in for nothing that Kubespray does not have, with the same defaults', async () => {
    const defaults = (await standIn.read('roles/kubespray-defaults/defaults/main.yml')) as Variables;
    const files = [
      'roles/container-engine/containerd/defaults/main.yml',
      'roles/kubernetes/node/defaults/main.yml',
      'roles/kubespray-defaults/defaults/main/download.yml',
      'roles/kubespray-defaults/defaults/main/main.yml',
    ];
    const theirs = Object.assign(
      {},
      ...(await Promise.all(files.map((file) => real.read(file)))),
    ) as Variables;
    const named = Object.entries(defaults).filter(([name]) => !ownOfStandIn.has(name));
    expect(named.length).toBeGreaterThan(8);
    expect(Object.fromEntries(named)).toEqual(
      Object.fromEntries(named.map(([name]) => [name, theirs[name]])),
    );
  });
});

describe('playbooks', () => {
  it('have the roles of the stand-in in the order of Kubespray', async () => {
    const ofStandIn = (await standIn.roles()).filter((role) => role !== 'kubespray-defaults');
    const ofReal = (await real.roles()).filter((role) => ofStandIn.includes(role));
    expect(ofStandIn).toEqual(ofReal);
  });

  it('ask the same question before a reset', async () => {
    const question = async (checkout: Checkout) => {
      const plays = (await checkout.read('playbooks/reset.yml')) as Variables[];
      const reset = plays.find(({ name }) => name === 'Reset cluster');
      const tasks = (reset?.['pre_tasks'] ?? []) as Variables[];
      const words = ['ansible.builtin.pause', 'pause'].flatMap((word) => tasks.map((task) => task[word]));
      return { hosts: reset?.['hosts'], asked: words.filter((word) => word !== undefined) };
    };
    const ofReal = await question(real);
    expect(ofReal.asked).toHaveLength(1);
    expect(await question(standIn)).toEqual(ofReal);
  });

  it('tell of what they do by events of the same form', async () => {
    const [ofReal, ofStandIn] = [await real.facts(), await standIn.facts()];
    const forms = (events: Variables[]) =>
      new Set(events.map((event) => `${String(event['event'])}: ${Object.keys(event).toSorted().join(' ')}`));
    expect([...forms(ofStandIn)].filter((form) => !forms(ofReal).has(form))).toEqual([]);
    const ofPlay = (events: Variables[]) => {
      const from = events.findIndex(({ event, play }) => event === 'play' && play === 'Gather facts');
      return events
        .slice(from)
        .filter(({ event }) => event === 'result')
        .map(({ host, task, status }) => `${String(host)} ${String(task)} ${String(status)}`)
        .toSorted();
    };
    expect(ofPlay(ofStandIn).length).toBeGreaterThan(0);
    expect(ofPlay(ofReal)).toEqual(expect.arrayContaining(ofPlay(ofStandIn)));
    const ends = (events: Variables[]) => Object.keys(events.at(-1)?.['hosts'] ?? {}).toSorted();
    expect(ends(ofReal)).toEqual(['node1', 'node2']);
    expect(ends(ofStandIn)).toEqual(['node1', 'node2']);
  });
});
