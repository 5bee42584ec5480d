import { pluginForKubespray } from '../specification/network-plugin.js';
import type { Specification } from '../specification/specification.js';
import { isAnsibleTemplate } from '../values/ansible-template.js';
import type { FindingBeforeOverrides } from '../checks/findings.js';
import { foundInVariables } from './found-variable.js';

/** "Guarantee that enough network address space is available for all pods": every plugin but Calico gives each node a network of its own. */
export function podsOnNodeFindings({
  kubespray: { variables },
  firewall,
}: Specification): FindingBeforeOverrides[] {
  const { kubelet_max_pods: pods = 110, kube_network_node_prefix: prefix = 24 } = variables;
  const plugin = pluginForKubespray(firewall.networkPlugin, variables);
  if ([pods, prefix, plugin].some(isAnsibleTemplate) || plugin === 'calico' || plugin === 'none') return [];
  if (variables['ipv4_stack'] === false || variables['ignore_assert_errors'] === true) return [];
  const room = 2 ** (32 - Number(prefix)) - 2;
  if (!(Number(pods) > room)) return [];
  return [
    foundInVariables({
      is: `kubelet_max_pods ${Number(pods)} with kube_network_node_prefix ${Number(prefix)}`,
      shouldBe: `at most ${room} pods, because a node has so many addresses for them, or Kubespray stops`,
      advice:
        'Lower kubelet_max_pods in kubespray.variables, or kube_network_node_prefix for larger networks of nodes.',
    }),
  ];
}
