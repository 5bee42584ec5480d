import { Context } from '@temporalio/activity';
import { AuthenticationFailedError, ConnectionLostError, HostUnreachableError } from '../../hosts/errors.js';
import type { Host } from '../../hosts/host.js';
import { sh } from '../../hosts/script.js';
import type { Dependencies } from '../running/dependencies.js';
import { notProven } from '../running/refusals.js';
import { changed, step, withHost } from '../running/step.js';

/** Milliseconds between two looks. */
const pause = 1_000;
/** Milliseconds in which a host must be down, measured while it still answers with the old boot ID. */
const longestShutdown = 600_000;

/**
 * Step 7.2: Reboot the node, last part: waits until the host answers with another boot ID and systemd has finished
 * starting. A host that starts refuses connections and logins for a while; another host key is never waited out.
 */
export const waitForReboot = step(
  'waitForReboot',
  async ({ host: address, bootIdBefore }, dependencies: Pick<Dependencies, 'hosts'>) => {
    const context = Context.current();
    const begun = Date.now();
    for (;;) {
      const state = await look(() =>
        withHost(dependencies, address, (host) => observe(host, bootIdBefore, Date.now() - begun)),
      );
      if (state !== null) return changed(state);
      await context.sleep(pause);
    }
  },
);

/** One line about the started system; null while it is not started yet. */
async function observe(host: Host, bootIdBefore: string, waited: number): Promise<string | null> {
  const bootId = await host.bootId();
  if (bootId === bootIdBefore) {
    if (waited < longestShutdown) return null;
    throw notProven(host, 'The host has not restarted.', 'Look at its console: something keeps it up.');
  }
  const { stdout } = await host.run(
    sh`systemctl is-system-running || true
systemctl list-units --failed --plain --no-legend | cut -d ' ' -f 1`,
    { what: 'look whether the system has started' },
  );
  const [state = '', ...failed] = stdout.trim().split('\n');
  if (!['running', 'degraded', 'maintenance'].includes(state)) return null;
  if (state === 'maintenance') {
    throw notProven(host, 'The host started into its emergency mode.', 'Mend it at its console.');
  }
  const note = failed.length > 0 ? `, failed units: ${failed.join(', ')}` : '';
  return `restarted, boot ${bootId.slice(0, 8)}${note}`;
}

async function look(once: () => Promise<string | null>): Promise<string | null> {
  try {
    return await once();
  } catch (error) {
    const starting =
      error instanceof HostUnreachableError ||
      error instanceof ConnectionLostError ||
      error instanceof AuthenticationFailedError;
    if (!starting) throw error;
    return null;
  }
}
