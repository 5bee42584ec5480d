import { sh } from '../../hosts/script.js';
import { isAllDataMoved } from './parts/moved-data.js';
import { notProven } from '../running/refusals.js';
import { changed, hostStep, unchanged } from '../running/step.js';
import { movedUnits, type UnitOnHost, unitsSynced } from '../../probes/units.js';

/** Milliseconds: a unit may take 90 seconds to stop before systemd kills it. */
const longest = 300_000;

/**
 * Step 7.1: Stop and disable kubelet & containerd. Disabled, because a unit that is only stopped runs again after the
 * restart. Does nothing when the data is on the array already.
 */
export const stopAndDisableUnits = hostStep('stopAndDisableUnits', async (host, { target }) => {
  if (await isAllDataMoved(host, target)) return unchanged('the data is on the array already');
  const present = await unitsSynced(host, movedUnits(target));
  const running = present.filter((unit) => !isOff(unit));
  if (running.length === 0) return unchanged(`${names(present)} stopped and disabled`);
  await host.run(sh`systemctl disable --now ${running.map(({ name }) => `${name}.service`)}`, {
    timeout: longest,
    what: 'stop and disable the units',
  });
  const after = await unitsSynced(host, movedUnits(target));
  const still = after.filter((unit) => !isOff(unit));
  if (still.length > 0) {
    throw notProven(host, `${names(still)} did not stop.`, 'Look what starts it: systemctl status.');
  }
  return changed(`${names(running)} stopped and disabled`);
});

function isOff({ active, enabled }: UnitOnHost): boolean {
  return ['inactive', 'failed'].includes(active) && !['enabled', 'enabled-runtime'].includes(enabled);
}

function names(units: readonly UnitOnHost[]): string {
  return units.map(({ name }) => name).join(' and ') || 'no units';
}
