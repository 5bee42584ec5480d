import type { Move } from './data-places.js';
import type { StorageTarget } from './storage-plan.js';

/** By unit, what stays in the old place in the root-dir layout: kubelet.conf and Kubespray name it there (trap T3). */
export const keptInPlace: Readonly<Record<string, readonly string[]>> = {
  kubelet: ['pki', 'config.yaml', 'kubeadm-flags.env'],
};

/**
 * rsync's options for a copy that is the same in owners, modes, times, links, attributes, lists and holes. In the root-dir
 * layout what the kubelet needs in its old place stays there (trap T3).
 */
export function copyOptions({ layout }: StorageTarget, { unit }: Move): readonly string[] {
  const kept = layout === 'root-dir' ? (keptInPlace[unit] ?? []) : [];
  return ['-aHAXSx', '--numeric-ids', '--delete', ...kept.map((name) => `--exclude=/${name}`)];
}
