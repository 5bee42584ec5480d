import { runWorker } from '../../workers/run-worker.js';
import { taskQueue } from '../../protocol/messages.js';
import { exitCodes, type ExitCode } from '../terminal/exit-codes.js';
import type { Terminal } from '../terminal/terminal.js';
import { withTemporal } from '../running/with-temporal.js';

export interface WorkerCommandOptions {
  readonly taskQueue?: string | undefined;
  /** host:port for Prometheus. */
  readonly metrics?: string | undefined;
  readonly logLevel?: 'DEBUG' | 'INFO' | 'WARN' | 'ERROR' | undefined;
}

/** `slipway worker`: a worker as a process of its own, until SIGTERM or Ctrl-C. @throws CommandError */
export async function worker(options: WorkerCommandOptions, terminal: Terminal): Promise<ExitCode> {
  return withTemporal({ terminal, embedded: 'find' }, async ({ connectionOptions, namespace, address }) => {
    await runWorker({
      connectionOptions,
      namespace,
      taskQueue: options.taskQueue,
      metricsAddress: options.metrics,
      logLevel: options.logLevel,
      onReady: () => {
        terminal.write(
          `Worker on ${address}, namespace ${namespace}, task queue ${options.taskQueue ?? taskQueue}.\n`,
        );
      },
    });
    return exitCodes.ok;
  });
}
