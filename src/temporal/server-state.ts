import { chmodSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ServerPorts } from './free-port.js';
import { identityOf, type ProcessIdentity } from '../local/processes.js';

/** What is remembered of the embedded server between runs. */
export interface ServerState {
  readonly server: ProcessIdentity;
  /** Who stops it. */
  readonly owner: ProcessIdentity;
  readonly ports: ServerPorts;
  /** Whether the owner shows the Web UI; undefined in what earlier versions of Slipway wrote. */
  readonly showsUi?: boolean;
}

export function serverFiles(folder: string): { database: string; log: string; state: string } {
  return {
    database: join(folder, 'temporal.db'),
    log: join(folder, 'server.log'),
    state: join(folder, 'server.json'),
  };
}

/** Makes the folder, for its owner alone: the server gives its database a mode that everybody can read. */
export function makeServerFolder(folder: string): void {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  chmodSync(folder, 0o700);
}

/** Undefined when no server was ever started in this folder. */
export function readServerState(folder: string): ServerState | undefined {
  try {
    return JSON.parse(readFileSync(serverFiles(folder).state, 'utf8')) as ServerState;
  } catch {
    return undefined;
  }
}

/** The ports of the last time, so that bookmarks and open pages of the Web UI stay right. */
export function rememberedPorts(folder: string): ServerPorts | undefined {
  return readServerState(folder)?.ports;
}

/** Writes down the server's process, with this process as its owner. */
export function writeServerState(
  folder: string,
  { server, ports, showsUi }: { server: number; ports: ServerPorts; showsUi: boolean },
): ServerState {
  const unknown = (pid: number): ProcessIdentity => ({ pid, startTime: null });
  const state: ServerState = {
    server: identityOf(server) ?? unknown(server),
    owner: identityOf(process.pid) ?? unknown(process.pid),
    ports,
    showsUi,
  };
  makeServerFolder(folder);
  const { state: file } = serverFiles(folder);
  writeFileSync(`${file}.new`, `${JSON.stringify(state, null, 2)}\n`);
  renameSync(`${file}.new`, file);
  return state;
}
