import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { execa } from 'execa';
import type { Lab } from '../../src/lab/index.js';

/** What of a lab can be seen on this machine: namespaces, links, mounts, control groups, processes, nspawn's own. */
export async function labTraces(lab: Pick<Lab, 'folder'>): Promise<string[]> {
  const found = await Promise.all([
    execa('ip', ['netns', 'list']).then(({ stdout }) => stdout),
    execa('ip', ['-brief', 'link']).then(({ stdout }) => stdout),
    readFile('/proc/mounts', 'utf8'),
    execa('find', ['/sys/fs/cgroup', '-name', 'slipway-*', '-type', 'd']).then(({ stdout }) => stdout),
    execa('ps', ['-eo', 'args']).then(({ stdout }) => stdout),
    readdir('/run/systemd/nspawn/propagate').then(
      (names) => names.join('\n'),
      () => '',
    ),
  ]);
  // Namespaces, links and control groups carry a digest of the lab's folder.
  const id = createHash('sha256').update(lab.folder).digest('hex').slice(0, 8);
  return found
    .flatMap((text) => text.split('\n'))
    .filter((line) => line.includes(id) || line.includes(lab.folder));
}
