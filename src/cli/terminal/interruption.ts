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

/** Longest time that Node's timers know, in milliseconds. */
const longest = 2 ** 31 - 1;

/** Resolves when it is aborted. A waiting promise alone does not keep a process alive, so a timer does until then. */
export async function untilAborted(signal: AbortSignal): Promise<void> {
  if (signal.aborted) return;
  const hold = setInterval(() => undefined, longest);
  await new Promise<void>((resolve) => {
    signal.addEventListener('abort', () => {
      clearInterval(hold);
      resolve();
    });
  });
}
