import type { Specification } from '../specification/specification.js';

type Settings = Pick<Specification, 'firewall' | 'kubespray'>;

/** Whether a mode of Calico's has packets of pods encapsulated at all. */
export function isEncapsulating(mode: unknown): boolean {
  return mode === 'Always' || mode === 'CrossSubnet';
}

/**
 * How packets of pods go from node to node. Kubespray's Calico takes VXLAN unless it is told otherwise by
 * `calico_vxlan_mode`; `calico_network_backend: bird` alone adds BGP and leaves VXLAN.
 */
export function encapsulationOf({ firewall, kubespray }: Settings): { vxlan: boolean; ipInIp: boolean } {
  const { calico_vxlan_mode: vxlan, calico_ipip_mode: ipInIp } = kubespray.variables;
  if (firewall.networkPlugin !== 'calico') {
    return { vxlan: firewall.networkPlugin !== 'none', ipInIp: false };
  }
  return { vxlan: vxlan !== 'Never', ipInIp: isEncapsulating(ipInIp) };
}
