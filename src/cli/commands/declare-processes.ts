import { InvalidArgumentError, Option, type Command } from 'commander';
import { examples, type Dispatch } from './dispatch.js';
import type { ServerOptions } from './server.js';
import type { WorkerCommandOptions } from './worker.js';

/** The commands that run until Ctrl-C. */
export function declareProcesses(program: Command, dispatch: Dispatch): void {
  program
    .command('worker')
    .description('Run a worker as a process of its own, until Ctrl-C or SIGTERM.')
    .option('--task-queue <name>', 'default: slipway')
    .option('--metrics <host:port>', 'serve metrics for Prometheus there')
    .addOption(new Option('--log-level <level>', 'default: INFO').choices(['DEBUG', 'INFO', 'WARN', 'ERROR']))
    .addHelpText('after', examples(['TEMPORAL_ADDRESS=temporal:7233 slipway worker', '']))
    .action((options: WorkerCommandOptions) =>
      dispatch(async () => (await import('./worker.js')).worker)(options),
    );
  program
    .command('server')
    .description('Run the embedded Temporal server in the foreground.')
    .option('--port <number>', 'of the server (default: 7233, or that of the last time)', portNumber)
    .option('--ui', "show Temporal's Web UI, which can start and end workflows, to browsers on this machine")
    .option('--ui-port <number>', 'show it there (default: 8233, or that of the last time)', portNumber)
    .addHelpText('after', examples(['slipway server', ''], ['slipway server --ui', '']))
    .action((options: ServerOptions) => dispatch(async () => (await import('./server.js')).server)(options));
}

function portNumber(text: string): number {
  const port = Number(text);
  if (/^\d+$/.test(text) && port >= 1 && port <= 65535) return port;
  throw new InvalidArgumentError('It must be a number from 1 to 65535.');
}
