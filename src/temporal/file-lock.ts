import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { identityOf, isRunning, type ProcessIdentity } from './process-identity.js';

/**
 * Runs `work` while no other process of this machine holds the lock file. A lock whose holder has died is taken over.
 * @param onWait called once if another process holds the lock
 */
export async function withFileLock<Output>(
  path: string,
  work: () => Promise<Output>,
  onWait?: (holder: number) => void,
): Promise<Output> {
  mkdirSync(dirname(path), { recursive: true });
  let said = false;
  while (!take(path)) {
    const holder = holderOf(path);
    if (holder === undefined || !isRunning(holder)) {
      rmSync(path, { force: true });
      continue;
    }
    if (!said) onWait?.(holder.pid);
    said = true;
    await sleep(200);
  }
  try {
    return await work();
  } finally {
    rmSync(path, { force: true });
  }
}

/** `link` fails if the file is there, and the file is never seen without its content. */
function take(path: string): boolean {
  const mine = `${path}.${process.pid}`;
  writeFileSync(mine, JSON.stringify(identityOf(process.pid)));
  try {
    linkSync(mine, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  } finally {
    rmSync(mine, { force: true });
  }
}

function holderOf(path: string): ProcessIdentity | undefined {
  try {
    return JSON.parse(readFileSync(path, 'utf8')) as ProcessIdentity;
  } catch {
    return undefined;
  }
}
