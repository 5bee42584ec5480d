import { arrayLine, editMdadmConf } from '../../cluster/storage/mdadm-conf.js';
import { sh } from '../../hosts/script.js';
import { notProven, refused } from '../running/refusals.js';
import { changed, hostStep, unchanged } from '../running/step.js';

const path = '/etc/mdadm/mdadm.conf';

/**
 * Step 7.9: Generate mdadm.conf so the array gets detected on boot. The document lets mkconf write the file anew, which
 * loses what the operator has put in; here one line is added or corrected and the rest stays.
 */
export const writeMdadmConf = hostStep('writeMdadmConf', async (host, { target }) => {
  const edited = editMdadmConf((await host.readFile(path)) ?? null, target.array);
  if (edited.kind === 'refused') {
    throw refused(host, edited.why, `Remove that line from ${path} if the array is gone, then retry.`);
  }
  const outcome = await host.writeFile(path, edited.text);
  const { stdout } = await host.run(sh`mdadm --detail --scan --config=${path}`, {
    what: 'compare mdadm.conf with the running arrays',
  });
  if (!stdout.includes(target.array.uuid)) {
    throw notProven(host, 'mdadm does not see the array that mdadm.conf names.', 'Look at /proc/mdstat.');
  }
  const line = arrayLine(target.array);
  return outcome === 'written' ? changed(line) : unchanged(line);
});
