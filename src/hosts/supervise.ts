import type { RunResult } from './host.js';
import { connectionLost, judgeEnd, type ProcessEnd, type RunAttempt } from './run-errors.js';

const defaultTimeout = 60_000;

/** A process under way, over whatever transport. */
export interface Supervised {
  readonly attempt: RunAttempt;
  /** Hands on how the process ended, or why that cannot be known. */
  readonly watch: (ended: (end: ProcessEnd) => void, failed: (error: Error) => void) => void;
  /** Ends the process as far as the transport can; called when nobody waits for it any longer. */
  readonly stop: () => void;
}

/**
 * Waits for a process within the run's timeout and abort signal, and judges its end.
 * @throws as {@link judgeEnd}; ConnectionLostError at the timeout; the signal's reason when aborted
 */
export async function supervise({ attempt, watch, stop }: Supervised): Promise<RunResult> {
  const { signal, timeout = defaultTimeout } = attempt.options;
  const released: (() => void)[] = [];
  try {
    const end = await new Promise<ProcessEnd>((resolve, reject) => {
      const giveUp = (reason: Error) => {
        reject(reason);
        stop();
      };
      const timer = setTimeout(() => {
        giveUp(connectionLost(attempt, `it took longer than ${timeout / 1000} s`));
      }, timeout);
      const onAbort = () => giveUp(abortReason(signal));
      signal?.addEventListener('abort', onAbort, { once: true });
      released.push(() => clearTimeout(timer));
      released.push(() => signal?.removeEventListener('abort', onAbort));
      watch(resolve, reject);
    });
    return judgeEnd(attempt, end);
  } finally {
    for (const release of released) release();
  }
}

/** What an aborted signal was aborted with, as an error. */
export function abortReason(signal: AbortSignal | undefined): Error {
  const reason: unknown = signal?.reason;
  return reason instanceof Error ? reason : new Error('The run was aborted.', { cause: reason });
}
