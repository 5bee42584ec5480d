import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/**
 * The folder of Slipway's own state on the worker's machine: pinned host keys, clusters, jobs of the local host.
 * `$SLIPWAY_HOME`, else `/var/lib/slipway` for root, else `~/.local/state/slipway`.
 */
export function slipwayHome(environment: NodeJS.ProcessEnv = process.env): string {
  const named = environment['SLIPWAY_HOME'];
  if (named !== undefined && named !== '') return resolve(named);
  return process.getuid?.() === 0 ? '/var/lib/slipway' : join(homedir(), '.local', 'state', 'slipway');
}

/** A path in which `~/` stands for the home folder of the worker's user. */
export function expandHome(path: string): string {
  return path === '~' || path.startsWith('~/') ? join(homedir(), path.slice(1)) : path;
}
