import type { StorageLayouts } from '../storage/storage-layouts.js';
import { kubeletFlags, rootDirs } from './kubelet-flags.js';

type Variables = Readonly<Record<string, unknown>>;
type Layout = StorageLayouts[string];

/** A folder of the operator's own variables that is not on the array of step 7. */
export interface Bypass {
  /** What the variables say, or lack, as it is to be told. */
  readonly is: string;
  readonly shouldBe: string;
  readonly advice: string;
}

const usualFolders = { kubelet: '/var/lib/kubelet', containerd: '/var/lib/containerd' } as const;
type Owner = keyof typeof usualFolders;

interface Input {
  readonly variables: Variables;
  readonly release: string;
  readonly storage: StorageLayouts;
}

/** Where kubelet's or containerd's data would be on the system disk, beside the array that was made for them. */
export function bypassedStorage(input: Input): Bypass[] {
  return [...ofKubelet(input), ...ofContainerd(input)];
}

function ofKubelet({ variables, release, storage }: Input): Bypass[] {
  const said = rootDirs(variables, { release, isWorker: true }).at(-1);
  if (said === undefined && !Object.hasOwn(variables, kubeletFlags)) return [];
  const wanted = foldersMissed(said?.folder ?? usualFolders.kubelet, 'kubelet', storage);
  const flags = wanted.map((folder) => `--root-dir=${folder}`);
  const [only = '', ...others] = flags;
  if (only === '') return [];
  return [
    {
      is:
        said === undefined
          ? `${kubeletFlags} in kubespray.variables lacks ${flags.join(' and ')}`
          : `${said.variable} in kubespray.variables has --root-dir=${said.folder} in place of ${flags.join(' and ')}`,
      shouldBe: 'kubelet’s data on the array that step 7 makes',
      advice:
        others.length > 0
          ? 'Hosts have different folders: choose the layout bind, and no --root-dir.'
          : said === undefined
            ? `Add "${only}" to it, or choose the layout bind.`
            : `Make it "${only}".`,
    },
  ];
}

function ofContainerd({ variables, storage }: Input): Bypass[] {
  const variable = 'containerd_storage_dir';
  if (!Object.hasOwn(variables, variable)) return [];
  const wanted = foldersMissed(String(variables[variable]), 'containerd', storage);
  if (wanted.length === 0) return [];
  return [
    {
      is: `${variable} in kubespray.variables is ${JSON.stringify(variables[variable])} in place of ${wanted.join(' and ')}`,
      shouldBe: 'containerd’s data on the array that step 7 makes',
      advice: `Take ${variable} out of kubespray.variables: Slipway writes it for each host that needs it.`,
    },
  ];
}

/** The folders that the hosts should use whose array does not hold this one; each once. */
function foldersMissed(folder: string, owner: Owner, storage: StorageLayouts): string[] {
  const missed = Object.values(storage).filter((layout) => !isOnArray(folder, owner, layout));
  return [...new Set(missed.map((layout) => folderOf(owner, layout)))];
}

const folderOf = (owner: Owner, { mountPoint, layout }: Layout) =>
  layout === 'bind' ? usualFolders[owner] : `${mountPoint}/${owner}`;

/** With the layout `bind` the usual folder is on the array as well. */
function isOnArray(folder: string, owner: Owner, { mountPoint, layout }: Layout): boolean {
  if (folder.split('/').includes('..')) return false;
  const places = [mountPoint, ...(layout === 'bind' ? [usualFolders[owner]] : [])];
  return places.some((place) => folder === place || folder.startsWith(`${place}/`));
}
