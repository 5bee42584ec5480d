import { randomBytes } from 'node:crypto';
import type { RunOptions } from './host.js';
import { lines, quote, sh, type Script } from './script.js';

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

/** Exit code of a script that was not begun, because a part of its input was missing. EX_IOERR of sysexits.h. */
const inputMissing = 74;

/**
 * Takes all of the input before anything is done with it. When a worker dies or a connection breaks, a pipe just ends:
 * what reads from it cannot tell that from the end of the input, and would make a file, or a job, of a part of it.
 */
function receive(bytes: number): Script {
  return sh`slipway_input=$(mktemp)
if ! cat > "$slipway_input" || [ "$(wc -c < "$slipway_input")" -ne ${bytes} ]; then
  rm -f -- "$slipway_input"
  echo 'The input has not arrived as a whole.' >&2
  exit ${inputMissing}
fi
exec < "$slipway_input"
rm -f -- "$slipway_input"`;
}

/**
 * The process that runs a script. The script goes as the argument of `sh -c`; one too long for an argument goes before
 * the script's own input on standard input.
 */
export function shellCommand(script: Script, stdin: RunOptions['stdin']): ShellCommand {
  if (script.text.includes('\0')) throw new RangeError('A script cannot hold a NUL byte.');
  const input = stdin === undefined ? undefined : Buffer.from(stdin);
  const received = input === undefined ? [] : [receive(input.length)];
  const { text } = lines(preamble, ...received, script);
  if (quote(text).length <= longestArgument && Buffer.byteLength(text) <= longestArgument) {
    return { words: ['sh', '-c', text], input };
  }
  const sent = Buffer.from(script.text, 'utf8');
  const all = Buffer.concat([sent, input ?? Buffer.alloc(0)]);
  // `head -c` takes exactly its bytes, so what follows is left for the script.
  const reader = lines(
    preamble,
    receive(all.length),
    sh`slipway_script=$(head -c ${sent.length})`,
    ...(input === undefined ? [sh`exec </dev/null`] : []),
    sh`eval "$slipway_script"`,
  );
  return { words: ['sh', '-c', reader.text], input: all };
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
 * sudo's refusals are known by their words, so it is asked for English ones: by `env`, because login shells differ in how
 * they set a variable. `exec`, so that the login shell does not stand between the script and the signals it gets or dies of.
 */
export function remoteCommand(script: Script, stdin: RunOptions['stdin'], user: string): RemoteCommand {
  const { words, input } = shellCommand(script, stdin);
  const id = randomBytes(8).toString('hex');
  const elevate = user === 'root' ? [] : ['env', 'LC_ALL=C', 'sudo', '-n', '--'];
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
