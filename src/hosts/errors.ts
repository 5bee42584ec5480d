import type { HostKey } from './host-key.js';

/** Where something went wrong: enough for a reader to go and look. */
export interface HostErrorContext {
  /** The host's name in the inventory. */
  readonly host: string;
  /** What was run, shortened to one line; absent when nothing was run. */
  readonly command?: string;
  /** The last lines of output, at most 4 KiB. */
  readonly output?: string;
  /** What the reader can do next, one sentence. */
  readonly advice?: string;
}

/** The root of everything that can go wrong on a host. `retryable` says whether trying again can help by itself. */
export class HostError extends Error {
  readonly retryable: boolean = true;

  constructor(
    message: string,
    readonly context: HostErrorContext,
    options?: ErrorOptions,
  ) {
    super(message, options);
    this.name = new.target.name;
  }
}

/** No connection could be made: refused, timed out, no route. */
export class HostUnreachableError extends HostError {}

/** A connection that stood broke while something ran; whether it took effect is unknown. */
export class ConnectionLostError extends HostError {}

/** The host refused every key and password offered; retryable, because hosts refuse logins while they boot. */
export class AuthenticationFailedError extends HostError {}

/** The host showed another key than the one pinned: somebody else may answer at this address. Never retried. */
export class HostKeyChangedError extends HostError {
  override readonly retryable: boolean = false;
}

/** The host's key is neither stated nor confirmed, so the password that was needed was not sent. Never retried. */
export class HostKeyUnknownError extends HostError {
  override readonly retryable: boolean = false;

  constructor(
    message: string,
    context: HostErrorContext,
    /** The key that the host has shown. */
    readonly shown: HostKey,
  ) {
    super(message, context);
  }
}

/** A script ended with an exit code other than 0. Not retryable by itself: the step decides. */
export class CommandFailedError extends HostError {
  override readonly retryable: boolean = false;

  constructor(
    message: string,
    context: HostErrorContext,
    readonly exitCode: number,
  ) {
    super(message, context);
  }
}

/**
 * A job that must not simply be run again was cut off by the end of its machine or its processes. Not retried by itself:
 * what it has left behind has to be looked at first.
 */
export class CutOffError extends HostError {
  override readonly retryable: boolean = false;
}

/** A job failed, and where its log is kept there is no room left: whatever it says itself may be cut short by that. */
export class NoRoomError extends CommandFailedError {}

/** The login user may not become root by sudo, so no script was run. */
export class SudoRefusedError extends CommandFailedError {}

/** What was found is not what this tool made or planned for, so it keeps its hands off. Never retried. */
export class RefusedError extends HostError {
  override readonly retryable: boolean = false;
}

/** The step ran, and looking at the host afterwards does not show its effect. */
export class NotProvenError extends HostError {}

/** What the host answered does not have the form that it should have, so it tells nothing. */
export class NotUnderstoodError extends HostError {}

/** Another job holds the lock that this one needs, for example a playbook that is still running. */
export class JobBusyError extends HostError {}

/** A script wrote more to standard output than is kept (8 MiB), so what it answered is incomplete. Never retried. */
export class OutputTooLargeError extends HostError {
  override readonly retryable: boolean = false;
}
