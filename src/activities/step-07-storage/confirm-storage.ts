import { dropIn, dropInPath } from '../../cluster/storage/drop-in.js';
import { storageDigest } from '../../cluster/storage/make-storage-plan.js';
import type { StorageTarget } from '../../cluster/storage/storage-plan.js';
import { storageDifferences } from '../../cluster/storage/storage-differences.js';
import type { Host } from '../../hosts/host.js';
import { sh } from '../../hosts/script.js';
import { readFacts } from '../../probes/read-facts.js';
import { notProven } from '../running/refusals.js';
import { observeInitramfs } from './regenerate-initramfs.js';
import { changed, hostStep, unchanged } from '../running/step.js';
import { recordPath } from './parts/read-record-before.js';

/**
 * Proves after the restart that all of step 7 is back: array with its name, members and UUID, file system, mounts,
 * fstab, mdadm.conf, initramfs, the units' order. Then notes the plan's digest on the host: together with the same look
 * it tells the next run that there is nothing to do.
 */
export const confirmStorage = hostStep('confirmStorage', async (host, { target }) => {
  const facts = await readFacts(host, target.mountPoint);
  const problems = [...storageDifferences(facts, target), ...(await hiddenProblems(host, target))];
  if (problems.length > 0) {
    throw notProven(host, problems.join(' '), 'Look at lsblk, /proc/mdstat and findmnt on the host.');
  }
  const path = `${host.stateFolder}/storage/proven`;
  const outcome = await host.writeFile(path, `${storageDigest(target)}\n`);
  // From here on there is nothing to be undone; a record left behind would be taken for that of a later step 7.
  await host.run(sh`rm -f ${recordPath(host)}`, { what: 'forget how it was before step 7' });
  const summary = `${target.array.device} on ${target.mountPoint}, ${target.layout} layout`;
  return outcome === 'written' ? changed(summary) : unchanged(summary);
});

/** What facts do not show. */
async function hiddenProblems(host: Host, target: StorageTarget): Promise<readonly string[]> {
  const problems: string[] = [];
  if ((await observeInitramfs(host, target)) === 'outdated') {
    problems.push('The initramfs is not the one that was proven to hold the array.');
  }
  for (const move of target.moves) {
    if ((await host.readFile(dropInPath(move))) !== dropIn(target, move)) {
      problems.push(`${move.unit} does not wait for the mount.`);
    }
  }
  return problems;
}
