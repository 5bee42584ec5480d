import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import type { GuestFiles } from './guest-files.js';
import { mmdebstrap } from './mmdebstrap.js';

export interface RootFileSystemParts {
  readonly packages: readonly string[];
  readonly files: GuestFiles;
  readonly masked: readonly string[];
  /** Shell text that runs with the root folder as its argument at the end. */
  readonly finish: string;
}

/**
 * Builds a root file system as a folder by mmdebstrap from the distribution's packages.
 * @param target is made; `workFolder` takes what is needed on the way
 */
export async function buildRootFileSystem(
  parts: RootFileSystemParts,
  where: { readonly target: string; readonly workFolder: string; readonly onLine?: (line: string) => void },
): Promise<void> {
  const tree = join(where.workFolder, 'files');
  await writeTree(tree, parts);
  const finish = join(where.workFolder, 'finish.sh');
  await writeFile(finish, parts.finish);
  await mmdebstrap({
    ...where,
    variant: 'minbase',
    packages: parts.packages,
    options: [
      ...['man', 'doc', 'locale'].map((folder) => `--dpkgopt=path-exclude=/usr/share/${folder}/*`),
      `--customize-hook=sync-in '${tree}' /`,
      `--customize-hook=sh '${finish}' "$1"`,
    ],
    what: 'build the root file system of lab machines from the distribution’s packages',
  });
}

async function writeTree(tree: string, parts: RootFileSystemParts): Promise<void> {
  for (const [path, text] of Object.entries(parts.files)) {
    await mkdir(dirname(join(tree, path)), { recursive: true });
    await writeFile(join(tree, path), text);
  }
  const units = join(tree, 'etc/systemd/system');
  await mkdir(units, { recursive: true });
  for (const unit of parts.masked) await symlink('/dev/null', join(units, unit));
}
