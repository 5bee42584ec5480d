import { readdirSync } from 'node:fs';
import { isRunning, processEntry, signalProcess, waitForEnd, type ProcessIdentity } from './processes.js';

/**
 * Ends every process that this one has started, directly or through others, and that still runs: SIGTERM, and after
 * two seconds SIGKILL. For an end in which nothing may be left behind. One that outlives its parent is no descendant
 * any more, so those once seen are remembered.
 */
export async function endDescendants(): Promise<void> {
  let seen: ProcessIdentity[] = [];
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    seen = [...seen, ...descendantsOf(process.pid)].filter(isRunning);
    for (const descendant of seen) signalProcess(descendant, signal);
    await Promise.all(seen.map((descendant) => waitForEnd(descendant, 2_000)));
  }
}

/** All processes beneath one, by /proc; zombies do not count. */
export function descendantsOf(ancestor: number): ProcessIdentity[] {
  const children = new Map<number, ProcessIdentity[]>();
  for (const name of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    const pid = Number(name);
    const entry = processEntry(pid);
    if (entry === undefined || entry === 'remains') continue;
    const { parent, startTime } = entry;
    children.set(parent, [...(children.get(parent) ?? []), { pid, startTime }]);
  }
  const found: ProcessIdentity[] = [];
  const queue = [ancestor];
  for (let pid = queue.pop(); pid !== undefined; pid = queue.pop()) {
    const next = children.get(pid) ?? [];
    found.push(...next);
    queue.push(...next.map((child) => child.pid));
  }
  return found;
}
