import { EmbeddedServerError } from '../../temporal/embedded-server.js';
import {
  connectTemporal,
  type ServerConnectOptions,
  TemporalUnreachableError,
  type TemporalConnection,
} from '../../temporal/connect.js';
import { TemporalCliNotFoundError } from '../../temporal/find-cli.js';
import { TemporalSettingsError } from '../../temporal/settings.js';
import { CommandError } from '../terminal/errors.js';
import { exitCodes } from '../terminal/exit-codes.js';
import type { Terminal } from '../terminal/terminal.js';

/**
 * Opens the connection to Temporal for the time of `use`.
 * @param embedded whether an embedded server may be started where none runs and no address is configured
 * @throws CommandError with the exit code for "Temporal cannot be reached"
 */
export async function withTemporal<Output>(
  { terminal, embedded }: { terminal: Terminal; embedded: ServerConnectOptions['embedded'] },
  use: (connection: TemporalConnection) => Promise<Output>,
): Promise<Output> {
  const connection = await connect(terminal, embedded);
  try {
    return await use(connection);
  } finally {
    await connection.close();
  }
}

async function connect(
  terminal: Terminal,
  embedded: ServerConnectOptions['embedded'],
): Promise<TemporalConnection> {
  try {
    return await connectTemporal({
      embedded,
      onProgress: (line) => {
        terminal.complain(line);
      },
    });
  } catch (error) {
    throw withExitCode(error);
  }
}

/** What Temporal's absence is called, with its exit code; anything else as it was. */
export function withExitCode(error: unknown): unknown {
  const known =
    error instanceof TemporalSettingsError ||
    error instanceof TemporalUnreachableError ||
    error instanceof TemporalCliNotFoundError ||
    error instanceof EmbeddedServerError;
  return known ? new CommandError(error.message, exitCodes.unreachable, { cause: error }) : error;
}
