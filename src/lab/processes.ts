import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * A process that cannot be mistaken for a later one of the same number: the kernel's start time (clock ticks since
 * boot) goes with it.
 */
export interface ProcessId {
  readonly pid: number;
  readonly startTime: string;
}

/** Who runs under this number now, or undefined when nobody does (a zombie counts as nobody). */
export async function identify(pid: number): Promise<ProcessId | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  if (stat === undefined) return undefined;
  // The second field is the name in brackets and may hold blanks and brackets itself: count from the last bracket.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state] = fields;
  const startTime = fields[19];
  if (state === 'Z' || state === 'X' || startTime === undefined) return undefined;
  return { pid, startTime };
}

/** Whether exactly this process still runs. */
export async function isRunning(process: ProcessId | undefined): Promise<boolean> {
  if (process === undefined) return false;
  return (await identify(process.pid))?.startTime === process.startTime;
}

/** Sends a signal to exactly this process; nothing happens if it has ended. */
export async function signalProcess(target: ProcessId, signal: NodeJS.Signals): Promise<void> {
  if (!(await isRunning(target))) return;
  try {
    process.kill(target.pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** Waits until the process has ended; false if it still runs after `timeout` milliseconds. */
export async function waitForEnd(target: ProcessId, timeout: number): Promise<boolean> {
  const end = Date.now() + timeout;
  while (await isRunning(target)) {
    if (Date.now() > end) return false;
    await sleep(20);
  }
  return true;
}

/** Ends a process for certain: SIGKILL, then waits until it is gone. */
export async function killProcess(target: ProcessId): Promise<void> {
  await signalProcess(target, 'SIGKILL');
  await waitForEnd(target, 10_000);
}
