import { homedir } from 'node:os';
import { join, resolve } from 'node:path';

/** Slipway's state cannot be kept where it would be. The message is for the operator. */
export class StateFolderError extends Error {
  override readonly name = 'StateFolderError';
}

/**
 * What a path may hold that Ansible, ssh and Python's virtual environments all take as it is: a space or quote ends a
 * word of ssh's arguments, `%` and `$` are put in, `;` begins a comment, `:` ends a path in a list.
 */
const plainPath = /^[A-Za-z0-9@~/._+=,-]*$/;

/**
 * The folder of Slipway's own state on the worker's machine: pinned host keys, clusters, jobs of the local host.
 * `$SLIPWAY_HOME`, else `/var/lib/slipway` for root, else `~/.local/state/slipway`.
 * @throws StateFolderError for a path that the tools in it could not be given
 */
export function slipwayHome(environment: NodeJS.ProcessEnv = process.env): string {
  const path = homeOf(environment);
  if (/^\/(proc|sys|dev)(\/|$)/.test(path)) {
    throw new StateFolderError(
      `Slipway's folder ${path} would be in a file system of the kernel's, which keeps nothing: set SLIPWAY_HOME to another folder.`,
    );
  }
  if (plainPath.test(path)) return path;
  throw new StateFolderError(
    `Slipway's folder ${path} must hold only letters, digits and @ ~ / . _ + = , -, because Ansible and ssh read its path: set SLIPWAY_HOME to another folder.`,
  );
}

function homeOf(environment: NodeJS.ProcessEnv): string {
  const named = environment['SLIPWAY_HOME'];
  if (named !== undefined && named !== '') return resolve(named);
  return process.getuid?.() === 0 ? '/var/lib/slipway' : join(homedir(), '.local', 'state', 'slipway');
}

/** A path in which `~/` stands for the home folder of the worker's user. */
export function expandHome(path: string): string {
  return path === '~' || path.startsWith('~/') ? join(homedir(), path.slice(1)) : path;
}
