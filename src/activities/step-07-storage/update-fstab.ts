import { arrayFstabLine, editFstab } from '../../cluster/storage/fstab.js';
import type { StorageTarget } from '../../cluster/storage/storage-plan.js';
import type { Host } from '../../hosts/host.js';
import { sh } from '../../hosts/script.js';
import { notProven, refused } from '../running/refusals.js';
import { changed, hostStep, unchanged } from '../running/step.js';

/**
 * Step 7.7: Update fstab with the new array: exactly one marked line, by UUID, with `nofail`. Where nothing is to be
 * moved the binds' lines come with it; in a migration they come with the switch of the data, because until then a
 * restart would mount them over the original.
 */
export const updateFstab = hostStep('updateFstab', async (host, { target }) => {
  const outcome = await writeFstab(host, target, target.path === 'fresh');
  const line = arrayFstabLine(target);
  return outcome === 'written' ? changed(line) : unchanged(line);
});

/**
 * Writes the lines, lets systemd read them, and proves that the mount point is looked up by them.
 * @throws RefusedError when fstab has a line of somebody else's for the same place
 */
export async function writeFstab(
  host: Host,
  target: StorageTarget,
  binds: boolean,
): Promise<'written' | 'unchanged'> {
  const edited = editFstab({ fstab: (await host.readFile('/etc/fstab')) ?? '', target, binds });
  if (edited.kind === 'refused') {
    throw refused(host, edited.why, 'Remove that line if it is no longer needed, then retry.');
  }
  const outcome = await host.writeFile('/etc/fstab', edited.text);
  if (outcome === 'written') await host.run(sh`systemctl daemon-reload`, { what: 'reload systemd' });
  const { stdout } = await host.run(sh`findmnt --fstab -rn -o SOURCE -M ${target.mountPoint} || true`, {
    what: 'look up the mount point in fstab',
  });
  if (stdout.trim() !== `UUID=${target.fileSystem.uuid}`) {
    throw notProven(host, `fstab gives "${stdout.trim()}" for ${target.mountPoint}.`, 'Look at /etc/fstab.');
  }
  return outcome;
}
