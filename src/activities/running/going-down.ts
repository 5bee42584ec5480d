import { ConnectionLostError, HostError } from '../../hosts/errors.js';
import type { Host } from '../../hosts/host.js';
import { sh } from '../../hosts/script.js';

/**
 * What a step has met on a machine that is being shut down or restarted is no failure of the step: its services end, its file
 * systems are unmounted, and systemd refuses to answer.
 * @returns in such a case an error after which the step is tried again, else the error itself
 */
export async function unlessGoingDown(host: Host, error: unknown): Promise<unknown> {
  const isFinal = error instanceof HostError && !error.retryable;
  if (!isFinal || !(await isGoingDown(host))) return error;
  const why = `${host.name} is being shut down or restarted. Before: ${error.message}`;
  return new ConnectionLostError(why, error.context, { cause: error });
}

/** A connection that has broken meanwhile says so as well; no other failure to look does. */
async function isGoingDown(host: Host): Promise<boolean> {
  try {
    const { stdout, stderr } = await host.run(sh`systemctl is-system-running`, {
      accept: 'any',
      what: 'see whether the machine is being shut down',
      timeout: 10_000,
    });
    // In the last moments of a shutdown systemd has closed its ears.
    return stdout.trim() === 'stopping' || /Connection reset|Transport endpoint/.test(stderr);
  } catch (error) {
    return error instanceof HostError && error.retryable;
  }
}
