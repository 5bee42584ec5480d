import { IllegalStateError } from '@temporalio/common';
import { NativeConnection, Runtime, type NativeConnectionOptions } from '@temporalio/worker';
import { createWorker } from './create-worker.js';
import { createDependencies } from './dependencies.js';
import { plainLog } from './plain-log.js';
import { ensureSearchAttributes } from './search-attributes.js';

export interface RunWorkerOptions {
  /** As `connectTemporal` gives them. */
  readonly connectionOptions: NativeConnectionOptions;
  readonly namespace: string;
  readonly taskQueue?: string | undefined;
  /** Ends the worker gracefully; besides SIGTERM and SIGINT where `handleSignals` says so. */
  readonly signal?: AbortSignal | undefined;
  /** Whether SIGTERM and SIGINT end it: true for a process of its own. Default true. */
  readonly handleSignals?: boolean | undefined;
  /** Called when it has begun to take work. */
  readonly onReady?: (() => void) | undefined;
  /** Least severe lines of the log on standard error. Default INFO. */
  readonly logLevel?: 'DEBUG' | 'INFO' | 'WARN' | 'ERROR' | undefined;
  /** host:port where metrics are served for Prometheus; none by default. */
  readonly metricsAddress?: string | undefined;
}

/**
 * Runs a worker until it is asked to end. It then takes no new work, lets running activities end for three seconds, and
 * tells the rest to stop: their jobs on hosts go on, and the next worker follows them.
 * @throws StateFolderError, SearchAttributesMissingError, and what the connection throws
 */
export async function runWorker(options: RunWorkerOptions): Promise<void> {
  const { connectionOptions, namespace, taskQueue, signal, handleSignals = true } = options;
  installRuntime(options);
  const dependencies = createDependencies();
  const connection = await NativeConnection.connect(connectionOptions);
  try {
    await ensureSearchAttributes({ connection, namespace });
    const worker = await createWorker({ connection, namespace, taskQueue, dependencies });
    const end = () => {
      if (worker.getState() === 'RUNNING') worker.shutdown();
    };
    signal?.addEventListener('abort', end);
    const running = worker.run();
    options.onReady?.();
    if (signal?.aborted === true) end();
    if (handleSignals) for (const name of ['SIGTERM', 'SIGINT'] as const) process.on(name, end);
    try {
      await running;
    } finally {
      signal?.removeEventListener('abort', end);
      for (const name of ['SIGTERM', 'SIGINT'] as const) process.off(name, end);
    }
  } finally {
    await dependencies.hosts.closeAll();
    await connection.close();
  }
}

/**
 * Once for a process, before any connection. The SDK would end all workers at SIGINT and SIGTERM by itself; here that
 * is the caller's, because `slipway up` has more to end than its worker.
 */
function installRuntime({ logLevel = 'INFO', metricsAddress }: RunWorkerOptions): void {
  try {
    Runtime.install({
      logger: plainLog(logLevel),
      shutdownSignals: [],
      telemetryOptions: {
        // By itself the SDK's native part prints to standard output, in colours.
        logging: { filter: { core: 'WARN', other: 'ERROR' }, forward: {} },
        ...(metricsAddress !== undefined && { metrics: { prometheus: { bindAddress: metricsAddress } } }),
      },
    });
  } catch (error) {
    // A process has one runtime: an earlier worker's serves this one as well.
    if (!(error instanceof IllegalStateError)) throw error;
  }
}
