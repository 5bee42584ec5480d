import type { Script } from './script.js';

/** What a script left behind. Output is decoded as UTF-8. */
export interface RunResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** How a script is run; every field has a default. */
export interface RunOptions {
  /** Sent to the script's standard input; without it standard input is /dev/null. */
  readonly stdin?: string | Uint8Array;
  /** Exit codes that are an answer and not a failure. Default: only 0. `'any'`: never throw for a code. */
  readonly accept?: readonly number[] | 'any';
  /** Ends the wait, and the remote process where the transport allows it. */
  readonly signal?: AbortSignal;
  /** Milliseconds until the run is given up with ConnectionLostError. Default 60,000. */
  readonly timeout?: number;
  /** One phrase for error messages, such as "create the RAID array". */
  readonly what?: string;
}

/** How a file is written; the owner is root, or the user who runs things on a local host. */
export interface FileOptions {
  /** Permission bits, for example 0o600. Default 0o644. */
  readonly mode?: number;
}

/**
 * One machine, reached by whatever way: over SSH, directly (the worker's own machine), or a fake in tests.
 * Scripts run as root (through `sudo -n` where the login user is another), under `sh` with `set -eu`.
 */
export interface Host {
  /** The name in the inventory, used in every message. */
  readonly name: string;
  /** Folder on the host for Slipway's own state, by default `/var/lib/slipway`. */
  readonly stateFolder: string;
  /** "<type> <base64>" of the pinned key that the host has shown; undefined where no SSH is in between. */
  readonly hostKey?: string | undefined;

  /**
   * Runs a script to its end.
   * @throws CommandFailedError for an exit code not accepted
   * @throws HostUnreachableError, AuthenticationFailedError, HostKeyChangedError when no connection can be made
   * @throws ConnectionLostError when the connection breaks or the timeout passes
   */
  run(script: Script, options?: RunOptions): Promise<RunResult>;

  /** A file's text, or undefined where there is none. */
  readFile(path: string): Promise<string | undefined>;

  /**
   * Writes a file so that a reader sees the old or the new text, never a part: a temporary file beside it, synced,
   * then renamed. Leaves an equal file of equal mode untouched.
   * @returns whether anything was written
   */
  writeFile(path: string, content: string, options?: FileOptions): Promise<'written' | 'unchanged'>;

  /** The kernel's boot ID: another one means that the machine has been restarted. */
  bootId(): Promise<string>;

  /** Gives the host's connection back, if it has one. Safe to call twice. */
  close(): Promise<void>;
}
