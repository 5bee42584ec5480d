import { cp, mkdtemp, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { execa } from 'execa';

/** Goes along with the package, beside `src` and `dist`. */
const source = fileURLToPath(new URL('../../lab/kubespray-stand-in', import.meta.url));

/** Releases of Kubespray under whose names the stand-in can be cloned. */
export const standInTags = ['v2.24.1', 'v2.25.0', 'v2.26.0'] as const;

/** Nothing of the user's own settings of git has a say, and the same files always make the same commit. */
const environment = {
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_CONFIG_SYSTEM: '/dev/null',
  GIT_AUTHOR_NAME: 'Slipway',
  GIT_AUTHOR_EMAIL: 'slipway@localhost',
  GIT_AUTHOR_DATE: '2024-01-01T00:00:00Z',
  GIT_COMMITTER_NAME: 'Slipway',
  GIT_COMMITTER_EMAIL: 'slipway@localhost',
  GIT_COMMITTER_DATE: '2024-01-01T00:00:00Z',
};

/**
 * Makes a Git repository out of the stand-in playbooks, for `kubespray.repository` of a lab's specification.
 * Whatever was in the folder is replaced at once, so it may be called at each start.
 * @param folder the repository's folder; its parent must exist
 * @returns the folder's path
 */
export async function materialiseStandIn({ folder }: { readonly folder: string }): Promise<string> {
  const part = await mkdtemp(join(dirname(folder), `.${basename(folder)}.`));
  try {
    await cp(source, part, { recursive: true });
    const git = (...words: string[]) => execa('git', words, { cwd: part, env: environment, stdin: 'ignore' });
    await git('init', '-q', '-b', 'master');
    await git('add', '-A');
    await git('commit', '-q', '-m', 'Stand-in for Kubespray');
    for (const tag of standInTags) await git('tag', tag);
    await rm(folder, { recursive: true, force: true });
    await rename(part, folder);
    return folder;
  } finally {
    await rm(part, { recursive: true, force: true });
  }
}
