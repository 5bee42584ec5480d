import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { plainEnvironment } from './environment.js';

/** Milliseconds after which a lock that is not there yet counts as held by somebody else. */
const patience = 500;

/**
 * Runs `work` while no other process runs work under the same lock file. The kernel's own lock (flock) is held by a
 * small child whose standard input is ours: when this process ends, however it ends, the child ends and the lock is free.
 * @param onWait called once if somebody else holds the lock
 * @throws Error when there is no `flock` command
 */
export async function withFileLock<T>(path: string, work: () => Promise<T>, onWait?: () => void): Promise<T> {
  await mkdir(dirname(path), { recursive: true });
  const holder = spawn('flock', ['--exclusive', path, 'sh', '-c', 'echo held; cat >/dev/null'], {
    env: plainEnvironment(),
    stdio: ['pipe', 'pipe', 'ignore'],
    // A process group of its own: Ctrl-C must not free the lock before the work has been cleaned up.
    detached: true,
  });
  const ended = once(holder, 'exit').catch(() => undefined);
  const waiting = setTimeout(() => onWait?.(), patience);
  try {
    await Promise.race([once(holder.stdout, 'data'), ended.then(() => Promise.reject(cannotLock(path)))]);
    clearTimeout(waiting);
    return await work();
  } finally {
    clearTimeout(waiting);
    holder.stdin.end();
    await ended;
  }
}

function cannotLock(path: string): Error {
  return new Error(`Could not lock ${path}: the flock command (package util-linux) did not run.`);
}
