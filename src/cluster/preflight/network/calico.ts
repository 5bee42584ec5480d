import { isEncapsulating } from '../../network/encapsulation.js';
import { pluginForKubespray } from '../../specification/network-plugin.js';
import type { Specification } from '../../specification/specification.js';
import type { FindingBeforeOverrides } from '../../checks/findings.js';
import { foundVariable, removedVariables, unknownChoices } from '../found-variable.js';

/*
 * Read off roles/network_plugin/calico/tasks/check.yml, where it is the same from v2.24.1 to v2.31.0. This comes far later
 * than Kubespray's other checks: after etcd and Kubernetes have been installed.
 */

const modes = ['Always', 'CrossSubnet', 'Never'];
const choices = {
  calico_network_backend: ['bird', 'vxlan', 'none'],
  calico_ipip_mode: modes,
  calico_vxlan_mode: modes,
};
const removed = ['ipip', 'ipip_mode', 'calcio_ipam_autoallocateblocks'];

/** What Calico's own variables stop Kubespray at, where it installs Calico. */
export function calicoFindings({
  kubespray: { variables },
  firewall,
}: Specification): FindingBeforeOverrides[] {
  if (pluginForKubespray(firewall.networkPlugin, variables) !== 'calico') return [];
  const { calico_ipip_mode: ipip = 'Never', calico_vxlan_mode: vxlan = 'Always' } = variables;
  return [
    ...unknownChoices(variables, choices, 'Kubespray'),
    ...removedVariables(variables, removed, 'Kubespray'),
    ...(isEncapsulating(ipip) && isEncapsulating(vxlan)
      ? [
          foundVariable(
            variables,
            'calico_ipip_mode',
            'Never, or beside calico_vxlan_mode: Never, which is Always unless it is set, or Kubespray stops',
          ),
        ]
      : []),
  ];
}
