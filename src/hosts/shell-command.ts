import { randomBytes } from 'node:crypto';
import type { RunOptions } from './host.js';
import { lines, quote, sh } from './script.js';
import type { Script } from './script.js';

/** Linux carries at most 128 KiB in one argument; quoting for the login shell makes a script longer, so stay well below. */
const longestArgument = 64 * 1024;

/**
 * Stands before every script. A tool's messages are the same on every host whatever its language, and administrators'
 * tools are found also where the login's PATH lacks them.
 */
export const preamble = sh`set -eu
export LC_ALL=C.UTF-8 PATH="\${PATH:-/usr/local/bin:/usr/bin:/bin}:/usr/local/sbin:/usr/sbin:/sbin"`;

/** A process to start, and what to send to its standard input; without `input` that is /dev/null. */
export interface ShellCommand {
  readonly words: readonly string[];
  readonly input: Uint8Array | undefined;
}

/**
 * The process that runs a script. The script goes as the argument of `sh -c`; one too long for an argument goes before
 * the script's own input on standard input.
 */
export function shellCommand(script: Script, stdin: RunOptions['stdin']): ShellCommand {
  if (script.text.includes('\0')) throw new RangeError('A script cannot hold a NUL byte.');
  const input = stdin === undefined ? undefined : Buffer.from(stdin);
  const { text } = lines(preamble, script);
  if (quote(text).length <= longestArgument && Buffer.byteLength(text) <= longestArgument) {
    return { words: ['sh', '-c', text], input };
  }
  const sent = Buffer.from(text, 'utf8');
  // `head -c` takes exactly its bytes from a pipe, so what follows is left for the script.
  const reader = `slipway_script=$(head -c ${sent.length})${input ? '' : '; exec </dev/null'}; eval "$slipway_script"`;
  return { words: ['sh', '-c', reader], input: Buffer.concat([sent, input ?? Buffer.alloc(0)]) };
}

/** A script as a remote login shell takes it. */
export interface RemoteCommand {
  readonly line: string;
  /** Sent to standard input; without it that is /dev/null. */
  readonly input: Uint8Array | undefined;
  /** Another command line, which ends the first one with everything that it started. */
  readonly endLine: string;
}

/**
 * The script as one line for a remote login shell, through `sudo -n` where the login user is not root.
 * `exec`, so that the login shell does not stand between the script and the signals it gets or dies of.
 */
export function remoteCommand(script: Script, stdin: RunOptions['stdin'], user: string): RemoteCommand {
  const { words, input } = shellCommand(script, stdin);
  const id = randomBytes(8).toString('hex');
  const elevate = user === 'root' ? [] : ['sudo', '-n', '--'];
  const line = [...elevate, ...words, 'sh', `slipway-run-${id}`].map(quote).join(' ');
  return {
    line: `exec ${line}${input === undefined ? ' </dev/null' : ''}`,
    input,
    endLine: [...elevate, 'sh', '-c', endRun(id)].map(quote).join(' '),
  };
}

/**
 * Found by its argument, because SSH servers do not pass signals on to commands of root.
 * The brackets keep the search from finding itself.
 */
function endRun(id: string): string {
  return `for pid in $(pgrep -f '[s]lipway-run-${id}'); do
  kill -s TERM -- "-$(ps -o pgid= -p "$pid" | tr -d ' ')"
done`;
}
