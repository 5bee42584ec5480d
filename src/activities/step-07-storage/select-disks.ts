import { recheckDisks } from '../../cluster/storage/recheck-disks.js';
import { showBytes } from '../../cluster/text/quantities.js';
import { readFacts } from '../../probes/read-facts.js';
import { refused } from '../running/refusals.js';
import { hostStep, unchanged } from '../running/step.js';

/**
 * Step 7.3: Find 2 free NVME disks. The plan has found them; this looks again immediately before they are written to: each
 * planned serial number is still there, is the same disk, and is blank or a member of the planned array. Changes nothing.
 * @throws RefusedError (as a failure) when a disk is not what was approved
 */
export const selectDisks = hostStep('selectDisks', async (host, { target }) => {
  const disks = recheckDisks(await readFacts(host, target.mountPoint), target);
  const bad = disks.filter(({ problems }) => problems.length > 0);
  if (bad.length > 0) {
    const why = bad.map(({ disk, problems }) => `Disk ${disk.serial}: ${problems.join(' ')}`).join(' ');
    throw refused(host, why, 'Look at the disk, then run the plan again: it asks for a new approval.');
  }
  const shown = disks.map(({ disk, name }) => `${disk.serial} (${name ?? ''}, ${showBytes(disk.bytes)})`);
  return unchanged(`as approved: ${shown.join(', ')}`);
});
