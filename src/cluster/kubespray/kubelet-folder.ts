import { groupBy } from '../values/group-by.js';
import type { VariableSources } from './group-variables.js';
import { kubeletFlags, rootDirs } from './kubelet-flags.js';
import { namesText } from '../text/outline.js';
import type { HostSpecification } from '../specification/specification.js';

const usualFolder = '/var/lib/kubelet';

/**
 * The document's "Make applications aware of the new nodefs location": each a sentence. With the layout `bind` the usual
 * path stays valid, and nothing is to be said, unless the operator's own flags name another. Both programs know one path
 * for the whole cluster, so hosts that differ are a trap of their own.
 */
export function kubeletFolderAdvice(input: VariableSources): string[] {
  const { hosts } = input.specification;
  const folders = hosts.map((host) => ({
    host: host.name,
    folder: ownFolder(host, input) ?? slipwaysFolder(host, input),
  }));
  const folder = folders.map((one) => one.folder).find((one) => one !== usualFolder);
  if (folder === undefined) return [];
  const groups = groupBy(folders, (one) => one.folder);
  if (groups.length > 1) {
    const places = groups
      .map((group) => `${group[0].folder} on ${namesText(group.map(({ host }) => host))}`)
      .join(', ');
    const isByLayout = hosts.every((host) => ownFolder(host, input) === undefined);
    const wayOut = isByLayout
      ? `; where these are of both kinds, the layout bind keeps ${usualFolder} valid on all.`
      : '.';
    return [
      `Kubelet’s folder is ${places}. ${forRookCeph(folder)} ${forVelero(folder)} Each of them knows one folder for all ` +
        `hosts that its pods run on${wayOut}`,
    ];
  }
  return [forRookCeph(folder), forVelero(folder)];
}

/** By the operator's own flags, which take the place of Slipway's; undefined where they have none. */
function ownFolder(
  { roles }: HostSpecification,
  { specification, release }: VariableSources,
): string | undefined {
  const { variables } = specification.kubespray;
  const said = rootDirs(variables, { release, isWorker: roles.includes('worker') }).at(-1);
  if (said !== undefined) return said.folder.replace(/(?<=.)\/+$/, '');
  return Object.hasOwn(variables, kubeletFlags) ? usualFolder : undefined;
}

function slipwaysFolder({ name }: HostSpecification, { storage }: VariableSources): string {
  const layout = storage[name];
  return layout?.layout === 'root-dir' ? `${layout.mountPoint}/kubelet` : usualFolder;
}

function forRookCeph(folder: string): string {
  return `If you use rook-ceph, set csi.kubeletDirPath to ${folder}.`;
}

/** Velero's charts renamed `restic` when other uploaders came. */
function forVelero(folder: string): string {
  return `If you use Velero, set restic.podVolumePath (nodeAgent.podVolumePath in newer charts) to ${folder}/pods.`;
}
