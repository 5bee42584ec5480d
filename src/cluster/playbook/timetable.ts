import { z } from 'zod';

/**
 * The plays and tasks that a playbook goes through, in order, with what each weighs: seconds where they come from an
 * earlier run, else 1 for each task that Ansible knows of before it begins. What a playbook includes only while it runs
 * is in the first kind, and not in the second.
 */
export interface Timetable {
  readonly isTimed: boolean;
  readonly plays: readonly TimetablePlay[];
}

export interface TimetablePlay {
  readonly play: string;
  readonly tasks: readonly TimetableTask[];
}

export type TimetableTask = readonly [task: string, weight: number];

/** How far a playbook has come, as far as can be told. */
export interface Estimate {
  /** 0 to 99; never less than before. Only the end itself is 100. */
  readonly percent: number;
  /** Null where no earlier run tells. */
  readonly secondsLeft: number | null;
  /** The running task takes longer than in the earlier run, by more than a minute. */
  readonly isLate: boolean;
}

/** Seconds of a run: until the running task began, and since then. */
interface Elapsed {
  readonly before: number;
  readonly inTask: number;
}

/** More tasks are not kept; Kubespray has two or three thousand. */
const mostTasks = 20_000;
const longestName = 200;
/** Seconds by which a task may take longer than it did before, and be the same. */
const lateness = 60;

const timetableSchema = z.object({
  plays: z
    .array(
      z.object({
        play: z.string().max(longestName),
        tasks: z.array(z.tuple([z.string().max(longestName), z.number().min(0).max(1e6)])).max(mostTasks),
      }),
    )
    .max(mostTasks),
});

/** Reads what {@link timetableText} wrote; undefined for anything else, because a wrong file only costs the estimate. */
export function parseTimetable(text: string): Timetable | undefined {
  try {
    const { plays } = timetableSchema.parse(JSON.parse(text));
    return { isTimed: true, plays };
  } catch {
    return undefined;
  }
}

/** The text of a file that {@link parseTimetable} reads; undefined where there is too much or nothing to keep. */
export function timetableText({ plays }: Timetable): string | undefined {
  const count = plays.reduce((sum, { tasks }) => sum + tasks.length, 0);
  if (count === 0 || count + plays.length > mostTasks) return undefined;
  const short = plays.map(({ play, tasks }) => ({
    play: play.slice(0, longestName),
    tasks: tasks.map(([task, weight]) => [task.slice(0, longestName), Math.round(weight * 10) / 10]),
  }));
  return `${JSON.stringify({ plays: short })}\n`;
}

/**
 * Follows a run along a timetable that is known. It only goes forward: a play or task that the timetable does not have moves
 * nothing, and one that comes later in it takes what lies between for done, as tasks that need nothing this time are.
 */
export class TimetableFollower {
  readonly #timetable: Timetable;
  readonly #weights: readonly number[];
  readonly #total: number;
  #play = -1;
  #isOnTimetable = false;
  #task = -1;
  /** Weight of the tasks that are behind. */
  #done = 0;
  /** Weight of the running task; 0 for one that the timetable does not have. */
  #running = 0;

  constructor(timetable: Timetable) {
    this.#timetable = timetable;
    this.#weights = timetable.plays.map(({ tasks }) => weightOf(tasks));
    this.#total = sum(this.#weights);
  }

  beginPlay(name: string): void {
    this.#endTask();
    const next = this.#timetable.plays.findIndex(
      ({ play }, index) => index > this.#play && play === shorten(name),
    );
    this.#isOnTimetable = next !== -1;
    if (next === -1) return;
    this.#play = next;
    this.#task = -1;
    this.#done = sum(this.#weights.slice(0, next));
  }

  beginTask(name: string): void {
    this.#endTask();
    const tasks = this.#isOnTimetable ? (this.#timetable.plays[this.#play]?.tasks ?? []) : [];
    const next = tasks.findIndex(([task], index) => index > this.#task && task === shorten(name));
    if (next === -1) return;
    this.#task = next;
    this.#done = sum(this.#weights.slice(0, this.#play)) + weightOf(tasks.slice(0, next));
    this.#running = tasks[next]?.[1] ?? 0;
  }

  /** Undefined when nothing is known. A task that says nothing goes on as it did before, and no further. */
  estimate({ before, inTask }: Elapsed): Estimate | undefined {
    if (this.#total === 0) return undefined;
    const { isTimed } = this.#timetable;
    const pace = this.#pace(before);
    const done = this.#done + (isTimed ? Math.min(inTask / pace, this.#running) : 0);
    const percent = Math.min(99, Math.floor((100 * done) / this.#total));
    return {
      percent,
      secondsLeft: isTimed ? Math.round((this.#total - done) * pace) : null,
      isLate: isTimed && this.#running > 0 && inTask > this.#running * pace + lateness,
    };
  }

  #endTask(): void {
    this.#done += this.#running;
    this.#running = 0;
  }

  /** How many times as long as the earlier run this one takes, once enough of it is behind to tell. */
  #pace(elapsed: number): number {
    if (this.#done < 30 || this.#done < this.#total / 20) return 1;
    return Math.min(5, Math.max(0.2, elapsed / this.#done));
  }
}

function shorten(name: string): string {
  return name.slice(0, longestName);
}

function weightOf(tasks: readonly TimetableTask[]): number {
  return sum(tasks.map(([, weight]) => weight));
}

function sum(weights: readonly number[]): number {
  return weights.reduce((total, weight) => total + weight, 0);
}
