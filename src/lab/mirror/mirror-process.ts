import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

import {
  identityOf,
  isRunning,
  killProcess,
  signalProcess,
  waitForEnd,
  type ProcessIdentity,
} from '../../local/processes.js';
import { lastLines } from '../command.js';
import { LabError } from '../errors.js';
import { LabNetwork } from '../network/lab-network.js';
import { thisMachinesAptWay } from './answer-apt.js';
import type { MirrorRelease } from './mirror-part.js';
import { startMirrorServer, type MirrorServer } from './mirror-server.js';
import { MirrorStore, storedParts } from './mirror-store.js';

/** A process that serves the mirror to a lab. */
export interface MirrorProcess extends ProcessIdentity {
  readonly url: string;
  /** Kubespray's tag. */
  readonly release: string;
}

/** Milliseconds for a start, and for an end in good order. */
const patience = 30_000;

/**
 * Serves the mirror from this process at the address that it has in the lab's network, which is made if need be.
 * @param folder the lab's
 * @throws LabError if a part is not built, or the address cannot be had
 */
export async function serveToLab(
  folder: string,
  options: { readonly release: MirrorRelease; readonly onRequest?: (line: string) => void },
): Promise<MirrorServer> {
  const { release, onRequest } = options;
  const store = new MirrorStore(await storedParts(release));
  const address = await new LabNetwork(folder).hostAddress();
  const apt = await thisMachinesAptWay();
  const server = await startMirrorServer({ address, store, apt, ...(onRequest && { onRequest }) });
  const self = identityOf(process.pid) ?? { pid: process.pid, startTime: null };
  await write(folder, { ...self, url: server.url, release: release.name });
  return {
    ...server,
    async close() {
      await rm(recordOf(folder), { force: true });
      await server.close();
    },
  };
}

/** The process that serves the mirror to a lab; undefined if none does. */
export async function runningMirror(folder: string): Promise<MirrorProcess | undefined> {
  const text = await readFile(recordOf(folder), 'utf8').catch(() => undefined);
  if (text === undefined) return undefined;
  const known = JSON.parse(text) as MirrorProcess;
  return isRunning(known) ? known : undefined;
}

/**
 * Serves the mirror to a lab by a process of its own, which outlives this one. One that does so already is taken.
 * @param command the program with its words that calls {@link serveToLab}
 * @throws LabError with its last lines if it ends at once
 */
export async function startMirror(folder: string, command: readonly string[]): Promise<MirrorProcess> {
  const there = await runningMirror(folder);
  if (there) return there;
  const logFile = join(folder, 'mirror.log');
  const log = openSync(logFile, 'a');
  const [program = '', ...words] = command;
  const child = spawn(program, words, { detached: true, stdio: ['ignore', log, log] });
  closeSync(log);
  const ended = once(child, 'exit').then(
    () => true,
    () => true,
  );
  const end = Date.now() + patience;
  while (Date.now() < end) {
    const running = await runningMirror(folder);
    if (running) {
      child.unref();
      return running;
    }
    if (await Promise.race([ended, sleep(50, false)])) break;
  }
  child.kill('SIGKILL');
  const said = lastLines(await readFile(logFile, 'utf8').catch(() => ''), 5);
  throw new LabError(`The mirror could not be started; ${logFile} says:\n${said}`);
}

/** Ends the process that serves the mirror to a lab; nothing happens if none does. */
export async function stopMirror(folder: string): Promise<void> {
  const running = await runningMirror(folder);
  if (running === undefined || running.pid === process.pid) return;
  signalProcess(running, 'SIGTERM');
  if (!(await waitForEnd(running, patience))) await killProcess(running);
  await rm(recordOf(folder), { force: true });
}

async function write(folder: string, record: MirrorProcess): Promise<void> {
  const draft = `${recordOf(folder)}.new`;
  await writeFile(draft, `${JSON.stringify(record)}\n`);
  await rename(draft, recordOf(folder));
}

function recordOf(folder: string): string {
  return join(folder, 'mirror.json');
}
