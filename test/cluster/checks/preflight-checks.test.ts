import { describe, expect, it } from 'vitest';
import { checkNames } from '../../../src/cluster/specification/check-names.js';
import { planFromFacts } from '../../../src/cluster/plan/plan-from-facts.js';
import { withOverrides } from '../../../src/cluster/checks/overrides.js';
import { preflightChecks, type PreflightCheck } from '../../../src/cluster/checks/preflight-checks.js';
import { sudoFinding } from '../../../src/cluster/preflight/sudo.js';
import type { MirrorAnswers, MirrorProblem } from '../../../src/cluster/mirror/mirror-answers.js';
import type { BlockedHost } from '../../../src/cluster/network/reachability.js';
import { checkSpecification } from '../../../src/cluster/specification/check.js';
import { anApplyPlan, aSpecification } from '../../support/builders.js';
import {
  type Scene,
  found,
  told,
  specificationOf,
  listener,
  space,
  onDisk,
  services,
} from '../../support/preflight-scene.js';

const blocked: BlockedHost = {
  host: 'w',
  direction: 'in',
  obstacle: 'timed-out',
  peers: ['cp1'],
  peerCount: 1,
  ports: [{ protocol: 'tcp', port: 10250, what: 'kubelet' }],
};

/** What hosts are told by a mirror that lacks something. */
const lacking = (problem?: Pick<MirrorProblem, 'kind' | 'address' | 'problem'>): MirrorAnswers => ({
  ...{ hosts: ['w'], asked: { files: 1, images: 1, digests: 1 }, unknown: [] },
  problems: problem === undefined ? [] : [{ ...problem, detail: '', hosts: ['w'] }],
});

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
  'mirror-files': [
    [{ mirror: lacking({ kind: 'file', address: 'http://m/a', problem: 'missing' }) }, 'error'],
    [{ mirror: { ...lacking(), unknown: ['what crun_enabled brings'] } }, 'warning'],
  ],
  'mirror-images': [
    [{ mirror: lacking({ kind: 'image', address: 'http://m/v2/a', problem: 'login' }) }, 'error'],
    [{ mirror: lacking({ kind: 'tls-first', address: 'http://m', problem: 'no-http-answer' }) }, 'warning'],
  ],
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
      for (const text of [finding?.is, finding?.shouldBe, finding?.advice]) expect(text).toMatch(/\S{2}/);
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
    const sudo = sudoFinding({ host: 'w', said: 'sudo: a password is required', advice: 'Allow it.' });
    expect(withOverrides([sudo], overrides)).toMatchObject([{ severity: 'error', overridden: 'seen' }]);
    const plan = planFromFacts(aSpecification({ overrides, kubespray: { release: 'v9.9.9' } }), {
      ...{ facts: {}, controlHost: undefined, reachability: undefined },
    });
    expect(plan.findings).toMatchObject([{ check: 'kubespray-release', overridden: 'seen' }]);
  });
});
