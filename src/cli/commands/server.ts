import { setTimeout as sleep } from 'node:timers/promises';
import { startEmbeddedServer, type EmbeddedServer } from '../../temporal/embedded-server.js';
import { CommandError } from '../terminal/errors.js';
import { exitCodes, type ExitCode } from '../terminal/exit-codes.js';
import { catchInterruption } from '../terminal/interruption.js';
import type { Terminal } from '../terminal/terminal.js';
import { withExitCode } from '../running/with-temporal.js';

export interface ServerOptions {
  readonly port?: number | undefined;
  /** Shows the Web UI. */
  readonly ui?: boolean | undefined;
  /** Of the Web UI, which it shows too. */
  readonly uiPort?: number | undefined;
}

/** Milliseconds between two looks at whether the server's process is still there. */
const lookInterval = 500;

/**
 * `slipway server`: the embedded Temporal server in the foreground, until Ctrl-C or its own end.
 * @throws CommandError
 */
export async function server(options: ServerOptions, terminal: Terminal): Promise<ExitCode> {
  const interruption = catchInterruption();
  try {
    const running = await start(options, terminal);
    terminal.write(
      `Temporal server: ${running.address} (namespace ${running.namespace}, process ${running.pid})\n`,
    );
    terminal.write(`Web UI:          ${running.uiUrl ?? 'off; `slipway server --ui` shows it'}\n`);
    terminal.write(`Log:             ${running.logFile}\n`);
    if (wantsUi(options) && running.uiUrl === undefined) {
      await running.leave();
      terminal.complain(
        `It runs without a Web UI, and ${users(running)} uses it. Call this again when that has ended.`,
      );
      return exitCodes.failed;
    }
    if (running.uiUrl !== undefined) {
      terminal.write(
        'The Web UI can start and end workflows, for everybody with an account on this machine.\n',
      );
    }
    terminal.write('Ctrl-C stops it; workflows are kept and go on when it is started again.\n');
    if (await endsBefore(interruption.controller.signal, running)) {
      terminal.complain(
        `The Temporal server has ended by itself. The end of ${running.logFile} may say why. ` +
          'Workflows are kept; `slipway server` starts it again.',
      );
      return exitCodes.failed;
    }
    const others = running.otherUsers().length > 0 ? users(running) : undefined;
    await running.leave();
    if (others !== undefined) terminal.write(`It goes on for ${others}, and stops when that has ended.\n`);
    return exitCodes.ok;
  } finally {
    interruption.release();
  }
}

/** "process 17, process 23" */
function users(running: EmbeddedServer): string {
  return running
    .otherUsers()
    .map(({ pid }) => `process ${pid}`)
    .join(', ');
}

function wantsUi({ ui, uiPort }: ServerOptions): boolean {
  return ui === true || uiPort !== undefined;
}

async function start(options: ServerOptions, terminal: Terminal): Promise<EmbeddedServer> {
  const { port, uiPort } = options;
  if (port !== undefined && port === uiPort) {
    throw new CommandError(
      `Port ${port} cannot be that of the server and of its Web UI: name two.`,
      exitCodes.invalidInput,
    );
  }
  try {
    return await startEmbeddedServer({
      ports: { ...(port !== undefined && { grpc: port }), ...(uiPort !== undefined && { ui: uiPort }) },
      ui: wantsUi(options),
      onProgress: (line) => {
        terminal.complain(line);
      },
    });
  } catch (error) {
    throw withExitCode(error);
  }
}

/** Waits for the server's end or the interruption, and keeps this process alive meanwhile. @returns whether it ended */
async function endsBefore(interruption: AbortSignal, running: EmbeddedServer): Promise<boolean> {
  while (!interruption.aborted) {
    if (!running.isRunning()) return true;
    await sleep(lookInterval, undefined, { signal: interruption }).catch(() => undefined);
  }
  return false;
}
