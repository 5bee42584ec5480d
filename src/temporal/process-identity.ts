import { readFileSync } from 'node:fs';

/** One process, told apart from a later one of the same number by its start time. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Clock ticks between the machine's boot and the process's start; null where /proc does not say. */
  readonly startTime: string | null;
}

/** Who a process is now; undefined when there is none of this number. */
export function identityOf(pid: number): ProcessIdentity | undefined {
  if (!exists(pid)) return undefined;
  const fields = statFields(pid);
  if (fields?.state === 'Z') return undefined;
  return { pid, startTime: fields?.startTime ?? null };
}

/** Whether the very process that was written down is still running. */
export function isRunning(identity: ProcessIdentity): boolean {
  const now = identityOf(identity.pid);
  return now !== undefined && now.startTime === identity.startTime;
}

function exists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** proc(5): the second field is the command in parentheses and may hold anything, so counting begins after it. */
function statFields(pid: number): { state: string; startTime: string } | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return { state: fields[0] ?? '', startTime: fields[19] ?? '' };
  } catch {
    return undefined;
  }
}
