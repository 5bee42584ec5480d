import type { StorageLayouts } from './group-variables.js';
import { namesText } from './outline.js';
import type { Specification } from './specification.js';

const usualFolder = '/var/lib/kubelet';

/**
 * The document's "Make applications aware of the new nodefs location": each a sentence. With the layout `bind` the usual
 * path stays valid, and nothing is to be said. Both programs know one path for the whole cluster, so hosts that differ
 * are a trap of their own.
 */
export function kubeletFolderAdvice({ hosts }: Specification, storage: StorageLayouts): string[] {
  const folders = new Map<string, string[]>();
  for (const { name } of hosts) {
    const layout = storage[name];
    const folder = layout?.layout === 'root-dir' ? `${layout.mountPoint}/kubelet` : usualFolder;
    folders.set(folder, [...(folders.get(folder) ?? []), name]);
  }
  const moved = [...folders.keys()].filter((folder) => folder !== usualFolder);
  const [folder] = moved;
  if (folder === undefined) return [];
  if (folders.size > 1) {
    const places = [...folders].map(([path, names]) => `${path} on ${namesText(names)}`).join(', ');
    return [
      `Kubelet’s folder is ${places}. ${forRookCeph(folder)} ${forVelero(folder)} Each of them knows one folder for all ` +
        `hosts that its pods run on; where these are of both kinds, the layout bind keeps ${usualFolder} valid on all.`,
    ];
  }
  return [forRookCeph(folder), forVelero(folder)];
}

function forRookCeph(folder: string): string {
  return `If you use rook-ceph, set csi.kubeletDirPath to ${folder}.`;
}

/** Velero's charts renamed `restic` when other uploaders came. */
function forVelero(folder: string): string {
  return `If you use Velero, set restic.podVolumePath (nodeAgent.podVolumePath in newer charts) to ${folder}/pods.`;
}
