import { runWorker } from '../workers/run-worker.js';
import type { TemporalConnection } from '../temporal/connect.js';

/** A worker in this process. */
export interface OwnWorker {
  /** Rejects if the worker ends by itself; never resolves before {@link stop}. */
  readonly failed: Promise<never>;
  /** Lets running steps come to a good place, then ends. Jobs on hosts go on by themselves. */
  stop(): Promise<void>;
}

/** Starts a worker beside the command, and waits until it takes work. @throws what the worker throws at its start */
export async function startOwnWorker({
  connectionOptions,
  namespace,
}: Pick<TemporalConnection, 'connectionOptions' | 'namespace'>): Promise<OwnWorker> {
  const end = new AbortController();
  let ready: () => void = () => undefined;
  const isReady = new Promise<void>((resolve) => {
    ready = resolve;
  });
  const running = runWorker({
    connectionOptions,
    namespace,
    signal: end.signal,
    handleSignals: false,
    // Every failure is shown with the step that it belongs to; the worker's own log would only scroll it away.
    logLevel: 'ERROR',
    onReady: () => {
      ready();
    },
  });
  const failed = running.then(() => new Promise<never>(() => undefined));
  failed.catch(() => undefined);
  await Promise.race([isReady, failed]);
  return {
    failed,
    stop: async () => {
      end.abort();
      await running.catch(() => undefined);
    },
  };
}
