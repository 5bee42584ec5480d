import { CommandFailedError, NotProvenError, RefusedError } from '../../hosts/errors.js';
import type { Host } from '../../hosts/host.js';
import { sh, type Script } from '../../hosts/script.js';

/** Exit code of a script that looked and keeps its hands off; the last lines say why. EX_DATAERR of sysexits.h. */
const refusalCode = 65;

/** Defines `refuse "why"` for scripts that look immediately before they act. */
export const refuseFunction: Script = sh`refuse() { printf 'refused: %s\n' "$1"; exit ${refusalCode}; }`;

/** Runs work whose scripts may refuse, and gives the refusal its own error. */
export async function withRefusals<Output>(host: Host, work: () => Promise<Output>): Promise<Output> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof CommandFailedError) || error.exitCode !== refusalCode) throw error;
    const why = /refused: ([^\n]*)\s*$/.exec(error.context.output ?? '')?.[1] ?? error.message;
    throw new RefusedError(`Refused on ${host.name}: ${why}`, error.context, { cause: error });
  }
}

/** @returns an error that says what was found instead of what the plan allows */
export function refused(host: Host, why: string, advice: string): RefusedError {
  return new RefusedError(`Refused on ${host.name}: ${why}`, { host: host.name, advice });
}

/** @returns an error that says what looking at the host does not show after the step has run */
export function notProven(host: Host, what: string, advice: string, output?: string): NotProvenError {
  return new NotProvenError(`${what} (on ${host.name})`, {
    host: host.name,
    advice,
    ...(output === undefined ? {} : { output }),
  });
}
