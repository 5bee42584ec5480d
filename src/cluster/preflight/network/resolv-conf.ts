import type { HostFacts } from '../../facts/facts.js';
import { resolvedFile } from '../../facts/system-facts.js';
import type { Release } from '../../releases/releases.js';
import type { HostCheck } from '../../checks/host-check.js';

/**
 * Kubespray reads what is there, be it only a link, and stops where that leads to nothing; where there is nothing at all, it
 * stops when it is to change the file.
 */
export const resolvConf: HostCheck = ({ facts: { system } }) => {
  if (system?.hasResolvConf !== false) return undefined;
  const link = system.resolvConfLink;
  return {
    check: 'resolv-conf',
    severity: 'error',
    is:
      link === undefined
        ? 'no /etc/resolv.conf'
        : `/etc/resolv.conf is a link to ${link}, and nothing is there`,
    shouldBe:
      'a file; without it the host resolves no names for the downloads, and Kubespray stops where it is to read or change it',
    advice: link?.includes('/systemd/resolve/')
      ? 'systemctl enable --now systemd-resolved, which writes it.'
      : 'Write one that names a server, or link it to /run/systemd/resolve/stub-resolv.conf.',
  };
};

/**
 * On some systems Kubespray includes a file of variables that gives kubelet the file of systemd-resolved, and included
 * variables win over those of groups. Without the file kubelet runs, and starts no pod.
 */
export const kubeletResolvConf: HostCheck = ({ facts, specification, release }) => {
  const { operatingSystem, system } = facts;
  if (system?.hasResolvedFile === undefined || release === undefined || !isGivenFile(release, facts)) {
    return undefined;
  }
  const own = specification.kubespray.variables['kube_resolv_conf'];
  const given = `Kubespray ${release.name} gives kubelet this file on ${operatingSystem.prettyName}`;
  if (!system.hasResolvedFile) {
    const inVain = own === undefined ? '' : ' kube_resolv_conf changes nothing here.';
    return {
      check: 'resolv-conf',
      severity: 'error',
      is: `no ${resolvedFile}`,
      shouldBe: `the one of systemd-resolved: ${given}, without which no pod starts`,
      advice: `systemctl enable --now systemd-resolved (from the package systemd-resolved, where there is no such service).${inVain}`,
    };
  }
  if (own === undefined || own === resolvedFile) return undefined;
  return {
    check: 'resolv-conf',
    severity: 'warning',
    is: `kube_resolv_conf: ${JSON.stringify(own)}, which has no effect on ${operatingSystem.prettyName}`,
    shouldBe: `${resolvedFile}: ${given}, whatever the variable says`,
    advice:
      'Take it out of kubespray.variables, and give systemd-resolved the name servers that pods are to have.',
  };
};

/** As Ansible looks for the file of variables: the distribution with its major version, then the distribution alone. */
function isGivenFile(
  { resolvedSystems }: Release,
  { operatingSystem: { id, versionId } }: HostFacts,
): boolean {
  return [`${id}-${versionId.split('.')[0] ?? ''}`, id].some((name) => resolvedSystems.includes(name));
}
