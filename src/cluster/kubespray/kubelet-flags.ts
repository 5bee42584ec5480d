import { rulesFor } from '../releases/releases.js';

type Variables = Readonly<Record<string, unknown>>;

/** Kubelet's flags on every node. Slipway writes them only where the operator does not. */
export const kubeletFlags = 'kubelet_custom_flags';

/** A folder that kubelet is given by a flag of the operator's own. */
export interface RootDir {
  readonly variable: string;
  readonly folder: string;
}

/**
 * Every `--root-dir` of the operator's own, in the order in which kubelet gets them; the last one wins. Up to v2.26
 * workers get the flags of a second variable after those of the first. A template stays as it is written.
 */
export function rootDirs(
  variables: Variables,
  { release, isWorker }: { readonly release: string; readonly isWorker: boolean },
): RootDir[] {
  const hasSecond = isWorker && !rulesFor(release).release.customFlagsMustBeList;
  const names = [kubeletFlags, ...(hasSecond ? ['kubelet_node_custom_flags'] : [])];
  return names.flatMap((variable) =>
    [...textOf(variables[variable]).matchAll(/(?:^|\s)--root-dir[=\s]\s*((?:\{\{.*?\}\}|\S)+)/g)].map(
      ([, folder = '']) => ({ variable, folder }),
    ),
  );
}

/** Flags as Kubespray's template joins them. */
function textOf(flags: unknown): string {
  return Array.isArray(flags) ? flags.map(String).join(' ') : typeof flags === 'string' ? flags : '';
}
