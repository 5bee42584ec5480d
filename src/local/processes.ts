import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** One process, told apart from a later one of the same number by its start time. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Clock ticks between the machine's boot and the process's start; null where /proc does not say. */
  readonly startTime: string | null;
}

/** Who a process is now; undefined when there is none of this number, or only its remains. */
export function identityOf(pid: number): ProcessIdentity | undefined {
  if (!exists(pid)) return undefined;
  const entry = processEntry(pid);
  if (entry === 'remains') return undefined;
  return { pid, startTime: entry?.startTime ?? null };
}

/** Whether the very process that was written down is still running. */
export function isRunning(identity: ProcessIdentity): boolean {
  const now = identityOf(identity.pid);
  return now !== undefined && now.startTime === identity.startTime;
}

/** Sends a signal to exactly this process; nothing happens if it has ended. */
export function signalProcess(target: ProcessIdentity, signal: NodeJS.Signals): void {
  if (!isRunning(target)) return;
  try {
    process.kill(target.pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Waits until the process has ended; false if it still runs after `timeout` milliseconds. */
export async function waitForEnd(target: ProcessIdentity, timeout: number): Promise<boolean> {
  const end = Date.now() + timeout;
  while (isRunning(target)) {
    if (Date.now() > end) return false;
    await sleep(20);
  }
  return true;
}

/** Ends a process for certain: SIGKILL, then waits until it is gone. */
export async function killProcess(target: ProcessIdentity): Promise<void> {
  signalProcess(target, 'SIGKILL');
  await waitForEnd(target, 10_000);
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** What /proc says about a process. */
export interface ProcessEntry {
  readonly parent: number;
  /** Clock ticks between the machine's boot and the process's start. */
  readonly startTime: string;
}

/** One entry of /proc; `remains`: it has ended, and its parent has not asked yet. */
export function processEntry(pid: number): ProcessEntry | 'remains' | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // proc(5): the second field is the command in parentheses and may hold anything, so counting begins after it.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (fields[0] === 'Z' && !hasOtherThreads(pid)) return 'remains';
    return { parent: Number(fields[1]), startTime: fields[19] ?? '' };
  } catch {
    return undefined;
  }
}

/**
 * A killed process of many threads is a zombie as soon as its first thread has ended, but keeps files and ports until
 * the last one has.
 */
function hasOtherThreads(pid: number): boolean {
  try {
    return readdirSync(`/proc/${pid}/task`).length > 1;
  } catch {
    return false;
  }
}
