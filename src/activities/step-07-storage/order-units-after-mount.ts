import { dropIn, dropInPath } from '../../cluster/storage/drop-in.js';
import { sh } from '../../hosts/script.js';
import { notProven } from '../running/refusals.js';
import { changed, hostStep, unchanged } from '../running/step.js';
import { movedUnits, unitsPresent } from '../../probes/units.js';

/**
 * Has no counterpart in the document: with `nofail` nothing keeps kubelet and containerd from starting before the mount
 * and writing beneath it. A drop-in makes them need it. It is written on a fresh host too, before the units exist.
 */
export const orderUnitsAfterMount = hostStep('orderUnitsAfterMount', async (host, { target }) => {
  let written = false;
  for (const move of target.moves) {
    const outcome = await host.writeFile(dropInPath(move), dropIn(target, move));
    written ||= outcome === 'written';
  }
  if (written) await host.run(sh`systemctl daemon-reload`, { what: 'reload systemd' });
  const loose = (await unitsPresent(host, movedUnits(target))).filter(
    ({ mounts }) => !mounts.split(' ').includes(target.mountPoint),
  );
  if (loose.length > 0) {
    const names = loose.map(({ name }) => name).join(', ');
    throw notProven(host, `${names} do not wait for ${target.mountPoint}.`, 'Look at systemctl cat.');
  }
  const summary = `${movedUnits(target).join(' and ')} wait for ${target.mountPoint}`;
  return written ? changed(summary) : unchanged(summary);
});
