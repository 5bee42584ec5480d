import { runWorker } from '../../workers/run-worker.js';
import type { TemporalConnection } from '../../temporal/connect.js';

/** Waits for a workflow, and gives up when the worker that would go on with it has ended by itself. */
export type Guarded = <Output>(running: Promise<Output>) => Promise<Output>;

/**
 * Runs a worker beside the command for the time of `work`; where none is wanted, because others take the work, `guarded`
 * just waits.
 * @throws what the worker throws at its start, and, out of `guarded`, what has ended it
 */
export async function withOwnWorker<Output>(
  { connection, isWanted }: { readonly connection: TemporalConnection; readonly isWanted: boolean },
  work: (guarded: Guarded) => Promise<Output>,
): Promise<Output> {
  if (!isWanted) return work((running) => running);
  const worker = await startOwnWorker(connection);
  try {
    return await work((running) => Promise.race([running, worker.failed]));
  } finally {
    await worker.stop();
  }
}

/** A worker in this process. */
interface OwnWorker {
  /** Rejects if the worker ends by itself; never resolves before {@link stop}. */
  readonly failed: Promise<never>;
  /** Lets running steps come to a good place, then ends. Jobs on hosts go on by themselves. */
  stop(): Promise<void>;
}

/** Waits until the worker takes work. */
async function startOwnWorker({ connectionOptions, namespace }: TemporalConnection): Promise<OwnWorker> {
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
