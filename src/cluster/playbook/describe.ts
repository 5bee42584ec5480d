import type { Estimate } from './timetable.js';
import { totals, type PlaybookProgress } from './progress.js';
import { counted } from '../text/quantities.js';

/**
 * One line for people: "about 40 %, 12 min left: Install etcd › Start etcd (2 of 4 hosts; 120 ok, 30 changed, 1 failed)".
 */
export function describeProgress(progress: PlaybookProgress): string {
  const { play, task, hosts, done, retry, failures, estimate } = progress;
  if (play === null) return 'ansible-playbook is starting';
  const total = totals(hosts);
  const counts = [`${total.ok} ok`, `${total.changed} changed`];
  if (total.failures > 0) counts.push(`${total.failures} failed`);
  const unreachable = failures.filter(({ kind }) => kind === 'unreachable');
  for (const machine of new Set(unreachable.map(({ host, delegate }) => delegate ?? host))) {
    counts.push(`${machine} cannot be reached`);
  }
  const where = task === null ? play : `${play} › ${task}`;
  const hostsDone = `${done} of ${counted(Math.max(done, Object.keys(hosts).length), 'host')}`;
  const howFar = estimate === null || progress.ended ? '' : `${showEstimate(estimate)}: `;
  return `${howFar}${where} (${[retry, hostsDone].filter(Boolean).join(', ')}; ${counts.join(', ')})`;
}

/** Seconds left by a line of {@link describeProgress}, as exact as it tells; undefined where it tells none. */
export function secondsLeftIn(line: string): number | undefined {
  const told = /^about \d+ %, (?:less than a minute|(?:(\d+) h )?(\d+) min) left(?: \([^)]*\))?: /.exec(line);
  if (told === null) return undefined;
  const [, hours = 0, minutes = 0.5] = told;
  return Number(hours) * 3600 + Number(minutes) * 60;
}

function showEstimate({ percent, secondsLeft, isLate }: Estimate): string {
  const left = secondsLeft === null ? '' : `, ${showDuration(secondsLeft)} left`;
  return `about ${percent} %${left}${isLate ? ' (this task takes longer than last time)' : ''}`;
}

/** As people say it: "12 min". */
export function showDuration(seconds: number): string {
  if (seconds < 60) return 'less than a minute';
  const minutes = Math.round(seconds / 60);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
