import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { slipwayHome } from '../local/state-folder.js';
import { withFileLock } from '../local/file-lock.js';
import { findTemporalCli } from './find-cli.js';
import { choosePorts, type ServerPorts } from './free-port.js';
import { isRunning, type ProcessIdentity } from '../local/processes.js';
import { openUiDoor, type UiDoor } from './ui-door.js';
import { launchServer, sizeOf, stopServer, lastLogLines } from './server-process.js';
import {
  makeServerFolder,
  readServerState,
  rememberedPorts,
  serverFiles,
  writeServerState,
} from './server-state.js';
import { serverAnswers, endedEarly, waitUntilHealthy } from './server-health.js';

/** A development server on loopback, with its history in a file of Slipway's own. */
export interface EmbeddedServer {
  /** host:port of the gRPC front end. */
  readonly address: string;
  readonly namespace: string;
  /** Undefined where nobody shows the Web UI. */
  readonly uiUrl: string | undefined;
  readonly pid: number;
  readonly logFile: string;
  /** Whether this process is the one that stops it: it started it, or whoever did has died. */
  readonly owned: boolean;
  /** Whether its process is still there. */
  isRunning(): boolean;
  /** Stops the server and waits for its end. Workflows stay in the file. Does nothing unless owned. */
  stop(): Promise<void>;
}

export interface EmbeddedServerOptions {
  /** Where database, log and state are. Default: `temporal` in Slipway's home. */
  readonly folder?: string;
  /** Preferred; others are taken where they are in use. Default: those of the last time, or 7233 and 8233. */
  readonly ports?: ServerPorts;
  /**
   * Shows Temporal's Web UI, for as long as this process owns the server; one without an owner is started again for it.
   * Default false: whoever reaches the UI can start workflows.
   */
  readonly ui?: boolean;
  readonly onProgress?: ((line: string) => void) | undefined;
}

/** The embedded server did not come up. The message holds the end of its log. */
export class EmbeddedServerError extends Error {
  override readonly name = 'EmbeddedServerError';
}

export const embeddedNamespace = 'default';

/**
 * How often a server is started that ends at once. It chooses ports for its own services, and gives them free for a
 * moment before it takes them: on a busy machine somebody else may be quicker.
 */
const mostStarts = 3;

/** The server's folder, of which there is one for each Slipway home. */
export function embeddedServerFolder(): string {
  return join(slipwayHome(), 'temporal');
}

/**
 * Gives the running embedded server of this folder, or starts one on the same database file.
 * The server is a process of its own and outlives a killed Slipway; the next call finds it again.
 * @throws TemporalCliNotFoundError, EmbeddedServerError
 */
export async function startEmbeddedServer(options: EmbeddedServerOptions = {}): Promise<EmbeddedServer> {
  const folder = options.folder ?? embeddedServerFolder();
  makeServerFolder(folder);
  return withFileLock(join(folder, 'lock'), async () => {
    return (await adopt(folder, options)) ?? (await start(folder, options));
  });
}

/** The running embedded server of this folder, never a new one. It is left to whoever started it. */
export async function findEmbeddedServer(
  folder = embeddedServerFolder(),
): Promise<EmbeddedServer | undefined> {
  const state = readServerState(folder);
  if (state === undefined || !isRunning(state.server)) return undefined;
  if (!(await serverAnswers(state.ports.grpc))) return undefined;
  return handle(folder, {
    ...state,
    owned: false,
    showsUi: state.showsUi === true && isRunning(state.owner),
  });
}

/** Whether an embedded server of this folder has ever kept a history. */
export function hasEmbeddedHistory(folder = embeddedServerFolder()): boolean {
  return existsSync(serverFiles(folder).database);
}

async function adopt(
  folder: string,
  { ui = false }: EmbeddedServerOptions,
): Promise<EmbeddedServer | undefined> {
  const state = readServerState(folder);
  if (state === undefined || !isRunning(state.server)) return undefined;
  const { ports, server } = state;
  const owned = !isRunning(state.owner);
  // A server that a Slipway before this one has started answers to web pages.
  if (owned && (ui || state.showsUi === undefined)) {
    await stopServer(server.pid);
    return undefined;
  }
  const problem = await waitUntilHealthy({ pid: server.pid, port: ports.grpc, namespace: embeddedNamespace });
  if (problem === undefined) {
    if (owned) writeServerState(folder, { server: server.pid, ports, showsUi: false });
    return handle(folder, { server, ports, owned, showsUi: !owned && state.showsUi === true });
  }
  if (owned) await stopServer(server.pid);
  if (!isRunning(server)) return undefined;
  throw new EmbeddedServerError(
    `The embedded Temporal server (process ${server.pid}, started by process ${state.owner.pid}) ${problem}. ` +
      `Read ${serverFiles(folder).log}.`,
  );
}

async function start(folder: string, options: EmbeddedServerOptions): Promise<EmbeddedServer> {
  const say = options.onProgress ?? (() => undefined);
  const cli = await findTemporalCli({ onProgress: say });
  const { database, log } = serverFiles(folder);
  for (let tried = 1; ; tried += 1) {
    const ports = await choosePorts(options.ports ?? rememberedPorts(folder));
    say(`Temporal server: starting on 127.0.0.1:${ports.grpc}, history in ${database}`);
    const logged = sizeOf(log);
    const door = options.ui === true ? await openDoor(ports.ui) : undefined;
    const pid = launchServer({
      cli: cli.path,
      database,
      log,
      namespace: embeddedNamespace,
      port: ports.grpc,
      ui: door?.behind,
    });
    const showsUi = door !== undefined;
    const { server } = writeServerState(folder, { server: pid, ports, showsUi });
    const problem = await waitUntilHealthy({ pid, port: ports.grpc, namespace: embeddedNamespace });
    if (problem === undefined) return handle(folder, { server, ports, owned: true, showsUi, door });
    await door?.close();
    if (problem === endedEarly && tried < mostStarts) continue;
    await stopServer(pid);
    throw new EmbeddedServerError(
      `The embedded Temporal server ${problem}. The end of ${log}:\n${lastLogLines(log, logged)}`,
    );
  }
}

async function openDoor(port: number): Promise<UiDoor> {
  try {
    return await openUiDoor(port);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new EmbeddedServerError(`The Web UI cannot be shown: ${why} Leave it out, or choose another port.`);
  }
}

interface Running {
  readonly server: ProcessIdentity;
  readonly ports: ServerPorts;
  readonly owned: boolean;
  readonly showsUi: boolean;
  readonly door?: UiDoor | undefined;
}

function handle(folder: string, { server, ports, owned, showsUi, door }: Running): EmbeddedServer {
  return {
    address: `127.0.0.1:${ports.grpc}`,
    namespace: embeddedNamespace,
    uiUrl: showsUi ? `http://127.0.0.1:${ports.ui}` : undefined,
    pid: server.pid,
    logFile: serverFiles(folder).log,
    owned,
    isRunning: () => isRunning(server),
    stop: async () => {
      await door?.close();
      if (owned && isRunning(server)) await stopServer(server.pid);
    },
  };
}
