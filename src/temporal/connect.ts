import { Client, Connection } from '@temporalio/client';
import {
  embeddedNamespace,
  findEmbeddedServer,
  hasEmbeddedHistory,
  startEmbeddedServer,
  type EmbeddedServer,
} from './embedded-server.js';
import { temporalSettings, type TemporalSettings } from './settings.js';

/** A connection to Temporal, and where it leads. */
export interface TemporalConnection {
  readonly client: Client;
  /** For `NativeConnection.connect` of a worker in the same process. */
  readonly connectionOptions: TemporalSettings['connectionOptions'];
  readonly address: string;
  readonly namespace: string;
  /** The embedded server, when no address is configured. */
  readonly embedded: EmbeddedServer | undefined;
  /** Closes the connection; the embedded server is stopped where nobody else uses it. */
  close(): Promise<void>;
}

export interface ServerConnectOptions {
  /**
   * `start`: an embedded server is started when none runs. `find`: one must be running already. `resume`: one is started
   * where an earlier one has left its history, else as `find`.
   */
  readonly embedded: 'start' | 'find' | 'resume';
  readonly onProgress?: ((line: string) => void) | undefined;
}

/** Temporal cannot be reached, or refuses the credentials. The message says what to check. */
export class TemporalUnreachableError extends Error {
  override readonly name = 'TemporalUnreachableError';
}

/** Whether environment or TOML file name an address, as for the `temporal` command. @throws TemporalSettingsError */
export function configuredAddress(): string | undefined {
  return temporalSettings()?.address;
}

/**
 * Connects by the environment variables and the TOML file of the `temporal` command (TEMPORAL_ADDRESS,
 * TEMPORAL_NAMESPACE, TEMPORAL_API_KEY, TEMPORAL_PROFILE, …); to the embedded server when they name no address.
 * @throws TemporalSettingsError, TemporalUnreachableError, TemporalCliNotFoundError, EmbeddedServerError
 */
export async function connectTemporal(options: ServerConnectOptions): Promise<TemporalConnection> {
  const settings = temporalSettings();
  if (settings !== undefined) return open({ ...settings, embedded: undefined });
  const embedded = await embeddedServer(options);
  const { address } = embedded;
  return open({ connectionOptions: { address }, address, namespace: embeddedNamespace, embedded });
}

async function embeddedServer({ embedded, onProgress }: ServerConnectOptions): Promise<EmbeddedServer> {
  if (embedded === 'start' || (embedded === 'resume' && hasEmbeddedHistory()))
    return startEmbeddedServer({ onProgress });
  const running = await findEmbeddedServer();
  if (running !== undefined) return running;
  throw new TemporalUnreachableError(
    'No Temporal server is running here, and no address is configured. Run `slipway up <cluster.yaml>` or ' +
      '`slipway server` in another terminal, or set TEMPORAL_ADDRESS.',
  );
}

async function open(target: Omit<TemporalConnection, 'client' | 'close'>): Promise<TemporalConnection> {
  let connection: Connection | undefined;
  try {
    connection = await Connection.connect({ ...target.connectionOptions, connectTimeout: 10_000 });
    await connection.workflowService.describeNamespace({ namespace: target.namespace });
  } catch (error) {
    await connection?.close();
    await target.embedded?.leave();
    const why = error instanceof Error ? error.message : String(error);
    throw new TemporalUnreachableError(
      `Temporal at ${target.address} (namespace ${target.namespace}) does not answer: ${why}. ` +
        'Check TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE and the credentials.',
      { cause: error },
    );
  }
  const opened = connection;
  return {
    ...target,
    client: new Client({ connection: opened, namespace: target.namespace }),
    close: async () => {
      await opened.close();
      await target.embedded?.leave();
    },
  };
}
