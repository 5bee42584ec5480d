import {
  CommandFailedError,
  ConnectionLostError,
  OutputTooLargeError,
  SudoRefusedError,
  type HostErrorContext,
} from './errors.js';
import type { RunOptions, RunResult } from './host.js';
import type { Script } from './script.js';

const commandLength = 200;
const outputBytes = 4096;

/** What every way of running a script knows when it composes an error. */
export interface RunAttempt {
  readonly host: string;
  readonly script: Script;
  readonly options: RunOptions;
}

/** How a script's process ended, whatever the transport. */
export interface ProcessEnd {
  readonly exitCode: number | undefined;
  /** The signal that ended the process, such as SIGTERM. */
  readonly signal?: string | undefined;
  readonly stdout: string;
  readonly stderr: string;
  /** Standard output was longer than is kept. */
  readonly truncated?: boolean | undefined;
}

/**
 * The one place that decides whether a script's end is an answer or a failure.
 * A process that a signal ended is treated like a lost connection: whether it took effect is unknown, and that is what
 * a script sees when its host shuts down.
 * @throws CommandFailedError, ConnectionLostError, OutputTooLargeError
 */
export function judgeEnd(attempt: RunAttempt, end: ProcessEnd): RunResult {
  const { exitCode, stdout, stderr } = end;
  if (exitCode === undefined) {
    const how = end.signal === undefined ? 'gave no exit code' : `was ended by ${end.signal}`;
    throw connectionLost(attempt, `it ${how}`, stderr || stdout);
  }
  if (!isAccepted(exitCode, attempt.options.accept)) throw commandFailed(attempt, exitCode, stderr || stdout);
  if (end.truncated === true) throw outputTooLarge(attempt);
  return { exitCode, stdout, stderr };
}

/** A run whose end was not seen: the link broke, the timeout passed, or a signal ended it. */
export function connectionLost(
  attempt: RunAttempt,
  why: string,
  output = '',
  cause?: unknown,
): ConnectionLostError {
  return new ConnectionLostError(
    `Lost sight of ${title(attempt)} on ${attempt.host}: ${why}. Whether it took effect is unknown.`,
    context(attempt, output, 'Trying again looks at the host first and does what is left.'),
    { cause },
  );
}

/** A login that ended with exit code 0 and never came to the script: something else runs in its place. */
export function notRun(attempt: RunAttempt, { stdout, stderr }: ProcessEnd): CommandFailedError {
  return new CommandFailedError(
    `${title(attempt)} was not run on ${attempt.host}: the login ended before it.`,
    context(
      attempt,
      stderr || stdout,
      'Look at the login shell of the user, its start files, and ForceCommand in sshd_config.',
    ),
    0,
  );
}

/** The first line of a script that does something, shortened to fit a message. */
export function oneLine(script: Script): string {
  const all = script.text.split('\n').map((text) => text.trim());
  const first = all.find((text) => text !== '' && !text.startsWith('#')) ?? '';
  return first.length > commandLength ? `${first.slice(0, commandLength)}…` : first;
}

/** The end of a text, at most so many bytes of UTF-8, never a broken character. */
export function tailOf(text: string, bytes = outputBytes): string {
  const all = Buffer.from(text.slice(-bytes), 'utf8');
  if (all.length <= bytes) return all.toString('utf8');
  let start = all.length - bytes;
  while (start < all.length && isContinuation(all[start])) start += 1;
  return all.subarray(start).toString('utf8');
}

function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80;
}

function isAccepted(exitCode: number, accept: RunOptions['accept']): boolean {
  if (accept === 'any') return true;
  return accept === undefined ? exitCode === 0 : accept.includes(exitCode);
}

function commandFailed(attempt: RunAttempt, exitCode: number, output: string): CommandFailedError {
  const last = lastLine(output);
  const refusal = sudoRefusals.find(({ pattern }) => pattern.test(output));
  const Failure = refusal === undefined ? CommandFailedError : SudoRefusedError;
  return new Failure(
    `${title(attempt)} failed on ${attempt.host} with exit code ${exitCode}${last === '' ? '.' : `: ${last}`}`,
    context(attempt, output, refusal?.advice),
    exitCode,
  );
}

function outputTooLarge(attempt: RunAttempt): OutputTooLargeError {
  return new OutputTooLargeError(
    `${title(attempt)} wrote more output on ${attempt.host} than is kept, so its answer is incomplete.`,
    context(attempt, '', 'Let the script write less, or into a file, or run it as a job.'),
  );
}

/**
 * What sudo says in place of running the script, and what to do about it: in English, which it is asked for, by its own words
 * or by those of sudo-rs. Where there is no sudo, `env` says so, in the language of the login.
 */
const sudoRefusals = [
  {
    pattern:
      /^sudo: .*(password is required|terminal is required|authentication is required|Authentication required)/m,
    advice: 'Allow the login user to run sudo without a password (NOPASSWD), or log in as root.',
  },
  {
    pattern: /^sudo: .*must have a tty/m,
    advice:
      'Take requiretty out of the sudoers file for the login user (Defaults:USER !requiretty), or log in as root.',
  },
  {
    pattern:
      /^(sudo: )?(Sorry, user .* is not allowed to execute|\S+ is not in the sudoers file|I'm sorry .* I'm afraid I can't do that)/m,
    advice:
      'Allow the login user to run everything by sudo (USER ALL=(ALL) NOPASSWD: ALL), or log in as root.',
  },
  {
    pattern: /^env: [^:]*\bsudo\b[^:]*: /m,
    advice: 'Install sudo on the host, or log in as root.',
  },
] as const;

function title({ script, options }: RunAttempt): string {
  return `"${options.what ?? oneLine(script)}"`;
}

function lastLine(output: string): string {
  const last = output.trimEnd().split('\n').at(-1)?.trim() ?? '';
  return last.length > commandLength ? `${last.slice(0, commandLength)}…` : last;
}

function context(attempt: RunAttempt, output: string, advice: string | undefined): HostErrorContext {
  return {
    host: attempt.host,
    command: oneLine(attempt.script),
    ...(output === '' ? {} : { output: tailOf(output) }),
    ...(advice === undefined ? {} : { advice }),
  };
}
