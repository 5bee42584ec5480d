import { isIpAddress } from '../ip-address.js';
import type { FoundBefore, Look } from './finding.js';

type Check = (look: Look) => Omit<FoundBefore, 'host'> | undefined;

/** Operating system and settings of one host. */
export function systemFindings(look: Look): FoundBefore[] {
  return checks.flatMap((check) => {
    const finding = check(look);
    return finding === undefined ? [] : [{ ...finding, host: look.host.name }];
  });
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
        mend: 'Install Ubuntu 22.04, or try this one on a host that does not matter first.',
      };

const python: Check = ({ facts }) =>
  facts.python !== null
    ? undefined
    : {
        check: 'python',
        severity: 'error',
        is: 'no python3',
        shouldBe: 'python3, by which Ansible works on the host',
        mend: 'Install it: apt-get install python3.',
      };

const swap: Check = ({ facts }) =>
  facts.swaps.length === 0
    ? undefined
    : {
        check: 'swap',
        severity: 'warning',
        is: `swap on ${facts.swaps.join(', ')}`,
        shouldBe: 'no swap, with which kubelet does not start',
        mend: 'Nothing is to be done: Kubespray turns it off and takes it out of /etc/fstab.',
      };

/** Trap T18. */
const searchDomains: Check = ({ facts }) =>
  facts.searchDomains.length === 0
    ? undefined
    : {
        check: 'search-domains',
        severity: 'warning',
        is: `search domains ${facts.searchDomains.join(', ')}`,
        shouldBe: 'no search domain: pods inherit them, and a wildcard record there breaks cluster DNS',
        mend: 'Take them out of the DHCP or netplan settings of the host.',
      };

const cgroups: Check = ({ facts }) =>
  facts.cgroupVersion === 2
    ? undefined
    : {
        check: 'cgroup-version',
        severity: 'warning',
        is: 'cgroup v1',
        shouldBe:
          'cgroup v2; Kubernetes maintains v1 no longer, and from 1.35 on kubelet does not start with it',
        mend: 'Boot with systemd.unified_cgroup_hierarchy=1, or install a newer release of the system.',
      };

/** Kubespray's own assertion "Stop if ip var does not match local ips", told before the first playbook. */
const nodeAddress: Check = ({ host, facts }) => {
  const ip = host.internalAddress ?? (isIpAddress(host.address) ? host.address : undefined);
  if (ip === undefined || facts.addresses.includes(ip)) return undefined;
  return {
    check: 'node-address',
    severity: 'warning',
    is: `${ip} is none of the host's own addresses (${facts.addresses.join(', ') || 'none'})`,
    shouldBe: 'an address of the host itself, or Kubespray stops at it',
    mend: `Give ${host.name} an internalAddress, that by which the other nodes reach it.`,
  };
};

const checks: readonly Check[] = [operatingSystem, python, swap, searchDomains, cgroups, nodeAddress];
