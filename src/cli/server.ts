import { startEmbeddedServer } from '../temporal/embedded-server.js';
import { exitCodes, type ExitCode } from './exit-codes.js';
import { catchInterruption, untilAborted } from './interruption.js';
import type { Terminal } from './terminal.js';

export interface ServerOptions {
  readonly port?: number | undefined;
  readonly uiPort?: number | undefined;
}

/** `slipway server`: the embedded Temporal server in the foreground, until Ctrl-C. */
export async function server(options: ServerOptions, terminal: Terminal): Promise<ExitCode> {
  const interruption = catchInterruption();
  const wished = { grpc: options.port ?? 7233, ui: options.uiPort ?? 8233 };
  const asked = options.port !== undefined || options.uiPort !== undefined;
  const running = await startEmbeddedServer({
    ...(asked && { ports: wished }),
    onProgress: (line) => {
      terminal.complain(line);
    },
  });
  terminal.write(
    `Temporal server: ${running.address} (namespace ${running.namespace}, process ${running.pid})\n`,
  );
  terminal.write(`Web UI:          ${running.uiUrl}\n`);
  terminal.write(`Log:             ${running.logFile}\n`);
  if (!running.owned) {
    terminal.write('Another process has started it and stops it.\n');
    return exitCodes.ok;
  }
  terminal.write('Ctrl-C stops it; workflows are kept and go on when it is started again.\n');
  await untilAborted(interruption.controller.signal);
  await running.stop();
  return exitCodes.ok;
}
