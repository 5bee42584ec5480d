import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { checkNames } from '../../../src/cluster/specification/check-names.js';
import type { BlockDevice, HostFacts } from '../../../src/cluster/facts/facts.js';
import type { ControlHostFacts, SystemFacts } from '../../../src/cluster/facts/system-facts.js';
import { makePlan } from '../../../src/cluster/plan/make-plan.js';
import { withOverrides } from '../../../src/cluster/checks/overrides.js';
import { preflight } from '../../../src/cluster/preflight/preflight.js';
import { preflightChecks, type PreflightCheck } from '../../../src/cluster/checks/preflight-checks.js';
import { roomPathsOf } from '../../../src/cluster/preflight/room-folders.js';
import { sudoFinding } from '../../../src/cluster/preflight/sudo.js';
import type { BlockedHost, Reachability } from '../../../src/cluster/network/reachability.js';
import type { SpecificationInput } from '../../../src/cluster/specification/specification.js';
import { checkSpecification } from '../../../src/cluster/specification/check.js';
import type { StoragePlan } from '../../../src/cluster/storage/storage-plan.js';
import { aDisk, anApplyPlan, aSpecification, someFacts, someSystem } from '../../support/builders.js';

type Role = SpecificationInput['hosts'][number]['roles'][number];

/** One host `w` beside a faultless control plane; everything that is said changes `w`. */
interface Scene {
  readonly facts?: Partial<HostFacts>;
  readonly system?: Partial<SystemFacts>;
  readonly specification?: Partial<SpecificationInput>;
  readonly variables?: NonNullable<SpecificationInput['kubespray']>['variables'];
  readonly roles?: readonly Role[];
  readonly release?: string;
  readonly reachability?: Reachability;
  readonly controlHost?: Partial<ControlHostFacts>;
  /** What else is known of the machine that is the control host. */
  readonly machine?: Partial<HostFacts>;
  readonly storage?: Readonly<Record<string, StoragePlan>>;
}

function specificationOf({ specification, variables, roles = ['worker'] }: Scene) {
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

function found(scene: Scene) {
  const { facts, system, release = 'v2.31.0', reachability, controlHost, machine, storage } = scene;
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
    storage,
  });
  return withOverrides(before, specification.overrides);
}

const goodControlHost = { hasGit: true, isInstalled: false, freeBytes: 9e9, mountedAt: '/' };

const told = (scene: Scene) =>
  found(scene).map(({ severity, check, host }) => `${severity} ${check} ${host ?? ''}`.trim());

const listener = (port: number, process: string | null, address = '*', protocol: 'tcp' | 'udp' = 'tcp') => ({
  ...{ protocol, address, port, process },
});
const space = (path: string, freeBytes: number, rest = {}) => ({
  ...{ path, mountedAt: path, totalBytes: 10e9, freeBytes, inodes: 1e6, freeInodes: 9e5, ...rest },
});
const blocked: BlockedHost = {
  host: 'w',
  direction: 'in',
  obstacle: 'timed-out',
  peers: ['cp1'],
  peerCount: 1,
  ports: [{ protocol: 'tcp', port: 10250, what: 'kubelet' }],
};

/** A host whose root file system is on a partition of one disk. */
function onDisk(disk: Partial<BlockDevice>, mounts: HostFacts['mounts'] = []): Partial<HostFacts> {
  const root = { target: '/', source: '/dev/sda1', fileSystem: 'ext4', options: 'rw', uuid: null };
  const sda = aDisk({ name: 'sda', transport: 'sata', rotational: true, holders: ['sda1'], ...disk });
  const sda1 = aDisk({ name: 'sda1', type: 'part', rotational: sda.rotational, mountPoints: ['/'] });
  return { blockDevices: [sda, sda1, aDisk({ mountPoints: ['/var/lib/etcd'] })], mounts: [root, ...mounts] };
}

/** What systemd tells of services, or of units of another kind by their whole name; docker.socket is asked for always. */
function services(active: Readonly<Record<string, string>>): HostFacts['units'] {
  return Object.entries({ 'docker.socket': 'inactive', ...active }).map(([name, state]) => ({
    ...{ name, load: 'loaded', active: state, enabled: 'enabled' },
  }));
}

/** For each check what it finds. Those without a scene are found by the tests of preflight.test.ts, or below. */
const scenes: Readonly<Record<PreflightCheck, readonly [Scene, 'error' | 'warning'][]>> = {
  'control-plane-count': [[{ roles: ['control-plane', 'worker'] }, 'error']],
  'control-plane-cpus': [[{ roles: ['control-plane'], facts: { cpus: 1 } }, 'error']],
  'control-plane-memory': [[{ roles: ['control-plane'], facts: { memoryBytes: 5e9 } }, 'warning']],
  'control-plane-disk': [
    [
      {
        roles: ['control-plane'],
        facts: { rootDisk: { totalBytes: 32e9, freeBytes: 9e9 } },
        system: { space: [] },
      },
      'warning',
    ],
  ],
  'worker-cpus': [[{ facts: { cpus: 3 } }, 'error']],
  'worker-memory': [[{ facts: { memoryBytes: 7e9 } }, 'error']],
  'worker-disk': [
    [{ facts: { rootDisk: { totalBytes: 50e9, freeBytes: 40e9 } }, system: { space: [] } }, 'error'],
  ],
  'kubespray-memory': [[{ facts: { memoryBytes: 1e9 } }, 'error']],
  'operating-system': [
    [{ facts: { operatingSystem: { id: 'debian', versionId: '12', prettyName: 'Debian' } } }, 'warning'],
  ],
  'kubespray-release': [],
  'kubernetes-version': [
    [{ facts: { kubernetes: { kubelet: '1.28.6', apiServer: null } } }, 'error'],
    [{ facts: { kubernetes: { kubelet: null, apiServer: '1.35.4' } }, release: 'v2.30.0' }, 'error'],
  ],
  architecture: [[{ facts: { architecture: 's390x' } }, 'error']],
  'init-system': [[{ system: { init: 'init' } }, 'error']],
  'kernel-version': [
    [{ facts: { kernel: '4.15.0-200-generic' } }, 'error'],
    [{ facts: { kernel: '5.12.9' }, variables: { kube_proxy_mode: 'nftables' } }, 'error'],
  ],
  'kernel-modules': [
    [{ system: { missingModules: ['br_netfilter'] } }, 'error'],
    [{ system: { refusedModules: [{ name: 'overlay', by: 'install /bin/false' }] } }, 'error'],
    [
      { system: { missingModules: ['raid10'] }, specification: { ephemeralStorage: { level: 'raid10' } } },
      'error',
    ],
  ],
  'cgroup-version': [
    [{ facts: { cgroupVersion: 1 } }, 'error'],
    [{ facts: { cgroupVersion: 1 }, release: 'v2.30.0' }, 'warning'],
    [{ facts: { cgroupVersion: 1 }, variables: { kubelet_fail_cgroup_v1: false } }, 'warning'],
  ],
  python: [
    [{ facts: { python: null } }, 'error'],
    [{ facts: { python: '3.7.3' } }, 'error'],
    [{ facts: { python: '3.12.3' }, release: 'v2.24.1' }, 'warning'],
  ],
  sudo: [],
  swap: [[{ facts: { swaps: ['/dev/sda2'] } }, 'warning']],
  clock: [[{ facts: { clock: { milliseconds: 3_000, uncertainty: 10, by: 'x' } } }, 'warning']],
  'time-synchronization': [[{ system: { timeSynchronized: false } }, 'warning']],
  'unattended-upgrades': [[{ system: { unattendedUpgrades: { enabled: true, reboots: true } } }, 'warning']],
  'machine-id': [[{ facts: { machineId: '' } }, 'error']],
  'host-name': [[{ facts: { hostname: 'h1' } }, 'warning']],
  'node-address': [[{ facts: { addresses: [] } }, 'error']],
  'ports-in-use': [[{ system: { listeners: [listener(10250, 'k3s-agent')] } }, 'error']],
  reachability: [
    [{ reachability: { blocked: [blocked], narrow: [] } }, 'error'],
    [{ reachability: { blocked: [], narrow: [], outdated: [blocked] } }, 'warning'],
    [
      {
        reachability: { blocked: [], narrow: [], outdated: [blocked] },
        specification: { firewall: { enabled: false } },
      },
      'error',
    ],
  ],
  mtu: [[{ system: { interfaces: [{ name: 'eth0', mtu: 9000, addresses: ['10.0.0.9'] }] } }, 'warning']],
  'path-mtu': [
    [
      { reachability: { blocked: [], narrow: [{ from: 'w', to: 'cp1', mtu: 9000, arrives: 1500 }] } },
      'warning',
    ],
  ],
  'search-domains': [[{ facts: { searchDomains: ['lan'] } }, 'warning']],
  'upstream-dns': [[{ specification: { dns: { upstream: ['127.0.0.53'] } } }, 'error']],
  'resolv-conf': [
    [{ system: { hasResolvConf: false } }, 'error'],
    [{ system: { hasResolvConf: false, resolvConfLink: '../nowhere' } }, 'error'],
    [{ system: { hasResolvedFile: false } }, 'error'],
    [{ variables: { kube_resolv_conf: '/etc/resolv.conf' } }, 'warning'],
  ],
  'other-cluster': [
    [
      {
        facts: {
          kubernetes: { kubelet: null, apiServer: null },
          units: [{ name: 'kubelet', load: 'loaded', active: 'active', enabled: 'enabled' }],
          kubeletIdentity: { nodeName: 'b', certificate: 'valid', authorities: [], apiServer: null },
        },
      },
      'error',
    ],
  ],
  'other-container-engine': [
    [{ facts: { units: services({ docker: 'active' }) } }, 'error'],
    [{ facts: { units: services({ crio: 'active' }) } }, 'error'],
  ],
  'other-firewall': [[{ system: { firewalls: ['ufw'] } }, 'warning']],
  'free-space': [
    [{ system: { space: [space('/tmp', 1.5e9)] } }, 'warning'],
    [{ system: { space: [space('/tmp', 0.9e9)] } }, 'error'],
    [{ system: { space: [space('/var/lib/kubelet', 1.4e9)] } }, 'warning'],
  ],
  'free-inodes': [[{ system: { space: [space('/tmp', 9e9, { freeInodes: 49_000 })] } }, 'warning']],
  'cluster-networks': [
    [{ variables: { kube_pods_subnet: '10.0.0.0/16' } }, 'error'],
    [{ variables: { kube_pods_subnet: '10.233.0.0/16' } }, 'error'],
    [{ variables: { kube_service_addresses: '10.233.0.1/18' } }, 'error'],
    [{ system: { interfaces: [{ name: 'wg0', mtu: 1420, addresses: ['10.233.64.7'] }] } }, 'error'],
    [
      {
        variables: { kube_pods_subnet: '10.233.64.0/24' },
        specification: { firewall: { networkPlugin: 'cilium' } },
      },
      'error',
    ],
  ],
  'kubespray-variables': [
    [{ variables: { kube_proxy_mode: 'ebpf' } }, 'error'],
    [{ variables: { helm_enabled: 'true' } }, 'error'],
    [{ variables: { download_localhost: true } }, 'error'],
    [{ variables: { container_manager: 'crio' } }, 'error'],
    [{ variables: { etcd_deployment_type: 'kubeadm' } }, 'error'],
    [{ variables: { kube_external_ca_mode: true, auto_renew_certificates: true } }, 'error'],
    [{ variables: { kubelet_static_pod_path: '/etc/kubernetes/manifests' } }, 'error'],
    [{ variables: { cloud_provider: 'aws' } }, 'error'],
    [{ variables: { calico_ipip_mode: 'Always' } }, 'error'],
    [
      { variables: { kubelet_max_pods: 400 }, specification: { firewall: { networkPlugin: 'flannel' } } },
      'error',
    ],
    [
      {
        specification: {
          kubespray: { autoRenewCertificates: true, variables: { kube_external_ca_mode: true } },
        },
      },
      'error',
    ],
  ],
  // Made with the release and the storage plan; see variable-findings.test.ts and choose-release.test.ts.
  'group-variables': [],
  'control-host-python': [],
  'control-host-git': [[{ controlHost: { hasGit: false } }, 'error']],
  'control-host-space': [
    [{ controlHost: { freeBytes: 1.9e9 } }, 'warning'],
    [{ controlHost: { freeBytes: 0.9e9 } }, 'error'],
  ],
  'etcd-disk': [[{ roles: ['control-plane', 'etcd'], facts: onDisk({}) }, 'warning']],
  gpu: [[{ facts: { nvidia: { devices: 1, driver: true, runtime: true } } }, 'warning']],
  gvisor: [[{ variables: { gvisor_enabled: true } }, 'warning']],
  'control-host': [
    [{ specification: { controlHost: { address: '10.0.0.9' } } }, 'warning'],
    [{ machine: { machineId: 'm9', bootId: 'b9' } }, 'warning'],
    [{ machine: { machineId: 'm9', bootId: 'b9' }, storage: { w: anApplyPlan() } }, 'error'],
  ],
};

const all = Object.entries(scenes).flatMap(([check, list]) =>
  list.map(([scene, severity]) => [check as PreflightCheck, severity, scene] as const),
);

describe('each check', () => {
  it('finds nothing on a host that nothing is wrong with', () => {
    expect(told({})).toEqual([]);
  });

  it.each(all)(
    '%s is an %s that says what is, what should be, and how to mend it',
    (check, severity, scene) => {
      const finding = found(scene).find((one) => one.check === check);
      expect(finding).toMatchObject({ severity, overridden: null });
      expect(preflightChecks[check].severity).toContain(severity);
      for (const text of [finding?.is, finding?.shouldBe, finding?.mend]) expect(text).toMatch(/\S{2}/);
    },
  );

  it.each(all)('%s (%s) is overridden by its name, and the reason is kept', (check, _, scene) => {
    const overrides = [{ check, reason: 'seen and accepted' }];
    const overridden = found({ ...scene, specification: { ...scene.specification, overrides } });
    expect(overridden.filter((one) => one.check === check).map((one) => one.overridden)).toEqual(
      expect.arrayContaining(['seen and accepted']),
    );
    expect(overridden.every((one) => (one.check === check) === (one.overridden !== null))).toBe(true);
  });

  it('has a name that overrides may use; another is refused with the one that is meant', () => {
    expect(
      Object.keys(preflightChecks).filter((name) => !(checkNames as readonly string[]).includes(name)),
    ).toEqual([]);
    const overrides = [{ check: 'port-in-use', reason: 'a reason' }];
    expect(checkSpecification({ name: 'x', hosts: specificationOf({}).hosts, overrides })).toMatchObject({
      problems: [{ message: expect.stringContaining('did you mean ports-in-use?') as string }],
    });
  });

  it('about sudo and the release is overridden likewise', () => {
    const { overrides } = aSpecification({
      overrides: ['sudo', 'kubespray-release'].map((check) => ({ check, reason: 'seen' })),
    });
    const sudo = sudoFinding({ host: 'w', said: 'sudo: a password is required', mend: 'Allow it.' });
    expect(withOverrides([sudo], overrides)).toMatchObject([{ severity: 'error', overridden: 'seen' }]);
    const plan = makePlan(aSpecification({ overrides, kubespray: { release: 'v9.9.9' } }), {
      ...{ facts: {}, controlHost: undefined, reachability: undefined },
    });
    expect(plan.findings).toMatchObject([{ check: 'kubespray-release', overridden: 'seen' }]);
  });
});

describe('ports in use', () => {
  const inUse = (listeners: SystemFacts['listeners'], scene: Scene = {}) =>
    found({ ...scene, system: { listeners } }).map(({ is }) => is);

  it.each([
    ['kubelet', listener(10250, 'kubelet')],
    ['the proxy to the API servers', listener(6443, 'nginx', '127.0.0.1')],
    ['the kernel’s VXLAN', listener(4789, null, '*', 'udp')],
    ['systemd-resolved, at an address of its own', listener(53, 'systemd-resolve', '127.0.0.53')],
    ['an etcd where none is asked for', listener(2379, 'mysqld')],
    ['what has another address than the health of node-local DNS', listener(9254, 'exporter', '127.0.0.1')],
    ['node-local DNS', listener(9253, 'node-cache')],
    ['what a cancelled look at the hosts has not taken down yet', listener(10250, 'slipway-reach')],
  ])('are right for %s', (_, one) => {
    expect(inUse([one])).toEqual([]);
  });

  it.each([
    ['tcp 10250 (kubelet) is in use by k3s-agent', listener(10250, 'k3s-agent', '127.0.0.1')],
    ['tcp 10250 (kubelet) is in use by the kernel', listener(10250, null)],
    ['tcp 53 (node-local DNS) is in use by dnsmasq', listener(53, 'dnsmasq')],
    ['tcp 9253 (node-local DNS metrics) is in use by exporter', listener(9253, 'exporter')],
    ['tcp 9254 (node-local DNS health) is in use by exporter', listener(9254, 'exporter')],
    ['tcp 8081 (health of the proxy to the API servers) is in use by java', listener(8081, 'java')],
    ['udp 4789 (Calico VXLAN) is in use by openvpn', listener(4789, 'openvpn', '*', 'udp')],
  ])('are told: %s', (is, one) => {
    expect(inUse([one])).toEqual([is]);
  });

  describe('by parts of Kubernetes', () => {
    const part = (port: number, process: string, unit?: string) => ({ ...listener(port, process), unit });
    const roles = ['control-plane', 'etcd', 'worker'] as const;
    const overrides = [{ check: 'control-plane-count', reason: 'not meant here' }];
    const taken = (listeners: SystemFacts['listeners'], kubernetes: HostFacts['kubernetes'] = null) =>
      found({ roles, specification: { overrides }, system: { listeners }, facts: { kubernetes } }).filter(
        ({ check }) => check === 'ports-in-use',
      );

    it.each([
      ['kubelet', [part(10250, 'kubelet', 'rke2-server.service')], 'rke2-server.service'],
      ['etcd', [part(2379, 'etcd', 'k0scontroller.service')], 'k0scontroller.service'],
      ['kube-apiserver', [part(6443, 'kube-apiserver', 'k0scontroller.service')], 'k0scontroller.service'],
    ])('that another Kubernetes has started are told: %s', (process, listeners, unit) => {
      const [finding] = taken(listeners);
      expect(finding?.is).toContain(`is in use by ${process} of ${unit}`);
      expect(finding?.mend).toBe(
        `Another Kubernetes is on the host: take it off by its own uninstaller, with ${unit}, or leave the host out.`,
      );
    });

    it('are told beside what is no part of Kubernetes, each with its way', () => {
      const [finding] = taken([part(10250, 'kubelet', 'k0sworker.service'), listener(2379, 'mysqld')]);
      expect(finding?.is).toBe(
        'tcp 2379 (etcd clients) is in use by mysqld, tcp 10250 (kubelet) is in use by kubelet of k0sworker.service',
      );
      expect(finding?.mend).toMatch(
        /^Stop and disable mysqld, or .* Another Kubernetes .* k0sworker\.service/,
      );
    });

    it('that Kubespray has started are right, however far it has come', () => {
      const etcd = [part(2379, 'etcd', 'etcd.service'), part(2380, 'etcd', 'etcd.service')];
      const kubelet = [part(10250, 'kubelet', 'kubelet.service'), part(10248, 'kubelet', 'kubelet.service')];
      const pods = [
        part(6443, 'kube-apiserver'),
        part(10257, 'kube-controller'),
        part(10259, 'kube-scheduler'),
      ];
      expect(taken(etcd)).toEqual([]);
      expect(taken([...etcd, ...kubelet])).toEqual([]);
      expect(taken([...etcd, ...kubelet, ...pods])).toEqual([]);
      expect(taken([part(10257, 'kube-controller', 'kube-controller-manager.service')])).toEqual([]);
    });

    it('are right on a node of kubeadm’s, and where nobody has looked whether it is one', () => {
      const odd = [part(10250, 'kubelet', 'own-kubelet.service')];
      expect(taken(odd)).toHaveLength(1);
      expect(taken(odd, { kubelet: '1.35.4', apiServer: null })).toEqual([]);
      expect(found({ system: { listeners: odd } })).toEqual([]);
    });
  });

  it('depend on roles and settings', () => {
    const roles = ['control-plane', 'etcd', 'worker'] as const;
    const overrides = [{ check: 'control-plane-count', reason: 'not meant here' }];
    const is = inUse([listener(2379, 'mysqld'), listener(7443, 'java')], {
      ...{ roles, variables: { kube_apiserver_port: 7443 }, specification: { overrides } },
    });
    expect(is.at(-1)).toBe(
      'tcp 2379 (etcd clients) is in use by mysqld, tcp 7443 (API server) is in use by java',
    );
  });
});

describe('search domains', () => {
  const domains = (searchDomains: string[], variables: Scene['variables'] = {}) =>
    found({ facts: { searchDomains }, variables }).map(({ is }) => is);

  it('that Kubespray writes are right, and others beside them are told alone', () => {
    const own = ['cluster.local', 'default.svc.cluster.local', 'svc.cluster.local.'];
    expect(domains(own)).toEqual([]);
    expect(domains([...own, 'lan'])).toEqual(['search domains lan']);
  });

  it.each([
    [{ dns_domain: 'k8s.example' }, 'k8s.example'],
    [{ cluster_name: 'blue.example' }, 'blue.example'],
    [{ cluster_name: 'blue.example', dns_domain: '{{ cluster_name }}' }, 'blue.example'],
  ])('are those of the cluster’s own domain by %j', (variables, domain) => {
    expect(domains([`default.svc.${domain}`, `SVC.${domain}`], variables)).toEqual([]);
    expect(domains(['svc.cluster.local'], variables)).toEqual(['search domains svc.cluster.local']);
  });

  it('that the operator asks for are right', () => {
    expect(domains(['corp.example', 'lan'], { searchdomains: ['corp.example'] })).toEqual([
      'search domains lan',
    ]);
    expect(domains(['corp.example'], { searchdomains: 'corp.example' })).toEqual([
      'search domains corp.example',
    ]);
  });
});

describe('the file of name servers', () => {
  const system = (id: string, versionId: string) => ({ id, versionId, prettyName: `${id} ${versionId}` });
  const files = (scene: Scene) =>
    found(scene)
      .filter(({ check, host }) => check === 'resolv-conf' && host === 'w')
      .map(({ severity, is }) => `${severity}: ${is}`);
  const missing = 'error: no /run/systemd/resolve/resolv.conf';

  it.each([
    ['ubuntu', '20.04', 'v2.24.1', [missing]],
    ['ubuntu', '22.04', 'v2.24.1', [missing]],
    ['ubuntu', '22.04', 'v2.31.0', [missing]],
    ['ubuntu', '24.04', 'v2.24.3', []],
    ['ubuntu', '24.04', 'v2.25.0', [missing]],
    ['ubuntu', '24.04', 'v2.31.0', [missing]],
    ['ubuntu', '26.04', 'v2.31.0', []],
    ['fedora', '40', 'v2.31.0', [missing]],
    ['debian', '12', 'v2.31.0', []],
    ['debian', '24', 'v2.31.0', []],
  ])(
    'is systemd-resolved’s on %s %s by Kubespray %s, as its folder of variables says',
    (id, number, release, is) => {
      const facts = { operatingSystem: system(id, number) };
      expect(files({ facts, release, system: { hasResolvedFile: false } })).toEqual(is);
      expect(files({ facts, release })).toEqual([]);
    },
  );

  it('is not judged by facts of an earlier version, nor where no release is chosen', () => {
    const variables = { kube_resolv_conf: '/etc/resolv.conf' };
    const earlier = someSystem({ hasResolvedFile: undefined });
    const facts = { w: someFacts({ system: earlier, addresses: ['10.0.0.9'] }) };
    const specification = specificationOf({ variables });
    expect(preflight({ specification, facts, release: 'v2.31.0' })).toEqual([]);
    const without = {
      w: someFacts({ addresses: ['10.0.0.9'], system: someSystem({ hasResolvedFile: false }) }),
    };
    expect(preflight({ specification, facts: without })).toEqual([]);
  });

  it('is told apart from a link to nothing, with what brings it back', () => {
    const link = (resolvConfLink: string) => found({ system: { hasResolvConf: false, resolvConfLink } })[0];
    expect(link('../run/systemd/resolve/stub-resolv.conf')).toMatchObject({
      is: '/etc/resolv.conf is a link to ../run/systemd/resolve/stub-resolv.conf, and nothing is there',
      mend: 'systemctl enable --now systemd-resolved, which writes it.',
    });
    expect(link('nowhere')?.mend).toContain('Write one that names a server');
  });

  it('is not another one because a variable says so', () => {
    const own = (kube_resolv_conf: string, id = 'ubuntu') =>
      files({ variables: { kube_resolv_conf }, facts: { operatingSystem: system(id, '22.04') } });
    expect(own('/etc/kubelet-resolv.conf')).toEqual([
      'warning: kube_resolv_conf: "/etc/kubelet-resolv.conf", which has no effect on ubuntu 22.04',
    ]);
    expect(own('/run/systemd/resolve/resolv.conf')).toEqual([]);
    expect(own('/etc/kubelet-resolv.conf', 'debian')).toEqual([]);
    const variables = { kube_resolv_conf: '/etc/resolv.conf' };
    const both = found({ variables, system: { hasResolvedFile: false } });
    expect(both.filter(({ host }) => host === 'w')).toMatchObject([
      {
        severity: 'error',
        mend: expect.stringContaining('systemctl enable --now systemd-resolved') as string,
      },
    ]);
    expect(both.at(-1)?.mend).toContain('kube_resolv_conf changes nothing here');
  });
});

describe('kernel modules', () => {
  const overlay = { name: 'overlay', by: 'install /bin/false' };
  const vxlan = { name: 'vxlan', by: 'install /bin/false' };
  const dummy = { name: 'dummy', by: 'kernel.modules_disabled' };
  const modules = (system: Partial<SystemFacts>, scene: Scene = {}) =>
    found({ ...scene, facts: { kernel: '6.1.0', ...scene.facts }, system });

  it('that modprobe’s configuration keeps out are told with the line that does it', () => {
    expect(modules({ refusedModules: [overlay, vxlan] })).toMatchObject([
      {
        is: 'overlay, vxlan kept out of Linux 6.1.0 by install /bin/false',
        mend: 'Take the lines that keep them out: grep -r install /etc/modprobe.d /usr/lib/modprobe.d shows where they are.',
      },
    ]);
  });

  it('that the kernel takes no more are told with the setting, which only a restart takes back', () => {
    const [finding] = modules({ refusedModules: [dummy] });
    expect(finding?.is).toBe('dummy kept out of Linux 6.1.0 by kernel.modules_disabled');
    expect(finding?.mend).toMatch(/^Take kernel\.modules_disabled out of .* and restart the host/);
  });

  it('of every kind are one finding', () => {
    const [finding, ...more] = modules({
      missingModules: ['raid0', 'nf_conntrack'],
      refusedModules: [overlay, dummy],
    });
    expect(more).toEqual([]);
    expect(finding?.is).toBe(
      'no nf_conntrack in Linux 6.1.0; overlay kept out of it by install /bin/false; dummy kept out of it by kernel.modules_disabled',
    );
    expect(finding?.mend).toMatch(/linux-modules-extra.*modprobe\.d.*modules_disabled/);
  });

  const refused = (names: readonly string[]) => ({
    refusedModules: names.map((name) => ({ name, by: 'install /bin/true' })),
  });
  const needed = (names: readonly string[], variables: Scene['variables']) =>
    modules(refused(names), { variables }).flatMap(({ is }) =>
      (/^(.*) kept out/.exec(is)?.[1] ?? '').split(', '),
    );

  // kube_proxy_ipvs_modules is the same in all releases from v2.24.1 to v2.31.0.
  const schedulers = ['ip_vs_rr', 'ip_vs_wrr', 'ip_vs_sh', 'ip_vs_wlc', 'ip_vs_lc'];
  it('of ip_vs are all those that Kubespray loads', () => {
    expect(needed(['ip_vs', ...schedulers], {})).toEqual(['ip_vs', ...schedulers]);
    expect(needed(schedulers, { kube_proxy_mode: 'iptables' })).toEqual([]);
    expect(needed(schedulers, { kube_proxy_ipvs_modules: ['ip_vs', 'ip_vs_rr'] })).toEqual(['ip_vs_rr']);
  });

  it.each<[readonly string[], Scene['variables']]>([
    [['vxlan'], {}],
    [['vxlan'], { calico_network_backend: 'bird' }],
    [['vxlan'], { calico_vxlan_mode: 'CrossSubnet' }],
    [[], { calico_vxlan_mode: 'Never' }],
    [['ipip'], { calico_vxlan_mode: 'Never', calico_ipip_mode: 'Always' }],
    [['ipip'], { calico_vxlan_mode: 'Never', calico_ipip_mode: 'CrossSubnet' }],
    [['vxlan'], { kube_network_plugin: 'flannel', calico_vxlan_mode: 'Never', calico_ipip_mode: 'Always' }],
    [[], { kube_network_plugin: 'cni' }],
  ])('of encapsulations are %j with %j', (names, variables) => {
    expect(needed(['vxlan', 'ipip'], variables)).toEqual(names);
  });

  it('are told only where the settings need them', () => {
    const variables = { kube_proxy_mode: 'iptables', enable_nodelocaldns: false };
    const refusedModules = ['ip_vs', 'dummy', 'raid1'].map((name) => ({ name, by: 'install /bin/true' }));
    expect(modules({ refusedModules }, { variables })).toEqual([]);
    expect(modules({ refusedModules: [overlay] }, { variables: { ignore_assert_errors: true } })).toEqual([]);
  });
});

describe('upgrades that happen by themselves', () => {
  const mendOf = (unattendedUpgrades: SystemFacts['unattendedUpgrades']) =>
    found({ system: { unattendedUpgrades } }).map(({ mend }) => mend);

  it('are ended by what starts them: the timer, or the value that it asks for', () => {
    const timer = { enabled: true, reboots: false, startedBy: ['apt-daily-upgrade.timer'] };
    expect(mendOf(timer)).toEqual([
      'systemctl disable --now apt-daily-upgrade.timer, or write APT::Periodic::Unattended-Upgrade "0"; into ' +
        '/etc/apt/apt.conf.d/99-no-unattended-upgrades, which apt reads after its other files.',
    ]);
    expect(mendOf({ enabled: true, reboots: false })).toEqual(mendOf(timer));
    expect(mendOf({ ...timer, reboots: true })[0]).toContain('Unattended-Upgrade::Automatic-Reboot "false";');
  });

  it('are ended in the table of cron where they are started, because it asks for no value', () => {
    const [mend] = mendOf({ enabled: true, reboots: false, startedBy: ['/etc/cron.d/upgrades'] });
    expect(mend).toBe('Take unattended-upgrade out of /etc/cron.d/upgrades.');
  });
});

describe('choices of variables', () => {
  const judged = (variables: Scene['variables'], release: string) =>
    found({ variables, release })
      .filter(({ check }) => check === 'kubespray-variables')
      .map(({ is, shouldBe }) => `${is}: ${shouldBe}`);

  // By roles/kubernetes/preinstall (up to v2.27.1) and roles/validate_inventory (from v2.28.0) at both tags of each border.
  it.each([
    ['kube_network_plugin', 'none', 'v2.26.1', 'v2.27.0'],
    ['kube_proxy_mode', 'nftables', 'v2.27.1', 'v2.28.0'],
  ])('%s: %s stops %s, and %s takes it', (name, value, refusing, taking) => {
    expect(judged({ [name]: value }, refusing)).toEqual([
      expect.stringMatching(new RegExp(`^${name}: "${value}": one of .*, or Kubespray ${refusing} stops$`)),
    ]);
    expect(judged({ [name]: value }, taking)).toEqual([]);
  });

  it('kube_network_plugin: weave is gone from v2.29.0 on', () => {
    expect(judged({ kube_network_plugin: 'weave' }, 'v2.28.1')).toEqual([]);
    expect(judged({ kube_network_plugin: 'weave' }, 'v2.29.0')).toEqual([
      'kube_network_plugin: "weave": one of calico, flannel, cloud, cilium, cni, kube-ovn, kube-router, macvlan, custom_cni, none, or Kubespray v2.29.0 stops',
    ]);
  });

  it('deploy_netchecker is unknown to v2.31.0, and may be anything', () => {
    expect(judged({ deploy_netchecker: 'no' }, 'v2.30.0')).toHaveLength(1);
    expect(judged({ deploy_netchecker: 'no' }, 'v2.31.0')).toEqual([]);
  });

  // `when: cloud_provider is defined` up to v2.26.1, `when: cloud_provider` from v2.27.0 on.
  it.each([
    ['aws', 'v2.27.0', 'v2.26.1', 'external'],
    ['', 'v2.26.1', 'v2.27.0', 'gce, aws, azure, openstack, vsphere, oci, external'],
    [null, 'v2.26.1', 'v2.27.0', 'gce, aws, azure, openstack, vsphere, oci, external'],
  ])('cloud_provider: %j stops %s, and %s takes it', (cloud_provider, refusing, taking, known) => {
    expect(judged({ cloud_provider }, refusing)).toEqual([
      `cloud_provider: ${JSON.stringify(cloud_provider)}: one of ${known}, or Kubespray ${refusing} stops`,
    ]);
    expect(judged({ cloud_provider }, taking)).toEqual([]);
    expect(judged({ cloud_provider, ignore_assert_errors: true }, refusing)).toEqual([]);
  });

  it.each([
    [{}, 'v2.26.1', true],
    [{}, 'v2.27.0', false],
    [{}, 'v2.31.0', false],
    [{ external_cloud_provider: 'manual' }, 'v2.27.0', false],
    [{ external_cloud_provider: 'manual' }, 'v2.27.1', true],
    [{ external_cloud_provider: 'aws' }, 'v2.26.1', true],
    [{ external_cloud_provider: 'aws' }, 'v2.31.0', false],
    [{ external_cloud_provider: '{{ mine }}' }, 'v2.31.0', true],
  ])('cloud_provider: external with %j: %s takes it: %s', (variables, release, isRight) => {
    const all = { cloud_provider: 'external', ...variables };
    expect(judged(all, release)).toHaveLength(isRight ? 0 : 1);
    expect(judged({ ...variables }, release)).toEqual([]);
  });

  it.each([
    ['containerd_config', ['v2.24.1', 'v2.27.1'], ['v2.28.0', 'v2.31.0']],
    ['etcd_kubeadm_enabled', ['v2.28.0', 'v2.28.1'], ['v2.24.1', 'v2.27.1', 'v2.29.0']],
    ['kubelet_static_pod_path', ['v2.31.0'], ['v2.24.1', 'v2.30.0']],
  ])('%s is removed in %j, and stops it whatever it says', (name, refusing, taking) => {
    for (const release of refusing) {
      for (const value of ['{{ mine }}', false]) {
        expect(judged({ [name]: value }, release)).toEqual([
          `${name}: ${JSON.stringify(value)}: not there at all, or Kubespray ${release} stops`,
        ]);
      }
    }
    for (const release of taking) expect(judged({ [name]: false }, release)).toEqual([]);
  });

  it('are those of the nearest release where the release is not known', () => {
    expect(judged({ kube_proxy_mode: 'nftables' }, 'v2.27.9')).toHaveLength(1);
    expect(judged({ kube_proxy_mode: 'nftables' }, 'v2.40.0')).toEqual([]);
  });
});

describe('the cluster’s own networks', () => {
  const own = { name: 'eth0', mtu: 1500, addresses: ['10.0.0.9', 'fd00::9'] };
  const judged = (addresses: Readonly<Record<string, readonly string[]>>, scene: Scene = {}) => {
    const more = Object.entries(addresses).map(([name, list]) => ({ name, mtu: 1500, addresses: [...list] }));
    return found({ ...scene, system: { interfaces: [own, ...more] } }).map(({ is }) => is);
  };

  it('hold no other address of a host either, and each is told with its interface', () => {
    expect(
      judged({ wg0: ['10.233.64.7'], docker0: ['10.233.0.1', '192.168.1.1'], eth1: ['10.233.70.1'] }),
    ).toEqual([
      'w (10.233.0.1 of docker0) in the network of services, "10.233.0.0/18"',
      'w (10.233.64.7 of wg0, 10.233.70.1 of eth1) in the network of pods, "10.233.64.0/18"',
    ]);
    expect(judged({ 'br-calico': ['10.233.64.7'] })).toHaveLength(1);
    expect(judged({ 'cni-podman0': ['10.233.64.7'] })).toHaveLength(1);
  });

  it('name a host alone whose address for the others is in them', () => {
    const variables = { kube_pods_subnet: '10.0.0.8/29' };
    expect(judged({ eth1: ['10.0.0.10'] }, { variables })).toEqual([
      'w in the network of pods, "10.0.0.8/29"',
    ]);
  });

  it.each([
    [
      'Calico',
      { 'vxlan.calico': ['10.233.64.0'], 'wireguard.cali': ['10.233.64.1'], cali12ab: ['10.233.64.2'] },
    ],
    ['Calico with IP in IP', { tunl0: ['10.233.64.0'] }],
    ['Cilium', { cilium_host: ['10.233.64.24'], cilium_wg0: ['10.233.64.25'], lxc_health: ['10.233.64.26'] }],
    ['Flannel', { 'flannel.1': ['10.233.64.0'], 'flannel-wg': ['10.233.64.0'], cni0: ['10.233.64.1'] }],
    ['kube-router', { 'kube-bridge': ['10.233.64.1'], 'kube-dummy-if': ['10.233.0.1'] }],
    ['Weave, Kube-OVN and macvlan', { weave: ['10.233.64.1'], ovn0: ['10.233.64.2'], mac0: ['10.233.64.3'] }],
    ['kube-proxy', { 'kube-ipvs0': ['10.233.0.1', '10.233.0.3'], nodelocaldns: ['10.233.0.3'] }],
  ])('have the addresses that a node got from them: %s', (_, addresses) => {
    expect(judged(addresses)).toEqual([]);
  });
});

describe('variables of Calico', () => {
  const judged = (variables: Scene['variables'], scene: Scene = {}) =>
    found({ ...scene, variables }).map(({ is, shouldBe }) => `${is}: ${shouldBe}`);
  const exclusive =
    'Never, or beside calico_vxlan_mode: Never, which is Always unless it is set, or Kubespray stops';

  // By roles/network_plugin/calico/tasks/check.yml, the same in all releases from v2.24.1 to v2.31.0.
  it.each<[NonNullable<Scene['variables']>, string]>([
    [{ calico_network_backend: 'ipip' }, 'one of bird, vxlan, none, or Kubespray stops'],
    [{ calico_ipip_mode: 'always' }, 'one of Always, CrossSubnet, Never, or Kubespray stops'],
    [{ calico_vxlan_mode: false }, 'one of Always, CrossSubnet, Never, or Kubespray stops'],
    [{ calico_ipip_mode: 'Always' }, exclusive],
    [{ calico_ipip_mode: 'CrossSubnet', calico_vxlan_mode: 'CrossSubnet' }, exclusive],
    [{ ipip: true }, 'not there at all, or Kubespray stops'],
    [{ ipip_mode: 'Always' }, 'not there at all, or Kubespray stops'],
    [{ calcio_ipam_autoallocateblocks: true }, 'not there at all, or Kubespray stops'],
  ])('stop Kubespray: %j', (variables, shouldBe) => {
    const [[name, value] = []] = Object.entries(variables);
    for (const release of ['v2.24.1', 'v2.31.0']) {
      expect(judged(variables, { release })).toContain(`${name}: ${JSON.stringify(value)}: ${shouldBe}`);
    }
    expect(judged({ ...variables, kube_network_plugin: 'flannel' })).toEqual([]);
    expect(judged({ ...variables, kube_network_plugin: '{{ mine }}' })).toEqual([]);
  });

  it.each([
    { calico_network_backend: 'bird' },
    { calico_network_backend: 'none' },
    { calico_vxlan_mode: 'CrossSubnet' },
    { calico_ipip_mode: 'Never', calico_vxlan_mode: 'Always' },
    { calico_ipip_mode: 'Always', calico_vxlan_mode: 'Never' },
    { calico_ipip_mode: 'Always', calico_vxlan_mode: '{{ mine }}' },
    { calico_ipip_mode: '{{ mine }}' },
  ])('do not stop it: %j', (variables) => {
    expect(judged(variables)).toEqual([]);
  });
});

describe('pods on a node', () => {
  const judged = (variables: NonNullable<Scene['variables']>) =>
    found({ variables: { kube_network_plugin: 'flannel', ...variables } })
      .filter(({ check }) => check === 'kubespray-variables')
      .map(({ is, shouldBe }) => `${is}: ${shouldBe}`);

  it.each([
    [{ kubelet_max_pods: 400 }, 'kubelet_max_pods 400 with kube_network_node_prefix 24', 254],
    [{ kubelet_max_pods: '255' }, 'kubelet_max_pods 255 with kube_network_node_prefix 24', 254],
    [{ kube_network_node_prefix: 26 }, 'kubelet_max_pods 110 with kube_network_node_prefix 26', 62],
    [
      { kubelet_max_pods: 400, kube_network_plugin: 'cni' },
      'kubelet_max_pods 400 with kube_network_node_prefix 24',
      254,
    ],
  ])('have an address each: %j', (variables, is, room) => {
    expect(judged(variables)).toEqual([
      `${is}: at most ${room} pods, because a node has so many addresses for them, or Kubespray stops`,
    ]);
  });

  it.each([
    { kubelet_max_pods: 254 },
    { kubelet_max_pods: 400, kube_network_node_prefix: 23 },
    { kubelet_max_pods: 400, kube_network_plugin: 'calico' },
    { kubelet_max_pods: 400, kube_network_plugin: 'none' },
    { kubelet_max_pods: 400, kube_network_plugin: '{{ mine }}' },
    { kubelet_max_pods: '{{ mine }}' },
    { kubelet_max_pods: 400, kube_network_node_prefix: '{{ mine }}' },
    { kubelet_max_pods: 400, ipv4_stack: false },
    { kubelet_max_pods: 400, ignore_assert_errors: true },
  ])('are enough for Kubespray with %j', (variables) => {
    expect(judged(variables)).toEqual([]);
  });
});

describe('certificates of an external CA', () => {
  const judged = (kubespray: SpecificationInput['kubespray']) =>
    found({ specification: { kubespray } }).map(({ is, mend }) => `${is}. ${mend}`);
  const variables = { kube_external_ca_mode: true };

  it('are not to be renewed, whichever way it is asked for', () => {
    expect(judged({ autoRenewCertificates: true, variables })).toEqual([
      'kubespray.autoRenewCertificates: true. Take it out, or say false.',
    ]);
    expect(judged({ variables: { ...variables, auto_renew_certificates: true } })).toEqual([
      'auto_renew_certificates: true. Correct auto_renew_certificates in kubespray.variables.',
    ]);
  });

  it('are not where nobody asks, or the variable has the last word', () => {
    expect(judged({ variables })).toEqual([]);
    expect(judged({ autoRenewCertificates: false, variables })).toEqual([]);
    expect(judged({ autoRenewCertificates: true, variables: { kube_external_ca_mode: false } })).toEqual([]);
    const own = { ...variables, auto_renew_certificates: false };
    expect(judged({ autoRenewCertificates: true, variables: own })).toEqual([]);
  });
});

describe('a template', () => {
  it.each([
    { kube_proxy_mode: '{{ mode }}' },
    { dns_mode: '{% if a %}none{% else %}coredns{% endif %}' },
    { helm_enabled: '{{ mine | bool }}' },
    { container_manager: '{{ manager }}' },
    { etcd_deployment_type: '{{ type }}' },
    { download_localhost: true, download_run_once: '{{ once }}' },
    { kube_external_ca_mode: true, auto_renew_certificates: '{{ renew }}' },
    { kube_pods_subnet: '{{ pods }}' },
    { kube_service_addresses: '{{ services }}' },
  ])('cannot be judged: %j', (variables) => {
    expect(told({ variables })).toEqual([]);
  });

  it('says nothing of the room for nodes', () => {
    const specification = { firewall: { networkPlugin: 'cilium' as const } };
    expect(told({ variables: { kube_network_node_prefix: '{{ prefix }}' }, specification })).toEqual([]);
  });
});

describe('kube_version', () => {
  const ofForm = (kube_version: string | number, release: string) =>
    found({ variables: { kube_version }, release }).filter(({ check }) => check === 'kubespray-variables');

  it.each([
    ['v1.31.9', 'v2.27.1'],
    ['v1.28.6', 'v2.24.1'],
    ['1.32.5', 'v2.28.0'],
    ['1.35.4', 'v2.31.0'],
    ['1.36.1', 'v2.32.0'],
    ['{{ mine }}', 'v2.31.0'],
  ])('%s has the form of %s', (version, release) => {
    expect(ofForm(version, release)).toEqual([]);
  });

  it.each<[string | number, string, string]>([
    ['1.31.9', 'v2.27.1', 'v1.31.9'],
    ['v1.32.5', 'v2.28.0', '1.32.5'],
    ['v1.35.4', 'v2.31.0', '1.35.4'],
    ['1.32', 'v2.28.1', '1.32.8'],
    [1.31, 'v2.27.1', 'v1.31.9'],
  ])('%s has not that of %s, which has %s', (version, release, right) => {
    expect(ofForm(version, release)).toMatchObject([
      {
        ...{ host: null, severity: 'error', is: `kube_version: ${JSON.stringify(version)}` },
        shouldBe: `of the form ${right}, ${right.startsWith('v') ? 'with' : 'without'} a v before it, for Kubespray ${release}`,
        mend: `Write kube_version: ${right} in kubespray.variables${typeof version === 'string' && version.split('.').length === 3 ? '' : ', or whichever version is meant'}.`,
      },
    ]);
  });

  it('is not judged before a release is chosen', () => {
    const facts = preflight({
      specification: specificationOf({ variables: { kube_version: 'v1.31.9' } }),
      facts: {},
    });
    expect(facts.map(({ check }) => check)).not.toContain('kubespray-variables');
  });
});

describe('swap', () => {
  const facts = { swaps: ['/dev/sda2'] };
  const swap = (variables: Scene['variables'] = {}) =>
    found({ facts, variables }).find(({ check }) => check === 'swap');

  it('is turned off by Kubespray, unless it is told not to', () => {
    expect(swap()?.mend).toContain('Nothing is to be done: Kubespray turns it off');
    const kept = swap({ kubelet_fail_swap_on: false });
    expect(kept?.severity).toBe('warning');
    expect(kept?.mend).not.toContain('Kubespray turns it off');
    expect(kept?.shouldBe).not.toContain('does not start');
    expect(`${kept?.shouldBe} ${kept?.mend}`).toContain('kubelet_fail_swap_on');
  });
});

describe('addresses', () => {
  const hosts = (address: string) => [
    ...[1, 2, 3].map((index) => ({
      ...{ name: `cp${index}`, address: `10.0.0.${index}`, roles: ['control-plane' as const] },
    })),
    { name: 'w', address: '203.0.113.9', internalAddress: address, roles: ['worker' as const] },
  ];
  const of = (given: string, own: string, mtu = 1500) =>
    told({
      facts: { addresses: [own] },
      system: { interfaces: [{ name: 'eth0', mtu, addresses: [own] }] },
      specification: { hosts: hosts(given) },
    });

  it('are the same however IPv6 is written', () => {
    expect(of('2001:DB8:0::1', '2001:db8::1')).toEqual([]);
    expect(of('2001:db8::2', '2001:db8::1')).toEqual(['error node-address w']);
    expect(of('2001:DB8:0::1', '2001:db8::1', 9000)).toEqual(['warning mtu w']);
  });
});

describe('a new machine ID', () => {
  it('may change the address that DHCP gives, which the advice says', () => {
    expect(found({ facts: { machineId: '' } })[0]?.mend).toContain('DHCP');
  });
});

describe('the size of disks', () => {
  /** File systems by the folders that lie on them; sizes in GB. */
  const onFileSystems = (
    ...all: [mountedAt: string, size: number, paths: string[], source?: string | undefined][]
  ) =>
    all.flatMap(([mountedAt, size, paths, source = `/dev${mountedAt}`]) =>
      paths.map((path) => space(path, size * 0.9e9, { mountedAt, totalBytes: size * 1e9, source })),
    );
  const sizes = (spaces: SystemFacts['space'], scene: Scene = {}) => {
    const root = spaces.find(({ path }) => path === '/')?.totalBytes ?? 500e9;
    const overrides = [{ check: 'control-plane-count', reason: 'not meant here' }];
    const specification = { overrides, ...scene.specification };
    const facts = { rootDisk: { totalBytes: root, freeBytes: root } };
    return found({ ...scene, specification, facts, system: { space: spaces } })
      .filter(({ check }) => check.endsWith('-disk'))
      .map(({ severity, check, is }) => `${severity} ${check}: ${is}`);
  };
  const [containerd, kubelet, etcd, logs] = [
    '/var/lib/containerd',
    '/var/lib/kubelet',
    '/var/lib/etcd',
    '/var/log',
  ];
  const all = [containerd, kubelet, etcd, logs];
  const ephemeralStorage = {};

  it('of a worker is that of the file systems of images and pods', () => {
    expect(sizes(onFileSystems(['/', 50, ['/']], ['/var', 2000, all]))).toEqual([]);
    expect(sizes(onFileSystems(['/', 200, ['/']], ['/var', 9, all]))).toEqual([
      'error worker-disk: 9 GB of disk in /var',
    ]);
    expect(sizes(onFileSystems(['/', 80, ['/', ...all]]))).toEqual(['error worker-disk: 80 GB of disk']);
  });

  it('is the sum of those that differ, be one mounted in several places', () => {
    const apart = (source?: string) =>
      onFileSystems(
        ['/', 200, ['/']],
        ['/var/lib/kubelet', 60, [kubelet], source],
        ['/var/lib/containerd', 60, [containerd], source],
      );
    expect(sizes(apart())).toEqual([]);
    expect(sizes(apart('/dev/md0'))).toEqual([
      'error worker-disk: 60 GB of disk in /var/lib/containerd and /var/lib/kubelet',
    ]);
    expect(sizes(apart('tmpfs'))).toEqual([]);
  });

  it('of a control plane is that of the system, images and etcd together', () => {
    const roles = ['control-plane', 'etcd'] as const;
    const small = onFileSystems(['/', 20, ['/', kubelet, containerd, logs]], [etcd, 5, [etcd]]);
    expect(sizes(small, { roles })).toEqual([
      'error control-plane-disk: 25 GB of disk in / and /var/lib/etcd',
    ]);
    const right = onFileSystems(['/', 20, ['/', etcd, logs]], [containerd, 30, [containerd, kubelet]]);
    expect(sizes(right, { roles })).toEqual([]);
    const variables = { etcd_data_dir: '/srv/etcd' };
    const other = [...onFileSystems(['/', 20, ['/', ...all]]), ...onFileSystems(['/srv', 30, ['/srv/etcd']])];
    expect(sizes(other, { roles, variables })).toEqual([]);
  });

  it('is that of the system where images and pods get an array of their own', () => {
    const array = onFileSystems(['/', 20, ['/', etcd, logs]], ['/data', 2000, [containerd, kubelet]]);
    expect(sizes(array, { specification: { ephemeralStorage } })).toEqual([
      'warning worker-disk: 20 GB of disk',
    ]);
    const roles = ['control-plane', 'etcd', 'worker'] as const;
    expect(sizes(array, { roles, specification: { ephemeralStorage } })[0]).toContain(
      'error control-plane-disk',
    );
    const logsApart = onFileSystems(['/', 50, ['/']], ['/var', 2000, all]);
    expect(sizes(logsApart, { specification: { ephemeralStorage } })).toEqual([]);
  });

  it('is that of the root file system where nobody knows the others', () => {
    expect(sizes(onFileSystems(['/', 50, ['/', kubelet]]))).toEqual(['error worker-disk: 50 GB of disk']);
  });
});

describe('room', () => {
  const rooms = (space: SystemFacts['space'], scene: Scene = {}) =>
    found({ ...scene, system: { space } })
      .filter(({ check }) => check === 'free-space')
      .map(({ severity, is, shouldBe }) => `${severity}: ${is}, ${shouldBe}`);
  const mends = (space: SystemFacts['space'], scene: Scene = {}) =>
    found({ ...scene, system: { space } })
      .filter(({ check }) => check === 'free-space')
      .map(({ mend }) => mend);

  it('is asked for by file system, and not for what step 7 moves to an array', () => {
    const one = { mountedAt: '/' };
    const spaces = [space('/tmp', 5e9, one), space('/var/lib/containerd', 5e9, one)];
    expect(found({ system: { space: spaces } })).toMatchObject([
      {
        check: 'free-space',
        is: '5 GB of 10 GB free in /',
        shouldBe: 'at least 7 GB for /tmp, /var/lib/containerd',
      },
    ]);
    expect(told({ system: { space: spaces }, specification: { ephemeralStorage: {} } })).toEqual([]);
    const boot = [space('/boot', 30e6, { totalBytes: 500e6 })];
    expect(told({ system: { space: boot } })).toEqual([]);
    expect(told({ system: { space: boot }, specification: { ephemeralStorage: {} } })).toEqual([
      'error free-space w',
    ]);
  });

  it('is asked for where Kubespray copies its programs, also with /var, /tmp and /var/log elsewhere', () => {
    const root = { mountedAt: '/' };
    const spaces = [
      ...['/', '/usr/local/bin', '/opt/cni'].map((path) => space(path, 200e6, root)),
      ...['/tmp', '/var/log', '/var/lib/containerd', '/var/lib/kubelet'].map((path) => space(path, 9e9)),
    ];
    expect(rooms(spaces)).toEqual([
      'error: 200 MB of 10 GB free in /, at least 1.1 GB for /, /usr/local/bin, /opt/cni',
    ]);
  });

  it('is asked for on a node only as far as new programs lie beside the old ones for a moment', () => {
    const facts = { kubernetes: { kubelet: '1.35.4', apiServer: null } };
    const spaces = [space('/usr/local/bin', 150e6), space('/opt/cni', 10e6)];
    expect(rooms(spaces)).toHaveLength(2);
    expect(rooms(spaces, { facts })).toEqual([]);
    expect(rooms([space('/usr/local/bin', 40e6)], { facts })).toHaveLength(1);
  });

  it('is asked for etcd on its members, in the folder that the variable names', () => {
    const roles = ['control-plane', 'etcd', 'worker'] as const;
    const full = [space('/var/lib/etcd', 20e6)];
    expect(rooms(full, { roles })).toEqual([
      'error: 20 MB of 10 GB free in /var/lib/etcd, at least 1 GB for /var/lib/etcd',
    ]);
    expect(mends(full, { roles })[0]).not.toContain('apt-get');
    const worker = { overrides: [{ check: 'control-plane-count', reason: 'not meant here' }] };
    expect(rooms(full, { specification: worker })).toEqual([]);
    const variables = { etcd_data_dir: '/srv/etcd' };
    expect(rooms([...full, space('/srv/etcd', 700e6)], { roles, variables })).toEqual([
      'warning: 700 MB of 10 GB free in /srv/etcd, at least 1 GB for /srv/etcd',
    ]);
    expect(roomPathsOf(specificationOf({ variables }))).toEqual(['/srv/etcd']);
  });

  it('is asked for downloads in the folder that the variable names', () => {
    const variables = { local_release_dir: '/srv/releases' };
    const spaces = [space('/tmp', 50e6), space('/srv/releases', 1.5e9)];
    expect(rooms(spaces, { variables })).toEqual([
      'warning: 1.5 GB of 10 GB free in /srv/releases, at least 2 GB for /srv/releases',
    ]);
    expect(roomPathsOf(specificationOf({ variables }))).toEqual(['/srv/releases']);
    expect(roomPathsOf(specificationOf({ variables: { local_release_dir: '{{ x }}/y' } }))).toEqual([]);
    expect(roomPathsOf(specificationOf({}))).toEqual([]);
  });

  it('in memory is not made by taking packages away', () => {
    const mounts = [{ target: '/tmp', source: 'tmpfs', fileSystem: 'tmpfs', options: 'rw', uuid: null }];
    const spaces = [space('/tmp', 0.5e9)];
    expect(mends(spaces)[0]).toContain('du -xhd1 /tmp');
    const [mend] = mends(spaces, { facts: { mounts } });
    expect(mend).not.toContain('apt-get clean');
    expect(mend).toContain('local_release_dir');
    expect(mend).toContain('tmp.mount');
    expect(mends([space('/', 100e6)])[0]).toContain('apt-get clean');
  });
});

describe('the disk of etcd', () => {
  const roles = ['control-plane', 'etcd', 'worker'] as const;
  const mounted = (target: string, source: string) => ({
    ...{ target, source, fileSystem: 'ext4', options: 'rw', uuid: null },
  });
  const disks = (facts: Partial<HostFacts>, scene: Scene = {}) =>
    found({ roles, facts, ...scene })
      .filter(({ check }) => check === 'etcd-disk')
      .map(({ is }) => is);

  it('is told where it rotates, through partitions and volumes', () => {
    expect(disks(onDisk({ model: 'ST4000' }))).toEqual(['/var/lib/etcd on a rotating disk: sda (ST4000)']);
    const sda = aDisk({ name: 'sda', transport: 'sas', rotational: true, holders: ['sda3'], model: null });
    const sda3 = aDisk({ name: 'sda3', type: 'part', holders: ['dm-0'] });
    const volume = aDisk({ name: 'dm-0', type: 'lvm', mountPoints: ['/'] });
    const mounts = [mounted('/', '/dev/mapper/vg-root')];
    expect(disks({ blockDevices: [sda, sda3, volume], mounts })).toEqual([
      '/var/lib/etcd on a rotating disk: sda',
    ]);
  });

  it('is not where it does not rotate, nor where the host cannot tell', () => {
    expect(disks(onDisk({ rotational: false }))).toEqual([]);
    expect(disks(onDisk({ transport: 'virtio' }))).toEqual([]);
    expect(disks({ ...onDisk({}), mounts: [] })).toEqual([]);
  });

  // As lsblk has them: sda, without a transport, ROTA=1.
  it.each([
    ...['QEMU HARDDISK', 'QEMU_HARDDISK', 'Virtual disk', 'Virtual_Disk', 'PersistentDisk', 'VBOX HARDDISK'],
    ...['QEMU HARDDISK   ', 'VBOX_HARDDISK'],
  ])('is not judged where it is one of a virtual machine: %s', (model) => {
    expect(disks(onDisk({ model, transport: null }))).toEqual([]);
    expect(disks(onDisk({ model, transport: 'sata' }))).toEqual([]);
  });

  it('is judged where its model only sounds like one', () => {
    expect(disks(onDisk({ model: 'ST4000 Virtual disk', transport: null }))).toHaveLength(1);
    expect(disks(onDisk({ model: 'HARDDISK', transport: null }))).toHaveLength(1);
  });

  it('is that of the file system that holds etcd’s folder', () => {
    expect(disks(onDisk({}, [mounted('/var/lib/etcd', '/dev/nvme0n1')]))).toEqual([]);
    expect(disks(onDisk({}, [mounted('/var/lib', 'rpool/lib')]))).toEqual([]);
    expect(disks(onDisk({}, [mounted('/var/lib/etcd2', '/dev/nvme0n1')]))).toHaveLength(1);
    const variables = { etcd_data_dir: '/srv/etcd' };
    expect(disks(onDisk({}), { variables })).toEqual(['/srv/etcd on a rotating disk: sda (QEMU NVMe)']);
  });

  it('matters on etcd members only', () => {
    const overrides = [{ check: 'control-plane-count', reason: 'not meant here' }];
    expect(disks(onDisk({}), { roles: ['worker'], specification: { overrides } })).toEqual([]);
  });
});

describe('the control host', () => {
  const told = (scene: Scene) =>
    found(scene)
      .filter(({ check }) => check === 'control-host')
      .map(({ severity, is }) => `${severity}: ${is}`);
  const w = { machineId: 'm9', bootId: 'b9' };
  const storage = { w: anApplyPlan() };
  const container = someSystem({ init: 'node' });

  it('is one of the nodes whatever name or address it has', () => {
    expect(told({ machine: w })).toEqual(['warning: Slipway runs on w']);
    const controlHost = { address: 'jump.example.org' };
    expect(told({ machine: w, specification: { controlHost } })).toEqual(['warning: the control host is w']);
    const byPort = { address: '10.0.0.9', port: 2222 };
    expect(told({ machine: w, specification: { controlHost: byPort } })).toEqual([
      'warning: the control host is w',
    ]);
  });

  it('is one of them from a container too, which has an ID of its own', () => {
    expect(told({ machine: { machineId: '', bootId: 'b9', system: container } })).toHaveLength(1);
  });

  it('is none of them where the node is a container on it, or a clone of it', () => {
    const nodes = { missingModules: null };
    const machine = { machineId: 'm0', bootId: 'b9', system: container };
    expect(told({ machine, system: nodes })).toEqual([]);
    expect(told({ machine: { machineId: 'm9', bootId: 'b0' } })).toEqual([]);
    expect(told({ machine: { machineId: 'm0', bootId: 'b9' } })).toEqual([]);
    expect(told({ machine: { machineId: '', bootId: '' }, facts: { machineId: '', bootId: '' } })).toEqual(
      [],
    );
  });

  it('stops the procedure only where step 7 would restart the machine on which Slipway runs', () => {
    expect(told({ machine: w, storage })).toEqual(['error: Slipway runs on w, which step 7 restarts']);
    expect(told({ machine: w, storage: { cp1: anApplyPlan() } })).toEqual(['warning: Slipway runs on w']);
    const controlHost = { address: '10.0.0.9' };
    expect(told({ machine: w, storage, specification: { controlHost } })).toEqual([
      'warning: the control host is w',
    ]);
  });

  it('needs no room for what is there already', () => {
    expect(told({ controlHost: { freeBytes: 1e6, isInstalled: true } })).toEqual([]);
  });

  it('is not judged by facts of an earlier version', () => {
    expect(preflight({ specification: specificationOf({}), facts: {}, controlHost: someFacts() })).toEqual(
      [],
    );
  });
});

describe('clocks', () => {
  it('are compared only with what the same machine has looked at', () => {
    const at = (milliseconds: number, by: string) => ({ milliseconds, uncertainty: 5, by });
    const facts = Object.fromEntries(
      [at(5_000, 'a'), at(5_010, 'a'), at(20, 'a'), at(5_000, 'b')].map((clock, index) => [
        ['cp1', 'cp2', 'cp3', 'w'][index] ?? '',
        someFacts({
          clock,
          machineId: `m${index}`,
          hostname: `h${index}`,
          addresses: [`10.0.0.${index + 1}`, '10.0.0.9'],
        }),
      ]),
    );
    const clocks = preflight({ specification: specificationOf({}), facts }).filter(
      ({ check }) => check === 'clock',
    );
    // Of four votes the lower middle one is taken: the asking machine's and that of cp3 are alike.
    expect(clocks.map(({ host, is }) => `${host ?? ''} ${is}`)).toEqual([
      'cp1 5.0 s ahead of the other machines',
      'cp2 5.0 s ahead of the other machines',
      'w 5.0 s ahead of the other machines',
    ]);
  });
});

describe('another container engine', () => {
  const engines = (scene: Scene) => found(scene).filter(({ check }) => check === 'other-container-engine');
  const is = (scene: Scene) => engines(scene).map((finding) => finding.is);
  const docker = { units: services({ docker: 'active', 'docker.socket': 'active' }) };

  it('is told before Kubespray deletes what is in it, with a way to keep it', () => {
    expect(engines({ facts: { ...docker, kubernetes: null } })).toEqual([
      {
        ...{ check: 'other-container-engine', host: 'w', severity: 'error', overridden: null },
        is: 'Docker, which runs (docker.service)',
        shouldBe:
          'containerd alone: Kubespray ends Docker, and what is in it is deleted, that is all containers with their ' +
          'volumes, all images, /var/lib/docker and /etc/docker',
        mend:
          'Move what is needed to another host, or leave this one out. To keep what is in /var/lib/docker: systemctl ' +
          'disable --now docker.service docker.socket. Kubespray takes off its packages at most then.',
      },
    ]);
  });

  it('costs a node in use its pods besides', () => {
    const [finding] = engines({ facts: { ...docker, kubernetes: { kubelet: '1.35.4', apiServer: null } } });
    expect(finding?.shouldBe).toMatch(/; on this node it drains it and stops kubelet first$/);
  });

  it('counts where a socket would start it, or something of it listens', () => {
    expect(is({ facts: { units: services({ 'docker.socket': 'active' }) } })).toEqual([
      'Docker, which docker.socket starts for whoever asks',
    ]);
    const listeners = [listener(22, 'sshd'), listener(9443, 'docker-proxy')];
    expect(is({ system: { listeners } })).toEqual(['Docker, which runs (docker-proxy listens)']);
    expect(is({ system: { listeners: [listener(2375, 'dockerd')] } })).toEqual([
      'Docker, which runs (dockerd listens)',
    ]);
  });

  it('may be CRI-O, whose settings Podman uses too', () => {
    const [finding, ...others] = engines({ facts: { units: services({ crio: 'active' }) } });
    expect(others).toEqual([]);
    expect(finding).toMatchObject({ is: 'CRI-O, which runs (crio.service)' });
    expect(finding?.shouldBe).toContain('/etc/crio, /etc/containers (which is Podman’s too)');
    expect(is({ facts: { units: services({ crio: 'active', docker: 'active' }) } })).toHaveLength(2);
  });

  it('is containerd itself where container_manager is another and Docker is not installed', () => {
    const variables = { container_manager: 'crio' };
    const units = services({ containerd: 'active' });
    const [finding] = engines({ variables, facts: { units } });
    expect(finding?.shouldBe).toMatch(/^crio alone: .*\/var\/lib\/containerd/);
    expect(is({ facts: { units } })).toEqual([]);
    expect(is({ variables, facts: { units: [...units, ...services({ docker: 'inactive' })] } })).toEqual([]);
  });

  it.each<[string, Scene]>([
    ['one that is only installed', { facts: { units: services({ docker: 'inactive', crio: 'failed' }) } }],
    ['the one that container_manager names', { facts: docker, variables: { container_manager: 'docker' } }],
    ['one on a host of etcd alone, which gets none', { facts: docker, roles: ['etcd'] }],
    ['one where Kubespray is told to leave it', { facts: docker, variables: { deploy_container_engine: false } }],
  ])('is not %s', (_, scene) => {
    expect(is(scene)).toEqual([]);
  }); // prettier-ignore

  it('stops no workflow that has gone on with facts of an earlier version', () => {
    const units = services({ docker: 'active' }).filter(({ name }) => name === 'docker');
    expect(engines({ facts: { units } })).toMatchObject([{ severity: 'warning' }]);
  });

  it('can be accepted', () => {
    const overrides = [
      { check: 'other-container-engine' as const, hosts: ['w'], reason: 'Nothing is in it.' },
    ];
    expect(engines({ facts: docker, specification: { overrides } })).toMatchObject([
      { overridden: 'Nothing is in it.' },
    ]);
  });
});

describe('docs/preflight.md', () => {
  it('has every check, as the code describes it', () => {
    const row = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
    const rows = Object.entries(preflightChecks).map(([name, { severity, shouldBe, mend }]) =>
      row([`\`${name}\``, severity, shouldBe, mend]),
    );
    const page = readFileSync('docs/preflight.md', 'utf8').split('\n');
    expect(page.filter((line) => line.startsWith('| `'))).toEqual(rows);
  });
});
