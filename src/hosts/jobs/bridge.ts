import { setTimeout as sleep } from 'node:timers/promises';
import { AuthenticationFailedError, ConnectionLostError, HostUnreachableError } from '../errors.js';
import { abortReason } from '../supervise.js';

/** How long a link may be away before the follower gives up and leaves the retry to its caller. */
const patienceMilliseconds = 60_000;
const pauseMilliseconds = 1_000;

export interface BridgeOptions {
  readonly signal?: AbortSignal | undefined;
  /** Called after each attempt that found no link. */
  readonly onWait?: () => void;
  /** Default 60,000 ms. */
  readonly patience?: number | undefined;
}

/**
 * Does something that may be repeated harmlessly, again and again while the link is away. A refused login counts as away
 * too: hosts refuse logins while they boot.
 * @throws the last error when the link was away for too long; any other error at once; the signal's reason when aborted
 */
export async function bridged<Value>(action: () => Promise<Value>, options: BridgeOptions): Promise<Value> {
  const since = Date.now();
  for (;;) {
    try {
      return await action();
    } catch (error) {
      if (!isAway(error) || Date.now() - since > (options.patience ?? patienceMilliseconds)) throw error;
    }
    options.onWait?.();
    await pause(pauseMilliseconds, options.signal);
  }
}

/** @throws the signal's reason when aborted */
export async function pause(milliseconds: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await sleep(milliseconds, undefined, { signal });
  } catch (error) {
    throw signal?.aborted === true ? abortReason(signal) : error;
  }
}

function isAway(error: unknown): boolean {
  return (
    error instanceof ConnectionLostError ||
    error instanceof HostUnreachableError ||
    error instanceof AuthenticationFailedError
  );
}
