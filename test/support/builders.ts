import type { BlockDevice, HostFacts } from '../../src/cluster/facts/facts.js';
import { roomPaths, type SystemFacts } from '../../src/cluster/facts/system-facts.js';
import type { NodeProbe } from '../../src/cluster/rerun/node-probe.js';
import {
  specificationSchema,
  type Specification,
  type SpecificationInput,
} from '../../src/cluster/specification/specification.js';
import type { StoragePlan, StorageTarget } from '../../src/cluster/storage/storage-plan.js';

/** The document's four nodes: three of them control planes, every one a worker. */
export const documentHosts: SpecificationInput['hosts'] = [
  { name: 'node1', address: '10.0.10.136', roles: ['control-plane', 'etcd', 'worker'] },
  { name: 'node2', address: '10.0.10.239', roles: ['control-plane', 'etcd', 'worker'] },
  { name: 'node3', address: '10.0.10.253', roles: ['control-plane', 'etcd', 'worker'] },
  { name: 'node4', address: '10.0.10.9', roles: ['worker'] },
];

/** A valid specification, that of the document unless something else is said. */
export function aSpecification(input: Partial<SpecificationInput> = {}): Specification {
  return specificationSchema.parse({ name: 'akash', hosts: documentHosts, ...input });
}

/** An empty 4 GB NVMe disk. */
export function aDisk(device: Partial<BlockDevice> = {}): BlockDevice {
  return {
    name: 'nvme0n1',
    type: 'disk',
    size: 4_000_000_000,
    serial: 'S0',
    wwn: null,
    model: 'QEMU NVMe',
    transport: 'nvme',
    rotational: false,
    removable: false,
    readOnly: false,
    signature: null,
    uuid: null,
    partitionTable: null,
    holders: [],
    mountPoints: [],
    byId: ['/dev/disk/by-id/nvme-S0'],
    usedBy: [],
    ...device,
  };
}

/** A host that fulfils every recommendation, also a worker's. */
export function someFacts(facts: Partial<HostFacts> = {}): HostFacts {
  return {
    hostname: 'node1',
    machineId: '0123456789abcdef0123456789abcdef',
    bootId: '11111111-2222-3333-4444-555555555555',
    operatingSystem: { id: 'ubuntu', versionId: '22.04', prettyName: 'Ubuntu 22.04.4 LTS' },
    kernel: '5.15.0-100-generic',
    architecture: 'x86_64',
    cpus: 8,
    memoryBytes: 16 * 1024 ** 3,
    rootDisk: { totalBytes: 500 * 10 ** 9, freeBytes: 400 * 10 ** 9 },
    python: '3.10.12',
    cgroupVersion: 2,

    swaps: [],
    searchDomains: [],
    addresses: ['10.0.10.136'],
    blockDevices: [],
    arrays: [],
    mounts: [],
    units: [],
    dataDirectories: [],
    fstab: '',
    mdadmConf: null,
    missingTools: [],
    system: someSystem(),
    ...facts,
  };
}

/** A system that nothing is wrong with. */
export function someSystem(system: Partial<SystemFacts> = {}): SystemFacts {
  const space = (path: string) => ({
    ...{ path, mountedAt: '/', totalBytes: 500e9, freeBytes: 400e9, inodes: 30e6, freeInodes: 29e6 },
  });
  return {
    init: 'systemd',
    hasResolvConf: true,
    hasResolvedFile: true,
    timeSynchronized: true,
    listeners: [{ protocol: 'tcp', address: '*', port: 22, process: 'sshd' }],
    interfaces: [{ name: 'eth0', mtu: 1500, addresses: ['10.0.10.136'] }],
    missingModules: [],
    space: roomPaths.map(space),
    unattendedUpgrades: { enabled: false, reboots: false },
    firewalls: [],
    ...system,
  };
}

/** A node on which kubeadm has never run, unless something else is said. */
export function aProbe(probe: Partial<NodeProbe> = {}): NodeProbe {
  return {
    host: 'node1',
    machineId: '0123456789abcdef0123456789abcdef',
    config: false,
    kubeletConf: false,
    bootstrapKubeletConf: false,
    adminConf: false,
    caCertificate: false,
    manifests: [],
    clientCertificate: 'none',
    kubeletIsActive: false,
    etcd: { hasData: false, health: null },
    cluster: null,
    ...probe,
  };
}

/** What is to become of one host's two disks. */
export function aTarget(target: Partial<StorageTarget> = {}): StorageTarget {
  return {
    host: 'node4',
    machineId: '0123456789abcdef0123456789abcdef',
    disks: [
      {
        serial: 'S0',
        wwn: null,
        byId: '/dev/disk/by-id/nvme-S0',
        model: 'QEMU NVMe',
        bytes: 1_600_321_314_816,
        nameThen: 'nvme0n1',
      },
      {
        serial: 'S1',
        wwn: null,
        byId: '/dev/disk/by-id/nvme-S1',
        model: 'QEMU NVMe',
        bytes: 1_600_321_314_816,
        nameThen: 'nvme1n1',
      },
    ],
    array: { name: 'md0', device: '/dev/md0', level: 'raid0', uuid: 'a96501a3:955faf1e:06f8087d:503e8c36' },
    fileSystem: {
      type: 'ext4',
      uuid: 'fdc1f0ba-7539-84f3-9605-8afbc8ede01d',
      mountOptions: ['defaults', 'discard', 'nofail'],
    },
    mountPoint: '/data',
    layout: 'bind',
    path: 'migrate',
    moves: [
      { from: '/var/lib/kubelet', to: '/data/kubelet', unit: 'kubelet.service' },
      { from: '/var/lib/containerd', to: '/data/containerd', unit: 'containerd.service' },
    ],
    reboots: true,
    ...target,
  };
}

/** A plan that waits for an approval. */
export function anApplyPlan(
  plan: Partial<Extract<StoragePlan, { kind: 'apply' }>> = {},
): Extract<StoragePlan, { kind: 'apply' }> {
  return {
    kind: 'apply',
    target: aTarget(),
    digest: 'sha256:1111111111111111111111111111111111111111111111111111111111111111',
    excluded: [{ name: 'sda', serial: 'ROOT', reasons: ['It is mounted at /.'] }],
    bytesToCopy: 43_000_000_000,
    commands: [
      'mdadm --create /dev/md0 --level=raid0 --raid-devices=2 /dev/disk/by-id/nvme-S0 /dev/disk/by-id/nvme-S1',
    ],
    advice: ['raid0 keeps no second copy.'],
    ...plan,
  };
}
