import type { Move } from './data-places.js';
import type { StorageTarget } from './storage-plan.js';

/** What stays in the old place in the root-dir layout, because kubelet.conf and Kubespray name it there (trap T3). */
export function keptInPlace({ layout }: StorageTarget, { unit }: Move): readonly string[] {
  return layout === 'root-dir' && unit === 'kubelet' ? ['pki', 'config.yaml', 'kubeadm-flags.env'] : [];
}

/**
 * rsync's options for a copy that is the same in owners, modes, times, links, attributes, lists and holes. In the root-dir
 * layout what the kubelet needs in its old place stays there (trap T3).
 */
export function copyOptions(target: StorageTarget, move: Move): readonly string[] {
  const kept = keptInPlace(target, move).map((name) => `--exclude=/${name}`);
  return ['-aHAXSx', '--numeric-ids', '--delete', ...kept];
}
