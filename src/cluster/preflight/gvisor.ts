import type { HostLook } from '../checks/host-check.js';
import type { FindingBeforeOverrides } from '../checks/findings.js';

/**
 * The document's "gVisor Issue - No system-cgroup v2 Support": with a newer systemd, containers of gVisor may stay in
 * ContainerCreating. Its way out, cgroup v1, is closed from Kubernetes 1.35 on.
 */
export function gvisorFindings({ host, facts, specification }: HostLook): FindingBeforeOverrides[] {
  const { gvisor_enabled: enabled } = specification.kubespray.variables;
  const isEnabled = enabled === true || /^(true|yes|on|1)$/i.test(typeof enabled === 'string' ? enabled : '');
  if (!isEnabled || facts.cgroupVersion === 1 || !host.roles.includes('worker')) return [];
  return [
    {
      check: 'gvisor',
      host: host.name,
      severity: 'warning',
      is: 'gvisor_enabled on a host with cgroup v2',
      shouldBe: 'gVisor without systemd’s cgroup v2, with which containers may stay in ContainerCreating',
      advice:
        'Start a pod with runtimeClassName: gvisor before leases do. If it stays in ContainerCreating, leave ' +
        'gvisor_enabled out, or, where Kubernetes is older than 1.35, boot with systemd.unified_cgroup_hierarchy=0.',
    },
  ];
}
