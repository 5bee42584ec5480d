import { clusterFolders, type ClusterFolders } from '../../cluster/kubespray/folders.js';
import {
  conflictTexts,
  groupVariables,
  type VariableSources,
} from '../../cluster/kubespray/group-variables.js';
import { RefusedError } from '../../hosts/errors.js';
import type { Host } from '../../hosts/host.js';
import { sh } from '../../hosts/script.js';
import { changed, hostStep, unchanged } from '../running/step.js';

/**
 * Steps 5, 6 and 7.13: the variables for containerd, upstream DNS, ephemeral storage, GPUs and certificates, in files of Slipway's own
 * beside those of Kubespray's sample. Which files are its own is kept in a list: only those are ever removed, when the
 * specification no longer needs them, and a file of somebody else's at the same path is never overwritten.
 */
export const writeGroupVariables = hostStep(
  'writeGroupVariables',
  async (host, { cluster, specification, release, storage }) => {
    const { inventory } = clusterFolders(host.stateFolder, cluster);
    const { files, conflicts } = groupVariables({ specification, release, storage });
    const own = await readOwnFiles(host, inventory);
    await refuseForeign(host, { inventory, files, own });

    const paths = Object.keys(files).sort();
    const stale = own.filter((path) => !(path in files));
    // The list comes first, so that a file is never written without being known as Slipway's.
    await writeOwnFiles(host, inventory, [...new Set([...own, ...paths])]);
    const done: string[] = [];
    for (const path of paths) {
      const outcome = await host.writeFile(`${inventory}/${path}`, files[path] ?? '');
      if (outcome === 'written') done.push(path);
    }
    for (const path of stale) {
      await host.run(sh`rm -f -- ${`${inventory}/${path}`}`, { what: `remove ${path}` });
      done.push(`removed ${path}`);
    }
    await writeOwnFiles(host, inventory, paths);
    const summary = [(done.length > 0 ? done : paths).join(', '), ...conflictTexts(conflicts)].join('; ');
    return done.length > 0 ? changed(summary) : unchanged(summary);
  },
);

/**
 * Looks whether {@link writeGroupVariables} would refuse, and changes nothing.
 * @throws RefusedError for a file of somebody else's where one of Slipway's is to be
 */
export async function refuseForeignVariables(
  host: Host,
  { inventory }: ClusterFolders,
  sources: VariableSources,
): Promise<void> {
  const { files } = groupVariables(sources);
  await refuseForeign(host, { inventory, files, own: await readOwnFiles(host, inventory) });
}

/** Paths beneath the inventory, one a line. Ansible reads no file with this name. */
const ownFilesList = '.slipway-files';

async function readOwnFiles(host: Host, inventory: string): Promise<readonly string[]> {
  const text = (await host.readFile(`${inventory}/${ownFilesList}`)) ?? '';
  return text.split('\n').filter((path) => path !== '');
}

async function writeOwnFiles(host: Host, inventory: string, paths: readonly string[]): Promise<void> {
  const text = [...paths]
    .sort()
    .map((path) => `${path}\n`)
    .join('');
  await host.writeFile(`${inventory}/${ownFilesList}`, text);
}

async function refuseForeign(
  host: Host,
  {
    inventory,
    files,
    own,
  }: { inventory: string; files: Readonly<Record<string, string>>; own: readonly string[] },
): Promise<void> {
  for (const [path, content] of Object.entries(files)) {
    if (own.includes(path)) continue;
    const present = await host.readFile(`${inventory}/${path}`);
    if (present === undefined || present === content) continue;
    throw new RefusedError(
      `${inventory}/${path} on ${host.name} is there already, and Slipway did not write it.`,
      {
        host: host.name,
        advice: 'Move its variables into kubespray.variables of the specification, and the file away.',
      },
    );
  }
}
