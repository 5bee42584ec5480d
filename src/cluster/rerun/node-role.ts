import type { HostSpecification } from '../specification/specification.js';

/** What Kubespray does with a node depends on which of these it is; the first is the inventory's first control plane. */
export type NodeRole = 'first-control-plane' | 'control-plane' | 'worker';

/** What a host is to Kubespray; `controlPlanes` are in the inventory's order. */
export function roleOf(
  { name, roles }: HostSpecification,
  controlPlanes: readonly HostSpecification[],
): NodeRole {
  if (controlPlanes[0]?.name === name) return 'first-control-plane';
  return roles.includes('control-plane') ? 'control-plane' : 'worker';
}
