import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * Ends every process that this one has started, directly or through others, and that still runs: SIGTERM, and after
 * two seconds SIGKILL. For an end in which nothing may be left behind.
 */
export async function endDescendants(): Promise<void> {
  for (const signal of ['SIGTERM', 'SIGKILL'] as const) {
    const running = descendantsOf(process.pid);
    if (running.length === 0) return;
    for (const pid of running) kill(pid, signal);
    for (let waited = 0; waited < 2_000 && descendantsOf(process.pid).length > 0; waited += 50)
      await sleep(50);
  }
}

/** Numbers of all processes beneath one, by /proc; zombies do not count. */
export function descendantsOf(ancestor: number): number[] {
  const children = new Map<number, number[]>();
  for (const name of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    const parent = parentOf(Number(name));
    if (parent !== undefined) children.set(parent, [...(children.get(parent) ?? []), Number(name)]);
  }
  const found: number[] = [];
  const queue = [ancestor];
  for (let pid = queue.pop(); pid !== undefined; pid = queue.pop()) {
    const next = children.get(pid) ?? [];
    found.push(...next);
    queue.push(...next);
  }
  return found;
}

function parentOf(pid: number): number | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return state === 'Z' ? undefined : Number(parent);
  } catch {
    return undefined;
  }
}

function kill(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
