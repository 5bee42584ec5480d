import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

import { command } from '../command.js';
import { hostAptSources, proxyOptions } from './apt-sources.js';
import { suite } from './packages.js';

export interface MmdebstrapOptions {
  /** The folder that is made. */
  readonly target: string;
  /** Takes what is needed on the way. */
  readonly workFolder: string;
  /** `extract` unpacks the packages and what they depend on, and sets nothing up. */
  readonly variant: 'minbase' | 'extract';
  readonly packages: readonly string[];
  /** More words, such as hooks. */
  readonly options?: readonly string[];
  /** One phrase for the error message. */
  readonly what: string;
  readonly onLine?: (line: string) => void;
}

/**
 * Makes a folder out of the distribution's packages, by the apt sources and the proxy of this machine.
 * @throws LabError
 */
export async function mmdebstrap(options: MmdebstrapOptions): Promise<void> {
  const sources = join(options.workFolder, 'host.sources');
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
      `--variant=${options.variant}`,
      '--components=main',
      `--include=${options.packages.join(',')}`,
      '--aptopt=Apt::Install-Recommends "false"',
      ...proxyOptions(dump.stdout).map((option) => `--aptopt=${option}`),
      ...(options.options ?? []),
      suite,
      options.target,
      ...oneLine,
      ...(stanzas.length === 0 ? [] : [sources]),
    ],
    { what: options.what, timeout: 30 * 60_000, onLine: options.onLine },
  );
}
