import {
  TimetableFollower,
  type TimetablePlay,
  type TimetableTask,
  type Estimate,
  type Timetable,
} from './timetable.js';
import type { NewsEvent } from './event.js';

/** Measures how long each task of a run takes, and compares that with what is known beforehand. */
export class RunClock {
  readonly #planned: TimetablePlay[] = [];
  readonly #plays: { play: string; tasks: TimetableTask[] }[] = [];
  #follower: TimetableFollower | undefined;
  #began: number | undefined;
  #now = 0;
  #task: { readonly name: string; readonly began: number } | undefined;

  constructor(private readonly earlier: Timetable | undefined) {}

  get timetable(): Timetable {
    return { isTimed: true, plays: this.#plays };
  }

  /** @param quiet seconds that have gone by since the last event */
  estimateAfter(quiet: number): Estimate | null {
    const taskBegan = this.#task?.began ?? this.#now;
    const before = taskBegan - (this.#began ?? taskBegan);
    return this.#follower?.estimate({ before, inTask: this.#now - taskBegan + quiet }) ?? null;
  }

  take(event: NewsEvent): void {
    if ('time' in event && event.time !== undefined) {
      // A clock that is set back makes no task end before it began.
      this.#now = Math.max(this.#now, event.time);
      this.#began ??= event.time;
    }
    switch (event.event) {
      case 'planned':
        this.#planned.push({ play: event.play, tasks: event.tasks.map((task) => [task, 1]) });
        break;
      case 'play':
        this.#endTask();
        this.#plays.push({ play: event.play, tasks: [] });
        this.#follower ??= new TimetableFollower(this.earlier ?? { isTimed: false, plays: this.#planned });
        this.#follower.beginPlay(event.play);
        break;
      case 'task':
        this.#endTask();
        this.#task = { name: event.task, began: this.#now };
        this.#follower?.beginTask(event.task);
        break;
      case 'stats':
        this.#endTask();
        break;
      case 'result':
      case 'prompt':
      case 'no-hosts':
        break;
    }
  }

  #endTask(): void {
    if (this.#task) this.#plays.at(-1)?.tasks.push([this.#task.name, this.#now - this.#task.began]);
    this.#task = undefined;
  }
}
