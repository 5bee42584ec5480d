/** Ctrl-C, SIGTERM or a hang-up as an abort signal, for as long as something is under way. */
export interface Interruption {
  readonly controller: AbortController;
  /** Gives the signals back to their usual meaning. */
  release(): void;
}

const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/** Signals after which the process ends at once, whatever it leaves behind. An impatient second Ctrl-C is none. */
const insistence = 3;

/**
 * The first signal ends things in good order; the third one ends the process at once.
 */
export function catchInterruption(): Interruption {
  const controller = new AbortController();
  let heard = 0;
  const hear = () => {
    heard += 1;
    if (heard >= insistence) process.exit(130);
    controller.abort();
  };
  for (const signal of signals) process.on(signal, hear);
  return {
    controller,
    release: () => {
      for (const signal of signals) process.off(signal, hear);
    },
  };
}

/** Resolves when it is aborted. */
export async function untilAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => {
    signal.addEventListener('abort', () => {
      resolve();
    });
  });
}
