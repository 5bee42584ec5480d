import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { slipwayHome } from '../local/state-folder.js';
import { withFileLock } from '../local/file-lock.js';
import { findTemporalCli } from './find-cli.js';
import { choosePorts, type ServerPorts } from './free-port.js';
import { identityOf, isRunning, type ProcessIdentity } from '../local/processes.js';
import { openUiDoor, type UiDoor } from './ui-door.js';
import { launchServer, sizeOf, stopServer, lastLogLines } from './server-process.js';
import {
  livingUsers,
  makeServerFolder,
  readServerState,
  serverFiles,
  writeServerState,
  type ServerState,
  type ServerUser,
} from './server-state.js';
import { serverAnswers, endedEarly, waitForServerHealth } from './server-health.js';
import { serversOfDatabase } from './servers-of-database.js';

/** A development server on loopback, with its history in a file of Slipway's own. */
export interface EmbeddedServer {
  /** host:port of the gRPC front end. */
  readonly address: string;
  readonly namespace: string;
  /** Undefined where nobody shows the Web UI. */
  readonly uiUrl: string | undefined;
  readonly pid: number;
  readonly logFile: string;
  /** Processes that use it besides, now. */
  otherUsers(): readonly ProcessIdentity[];
  /** Whether its process is still there. */
  isRunning(): boolean;
  /**
   * Says that this user needs it no longer. The last one stops it and waits for its end; workflows stay in the file.
   */
  leave(): Promise<void>;
}

export interface EmbeddedServerOptions {
  /** Where database, log and state are. Default: `temporal` in Slipway's home. */
  readonly folder?: string;
  /** These and no others. Without them those of the last time, or 7233 and 8233, or free ones where they are in use. */
  readonly ports?: Partial<ServerPorts>;
  /**
   * Shows Temporal's Web UI, for as long as this user needs the server; one that nobody uses is started again for it.
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
 * Gives the running embedded server of this folder, or starts one on the same database file, and counts the caller among
 * its users. The server is a process of its own and outlives a killed Slipway; the next call finds it again.
 * @throws TemporalCliNotFoundError, EmbeddedServerError
 */
export async function startEmbeddedServer(options: EmbeddedServerOptions = {}): Promise<EmbeddedServer> {
  const folder = options.folder ?? embeddedServerFolder();
  keepIn(folder, () => {
    makeServerFolder(folder);
  });
  return inFolder(folder, async () => (await adopt(folder, options)) ?? (await start(folder, options)));
}

/** The running embedded server of this folder, never a new one. Whoever only finds it is none of its users. */
export async function findEmbeddedServer(
  folder = embeddedServerFolder(),
): Promise<EmbeddedServer | undefined> {
  const state = readServerState(folder);
  if (state === undefined || !isRunning(state.server)) return undefined;
  if (!(await serverAnswers(state.ports.grpc))) return undefined;
  return handle(folder, { state });
}

/** Whether an embedded server of this folder has ever kept a history. */
export function hasEmbeddedHistory(folder = embeddedServerFolder()): boolean {
  return existsSync(serverFiles(folder).database);
}

function inFolder<Output>(folder: string, work: () => Promise<Output>): Promise<Output> {
  return withFileLock(join(folder, 'lock'), work);
}

/** @throws EmbeddedServerError for a folder that cannot be written */
function keepIn(folder: string, write: () => void): void {
  try {
    write();
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new EmbeddedServerError(
      `The Temporal server's state cannot be kept in ${folder}: ${why}. Make room there and see that you may write there, ` +
        'or set SLIPWAY_HOME to another folder.',
      { cause: error },
    );
  }
}

/** The running server, unless nobody uses it and it has to be another one. */
async function adopt(folder: string, options: EmbeddedServerOptions): Promise<EmbeddedServer | undefined> {
  const state = readServerState(folder);
  if (state === undefined || !isRunning(state.server)) return undefined;
  const { server, ports } = state;
  const users = livingUsers(state);
  const isUsed = users.length > 0;
  // One whose UI nobody guards any more answers every web page that finds it.
  if (!isUsed && (options.ui === true || state.ui !== null || isElsewhere(ports, options))) {
    await stopServer(server.pid);
    return undefined;
  }
  const problem = await waitForServerHealth({
    pid: server.pid,
    port: ports.grpc,
    namespace: embeddedNamespace,
  });
  if (problem === undefined) {
    refuseElsewhere(ports, options);
    const user = thisUser();
    const now = { ...state, users: [...users, user] };
    keepIn(folder, () => {
      writeServerState(folder, now);
    });
    return handle(folder, { state: now, user });
  }
  if (!isUsed) await stopServer(server.pid);
  if (!isRunning(server)) return undefined;
  throw new EmbeddedServerError(
    `The embedded Temporal server (process ${server.pid}, used by process ${users.map(({ pid }) => pid).join(', ')}) ${problem}. ` +
      `Read ${serverFiles(folder).log}.`,
  );
}

function isElsewhere({ grpc }: ServerPorts, { ports }: EmbeddedServerOptions): boolean {
  return ports?.grpc !== undefined && ports.grpc !== grpc;
}

function refuseElsewhere(ports: ServerPorts, options: EmbeddedServerOptions): void {
  if (!isElsewhere(ports, options)) return;
  throw new EmbeddedServerError(
    `The Temporal server runs on 127.0.0.1:${ports.grpc} already, and is in use. Leave the port out, or call this again ` +
      'when whoever uses it has ended.',
  );
}

/** Ends what works on the database and nobody uses, then starts a server. */
async function start(folder: string, options: EmbeddedServerOptions): Promise<EmbeddedServer> {
  const say = options.onProgress ?? (() => undefined);
  const cli = await findTemporalCli({ onProgress: say });
  const { database, log } = serverFiles(folder);
  const left = serversOfDatabase(database);
  for (const { server } of left) await stopServer(server.pid);
  for (let tried = 1; ; tried += 1) {
    const ports = await chooseFor(folder, options, left[0]?.port);
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
    const user = thisUser();
    const state: ServerState = {
      server: identityOf(pid) ?? { pid, startTime: null },
      ports,
      users: [user],
      ui: door === undefined ? null : user.token,
    };
    const problem = await orStopped(pid, door, async () => {
      keepIn(folder, () => {
        writeServerState(folder, state);
      });
      return waitForServerHealth({ pid, port: ports.grpc, namespace: embeddedNamespace });
    });
    if (problem === undefined) return handle(folder, { state, user, door });
    await door?.close();
    if (problem === endedEarly && tried < mostStarts) continue;
    await stopServer(pid);
    throw new EmbeddedServerError(
      `The embedded Temporal server ${problem}. The end of ${log}:\n${lastLogLines(log, logged)}`,
    );
  }
}

/** A server of which nothing could be written down would be found by nobody. */
async function orStopped<Output>(
  pid: number,
  door: UiDoor | undefined,
  work: () => Promise<Output>,
): Promise<Output> {
  try {
    return await work();
  } catch (error) {
    await door?.close();
    await stopServer(pid);
    throw error;
  }
}

/** Those that are asked for, or else those of the last time, or others where they are in use. */
async function chooseFor(
  folder: string,
  { ports: asked, ui = false }: EmbeddedServerOptions,
  left: number | undefined,
): Promise<ServerPorts> {
  const before = readServerState(folder)?.ports;
  const usual = { ...before, ...(left !== undefined && before === undefined && { grpc: left }) };
  const chosen = await choosePorts({ ...usual, ...asked });
  for (const [name, port] of Object.entries(asked ?? {}) as [keyof ServerPorts, number][]) {
    if (chosen[name] === port || (name === 'ui' && !ui)) continue;
    throw new EmbeddedServerError(
      `Port ${port} of 127.0.0.1 is in use. End what listens there, or choose another.`,
    );
  }
  return chosen;
}

function thisUser(): ServerUser {
  return { ...(identityOf(process.pid) ?? { pid: process.pid, startTime: null }), token: randomUUID() };
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
  readonly state: ServerState;
  /** Undefined for one who has only found it. */
  readonly user?: ServerUser;
  readonly door?: UiDoor | undefined;
}

function handle(folder: string, { state, user, door }: Running): EmbeddedServer {
  const { server, ports } = state;
  const others = () => {
    const now = readServerState(folder);
    if (now === undefined || now.server.pid !== server.pid) return [];
    return livingUsers(now).filter(({ token }) => token !== user?.token);
  };
  const isShown = state.ui !== null && livingUsers(state).some(({ token }) => token === state.ui);
  return {
    address: `127.0.0.1:${ports.grpc}`,
    namespace: embeddedNamespace,
    uiUrl: isShown ? `http://127.0.0.1:${ports.ui}` : undefined,
    pid: server.pid,
    logFile: serverFiles(folder).log,
    otherUsers: others,
    isRunning: () => isRunning(server),
    leave: async () => {
      await door?.close();
      if (user !== undefined) await inFolder(folder, () => leaveServer(folder, { server, user, others }));
    },
  };
}

async function leaveServer(
  folder: string,
  {
    server,
    user,
    others,
  }: { server: ProcessIdentity; user: ServerUser; others: () => readonly ProcessIdentity[] },
): Promise<void> {
  if (!isRunning(server)) return;
  const state = readServerState(folder);
  if (others().length === 0 || state === undefined) return stopServer(server.pid);
  const users = livingUsers(state).filter(({ token }) => token !== user.token);
  keepIn(folder, () => {
    writeServerState(folder, { ...state, users });
  });
}
