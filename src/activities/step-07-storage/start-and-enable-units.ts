import type { Move } from '../../cluster/storage/data-places.js';
import type { StorageTarget } from '../../cluster/storage/storage-plan.js';
import type { Host } from '../../hosts/host.js';
import { sh } from '../../hosts/script.js';
import { notProven } from '../running/refusals.js';
import { changed, hostStep, unchanged } from '../running/step.js';
import { movedUnits, unitsPresent, unitsSynced } from '../../probes/units.js';

/** Milliseconds: a unit may take 90 seconds to start before systemd gives it up. */
const longest = 300_000;

/**
 * Steps 7.14 and 7.15: Start and enable containerd, then kubelet; those that this host has. In the root-dir layout a
 * unit whose settings do not name the new directory yet would begin anew in the old one; it is left to Kubespray's run
 * (step 7.13), which writes the setting and starts it.
 */
export const startAndEnableUnits = hostStep('startAndEnableUnits', async (host, { target }) => {
  const ready = await unitsToStart(host, target);
  const summary = `${ready.join(' and ') || 'no units'} started and enabled${leftNote(target, ready)}`;
  const present = await unitsSynced(host, ready);
  const off = present.filter(({ active, enabled }) => active !== 'active' || enabled === 'disabled');
  if (off.length === 0) return unchanged(summary);
  await host.run(sh`systemctl enable --now ${off.map(({ name }) => `${name}.service`)}`, {
    timeout: longest,
    what: 'start and enable the units',
  });
  const after = await unitsSynced(host, ready);
  const still = after.filter(({ active }) => active !== 'active' && active !== 'activating');
  if (still.length > 0) {
    const names = still.map(({ name }) => name).join(', ');
    throw notProven(host, `${names} did not start.`, 'Look at journalctl -u for the reason.');
  }
  return changed(summary);
});

/** Units that are on the host and use the data in its new place, in the order in which they start. */
export async function unitsToStart(host: Host, target: StorageTarget): Promise<readonly string[]> {
  const present = (await unitsPresent(host, movedUnits(target))).map(({ name }) => name);
  const ready: string[] = [];
  for (const move of [...target.moves].reverse()) {
    if (!present.includes(move.unit)) continue;
    if (target.layout === 'bind' || (await namesNewPlace(host, move))) ready.push(move.unit);
  }
  return ready;
}

/** Whether a unit, its environment files or containerd's configuration name the directory. */
async function namesNewPlace(host: Host, { unit, to }: Move): Promise<boolean> {
  const { exitCode } = await host.run(
    sh`{
  systemctl cat -- ${unit}
  systemctl show -p EnvironmentFiles -- ${unit} | sed 's/^EnvironmentFiles=//; s/ (ignore_errors=.*//' |
    while IFS= read -r file; do cat -- "$file" 2>/dev/null || true; done
  cat /etc/containerd/config.toml 2>/dev/null || true
} | grep -qF -e ${to}`,
    { accept: [0, 1], what: `look which directory ${unit} uses` },
  );
  return exitCode === 0;
}

function leftNote({ moves }: StorageTarget, ready: readonly string[]): string {
  const left = moves.map(({ unit }) => unit).filter((unit) => !ready.includes(unit));
  return left.length === 0 ? '' : `; Kubespray starts ${left.join(' and ')}`;
}
