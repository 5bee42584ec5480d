import { architectureOf } from '../mirror/architecture.js';
import { upgradeTimer } from '../facts/system-facts.js';
import { isSameAddress } from '../values/ip-address.js';
import { etcdDisk } from './etcd-disk.js';
import { startsOn } from '../release-choice/fitting-release.js';
import { findingsBy, type HostCheck as Check, type HostLook } from '../checks/host-check.js';
import type { FindingBeforeOverrides } from '../checks/findings.js';
import { nodeAddressOf } from '../specification/members.js';
import { otherFirewall } from './network/other-firewall.js';
import { portsInUse } from './network/ports.js';
import { kubeletResolvConf, resolvConf } from './network/resolv-conf.js';
import { searchDomains } from './network/search-domains.js';
import { timeSynchronization } from './clock.js';
import { kernelModules, kernelVersion } from './kernel.js';
import { python } from './python.js';

/** Operating system and settings of one host. */
export function systemFindings(look: HostLook): FindingBeforeOverrides[] {
  return findingsBy(checks, look);
}

/** The document: "Akash Providers have been tested on Ubuntu 22.04 with the default Linux kernel." */
const operatingSystem: Check = ({ facts: { operatingSystem } }) =>
  operatingSystem.id === 'ubuntu' && operatingSystem.versionId === '22.04'
    ? undefined
    : {
        check: 'operating-system',
        severity: 'warning',
        is: operatingSystem.prettyName,
        shouldBe: 'Ubuntu 22.04, on which Akash providers have been tested',
        advice: 'Install Ubuntu 22.04, or try this one on a host that does not matter first.',
      };

/** Those for which Kubespray has checksums of all that it downloads. */
const architecture: Check = ({ facts }) =>
  architectureOf(facts.architecture) === undefined
    ? {
        check: 'architecture',
        severity: 'error',
        is: facts.architecture || 'an architecture that the host does not tell',
        shouldBe: 'x86_64 or aarch64, for which Kubespray downloads programs',
        advice: 'Leave this host out.',
      }
    : undefined;

/** Kubespray's own assertion "Stop if non systemd OS type". */
const initSystem: Check = ({ facts: { system } }) =>
  system === undefined || system.init === 'systemd'
    ? undefined
    : {
        check: 'init-system',
        severity: 'error',
        is: `${system.init || 'something unknown'} as the first process`,
        shouldBe: 'systemd, or Kubespray stops at it',
        advice: 'Install a system with systemd, and a virtual machine in place of a bare container.',
      };

/** By one variable kubelet refuses swap, and Kubespray turns it off. */
const swap: Check = ({ facts, specification }) => {
  if (facts.swaps.length === 0) return undefined;
  const found = { check: 'swap', severity: 'warning', is: `swap on ${facts.swaps.join(', ')}` } as const;
  return specification.kubespray.variables['kubelet_fail_swap_on'] === false
    ? {
        ...found,
        shouldBe:
          'no swap, unless it is meant: with kubelet_fail_swap_on: false it stays on, and pods may be slow in it',
        advice:
          'Nothing where it is meant. Otherwise take kubelet_fail_swap_on out of kubespray.variables, and Kubespray ends it.',
      }
    : {
        ...found,
        shouldBe: 'no swap, with which kubelet does not start',
        advice: 'Nothing is to be done: Kubespray turns it off and takes it out of /etc/fstab.',
      };
};

const cgroups: Check = ({ facts, release, specification }) => {
  if (facts.cgroupVersion === 2) return undefined;
  const isRefused = release !== undefined && !startsOn(release, facts, specification);
  return {
    check: 'cgroup-version',
    severity: isRefused ? 'error' : 'warning',
    is: 'cgroup v1',
    shouldBe: 'cgroup v2; Kubernetes maintains v1 no longer, and from 1.35 on kubelet does not start with it',
    advice:
      'Boot with systemd.unified_cgroup_hierarchy=1, or install a newer release of the system.' +
      (isRefused ? ' Kubespray before v2.31.0 installs an older Kubernetes.' : ''),
  };
};

/** Trap T18. Packages of containerd or the kernel that change under a running cluster stop pods, and leases with them. */
const unattendedUpgrades: Check = ({ facts: { system } }) => {
  if (system?.unattendedUpgrades.enabled !== true) return undefined;
  const { reboots, startedBy = [upgradeTimer] } = system.unattendedUpgrades;
  return {
    check: 'unattended-upgrades',
    severity: 'warning',
    is: reboots ? 'upgrades by itself, and restarts by itself after them' : 'upgrades by itself',
    shouldBe: 'packages that change, and restarts that happen, only when somebody means it',
    advice: endOfUpgrades(startedBy) + (reboots ? ` Or at least: ${noReboots}` : ''),
  };
};

const settingsFile = '/etc/apt/apt.conf.d/99-no-unattended-upgrades';
const noReboots = `write Unattended-Upgrade::Automatic-Reboot "false"; into ${settingsFile}.`;

/** What is left of each way in which they are started must be told: the setting ends the timer's alone. */
function endOfUpgrades(startedBy: readonly string[]): string {
  const crons = startedBy.filter((one) => one !== upgradeTimer);
  return [
    ...(startedBy.includes(upgradeTimer)
      ? [
          `systemctl disable --now ${upgradeTimer}, or write APT::Periodic::Unattended-Upgrade "0"; into ${settingsFile}, which apt reads after its other files.`,
        ]
      : []),
    ...(crons.length > 0 ? [`Take unattended-upgrade out of ${crons.join(', ')}.`] : []),
  ].join(' ');
}

/** Kubespray's own assertion "Stop if ip var does not match local ips", told before the first playbook. */
const nodeAddress: Check = ({ host, facts }) => {
  const ip = nodeAddressOf(host);
  if (ip === undefined || facts.addresses.some((one) => isSameAddress(one, ip))) return undefined;
  return {
    check: 'node-address',
    // Facts of earlier versions stop nothing, so that a workflow which has gone on with them can be replayed.
    severity: facts.system?.hasResolvConf === undefined ? 'warning' : 'error',
    is: `${ip}, which is none of the host's own addresses (${facts.addresses.join(', ') || 'none'})`,
    shouldBe: 'an address of the host itself, or Kubespray stops at it',
    advice: `Give ${host.name} an internalAddress, that by which the other nodes reach it.`,
  };
};

const checks: readonly Check[] = [
  ...[operatingSystem, architecture, initSystem, kernelVersion, kernelModules, python],
  ...[swap, searchDomains, cgroups, timeSynchronization, unattendedUpgrades],
  ...[nodeAddress, portsInUse, resolvConf, kubeletResolvConf, otherFirewall, etcdDisk],
];
