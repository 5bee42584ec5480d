import { mkdir, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';

import { command } from '../command.js';
import { hostAptSources, proxyOptions } from './apt-sources.js';
import type { GuestFiles } from './guest-files.js';
import { suite } from './packages.js';

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
  const sources = join(where.workFolder, 'host.sources');
  const found = await hostAptSources(suite);
  const oneLine = found.filter((part) => part.startsWith('deb '));
  const stanzas = found.filter((part) => !part.startsWith('deb '));
  await writeFile(sources, stanzas.join('\n\n'));
  const dump = await command('apt-config', ['dump'], { what: "read this machine's apt settings" });
  await command(
    'unshare',
    [
      // Its mounts of /proc, /sys and /dev stay its own, so removing an unfinished folder can never reach through them.
      ...['--mount', '--propagation', 'private', 'mmdebstrap'],
      '--mode=root',
      '--variant=minbase',
      '--components=main',
      `--include=${parts.packages.join(',')}`,
      '--aptopt=Apt::Install-Recommends "false"',
      ...proxyOptions(dump.stdout).map((option) => `--aptopt=${option}`),
      ...['man', 'doc', 'locale'].map((folder) => `--dpkgopt=path-exclude=/usr/share/${folder}/*`),
      `--customize-hook=sync-in '${tree}' /`,
      `--customize-hook=sh '${finish}' "$1"`,
      suite,
      where.target,
      ...oneLine,
      ...(stanzas.length === 0 ? [] : [sources]),
    ],
    {
      what: 'build the root file system of lab machines from the distribution’s packages',
      timeout: 30 * 60_000,
      onLine: where.onLine,
    },
  );
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
