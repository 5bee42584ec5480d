import type { BlockDevice, HostFacts } from '../../src/cluster/facts/facts.js';
import type { ControlHostFacts, SystemFacts } from '../../src/cluster/facts/system-facts.js';
import { withOverrides } from '../../src/cluster/checks/overrides.js';
import { preflight } from '../../src/cluster/preflight/preflight.js';
import type { MirrorAnswers } from '../../src/cluster/mirror/mirror-answers.js';
import type { Reachability } from '../../src/cluster/network/reachability.js';
import type { SpecificationInput } from '../../src/cluster/specification/specification.js';
import type { StoragePlan } from '../../src/cluster/storage/storage-plan.js';
import { aDisk, aSpecification, someFacts, someSystem } from './builders.js';

type Role = SpecificationInput['hosts'][number]['roles'][number];

/** One host `w` beside a faultless control plane; everything that is said changes `w`. */
export interface Scene {
  readonly facts?: Partial<HostFacts>;
  readonly system?: Partial<SystemFacts>;
  readonly specification?: Partial<SpecificationInput>;
  readonly variables?: NonNullable<SpecificationInput['kubespray']>['variables'];
  readonly roles?: readonly Role[];
  readonly release?: string;
  readonly reachability?: Reachability;
  readonly mirror?: MirrorAnswers;
  readonly controlHost?: Partial<ControlHostFacts>;
  /** What else is known of the machine that is the control host. */
  readonly machine?: Partial<HostFacts>;
  readonly storage?: Readonly<Record<string, StoragePlan>>;
}

/** The specification of a scene's four hosts. */
export function specificationOf({ specification, variables, roles = ['worker'] }: Scene) {
  const controlPlanes = [1, 2, 3].map((index) => ({
    ...{ name: `cp${index}`, address: `10.0.0.${index}`, roles: ['control-plane' as const] },
  }));
  const worker = { name: 'w', address: '10.0.0.9', roles: [...roles] };
  return aSpecification({
    hosts: [...controlPlanes, worker],
    kubespray: { variables: variables ?? {} },
    ...specification,
  });
}

const goodControlHost = { hasGit: true, isInstalled: false, freeBytes: 9e9, mountedAt: '/' };

/** What the checks before the run find in a scene. */
export function found(scene: Scene) {
  const { facts, system, release = 'v2.31.0', reachability, mirror, controlHost, machine, storage } = scene;
  const good = (index: number) =>
    someFacts({
      ...{ machineId: `m${index}`, hostname: `h${index}`, bootId: `b${index}` },
      addresses: [`10.0.0.${index}`],
      system: someSystem({ interfaces: [{ name: 'eth0', mtu: 1500, addresses: [`10.0.0.${index}`] }] }),
    });
  const own = good(9);
  const w = { ...own, ...facts, system: { ...someSystem(), ...own.system, ...system } };
  const specification = specificationOf(scene);
  const before = preflight({
    specification,
    facts: { cp1: good(1), cp2: good(2), cp3: good(3), w },
    release,
    controlHost: { ...machine, controlHost: { ...goodControlHost, ...controlHost } },
    reachability,
    mirror,
    storage,
  });
  return withOverrides(before, specification.overrides);
}

/** What is found, each as its severity, check and host. */
export const told = (scene: Scene) =>
  found(scene).map(({ severity, check, host }) => `${severity} ${check} ${host ?? ''}`.trim());

/** A program that listens, null for the kernel. */
export const listener = (
  port: number,
  process: string | null,
  address = '*',
  protocol: 'tcp' | 'udp' = 'tcp',
) => ({
  ...{ protocol, address, port, process },
});

/** A file system of 10 GB that is mounted at this path, with plenty of inodes. */
export const space = (path: string, freeBytes: number, rest = {}) => ({
  ...{ path, mountedAt: path, totalBytes: 10e9, freeBytes, inodes: 1e6, freeInodes: 9e5, ...rest },
});

/** A host whose root file system is on a partition of one disk. */
export function onDisk(disk: Partial<BlockDevice>, mounts: HostFacts['mounts'] = []): Partial<HostFacts> {
  const root = { target: '/', source: '/dev/sda1', fileSystem: 'ext4', options: 'rw', uuid: null };
  const sda = aDisk({ name: 'sda', transport: 'sata', rotational: true, holders: ['sda1'], ...disk });
  const sda1 = aDisk({ name: 'sda1', type: 'part', rotational: sda.rotational, mountPoints: ['/'] });
  return { blockDevices: [sda, sda1, aDisk({ mountPoints: ['/var/lib/etcd'] })], mounts: [root, ...mounts] };
}

/** What systemd tells of services, or of units of another kind by their whole name; docker.socket is asked for always. */
export function services(active: Readonly<Record<string, string>>): HostFacts['units'] {
  return Object.entries({ 'docker.socket': 'inactive', ...active }).map(([name, state]) => ({
    ...{ name, load: 'loaded', active: state, enabled: 'enabled' },
  }));
}
