import { Context } from '@temporalio/activity';
import { counted } from '../../cluster/text/quantities.js';
import type { Host } from '../../hosts/host.js';
import { sh } from '../../hosts/script.js';
import { notProven } from '../running/refusals.js';
import { unitsToStart } from './start-and-enable-units.js';
import { hostStep, unchanged } from '../running/step.js';
import { type UnitOnHost, unitsPresent } from '../../probes/units.js';

/** Milliseconds for which a unit must have been up; systemd restarts a crashed kubelet after ten seconds or less. */
const steadyAfter = 12_000;

/**
 * Step 7.15, Verify: journalctl -u kubelet. The units must have been up for some seconds without being restarted by
 * systemd; errors in their journals since they were started are shown, and do not fail the step: kubelet logs errors
 * while the rest of the cluster comes up.
 */
export const checkJournals = hostStep('checkJournals', async (host, { target }) => {
  const names = await unitsToStart(host, target);
  if (names.length === 0) return unchanged('no units to watch');
  const before = await unitsPresent(host, names);
  const missing = steadyAfter - Math.min(...before.map(({ activeFor }) => activeFor));
  if (missing > 0) await Context.current().sleep(missing);
  const after = missing > 0 ? await unitsPresent(host, names) : before;
  const bad = after.filter((unit) => isUnsteady(unit, before));
  if (bad.length > 0) {
    const which = bad.map(({ name, active, restarts }) => `${name} (${active}, restarts ${restarts})`);
    const output = await tails(host, bad);
    throw notProven(host, `Not steady: ${which.join(', ')}.`, 'Read journalctl -u of the unit.', output);
  }
  return unchanged(`${names.join(' and ')} steady, ${await errorNote(host, names)}`);
});

function isUnsteady({ name, active, restarts }: UnitOnHost, before: readonly UnitOnHost[]): boolean {
  const then = before.find((unit) => unit.name === name);
  return active !== 'active' || restarts !== then?.restarts;
}

async function tails(host: Host, units: readonly UnitOnHost[]): Promise<string> {
  const { stdout } = await host.run(
    sh`for unit in ${units.map(({ name }) => name)}; do journalctl -q --no-pager -o cat -n 10 -u "$unit" || true; done`,
    { what: 'read the journals' },
  );
  return stdout.slice(-4096);
}

async function errorNote(host: Host, names: readonly string[]): Promise<string> {
  const { stdout } = await host.run(
    sh`for unit in ${names}; do
  invocation=$(systemctl show -p InvocationID --value "$unit")
  journalctl -q --no-pager -o cat -p err "_SYSTEMD_INVOCATION_ID=$invocation" || true
done`,
    { what: 'read the journals' },
  );
  const errors = stdout.split('\n').filter((line) => line.trim() !== '');
  const last = errors.at(-1);
  return last === undefined
    ? 'no errors in their journals'
    : `${counted(errors.length, 'error')}, the last: ${last.slice(0, 200)}`;
}
