import { showDuration } from '../../cluster/playbook/describe.js';

/** A part of a demo. */
export interface Stage {
  readonly name: string;
  /** What it usually takes. */
  readonly seconds: number;
}

/** What takes longer than usual takes longer still: this part of the time that it has taken is said to be left. */
const lateShare = 0.25;

/** Says how long a demo will still take, by what each of its stages usually takes. */
export class Countdown {
  #stage = 0;
  #began: number;

  /** @param clock milliseconds, from any beginning */
  constructor(
    private readonly stages: readonly Stage[],
    private readonly clock: () => number = () => performance.now(),
  ) {
    this.#began = clock();
  }

  /** Says what is done now. One that is behind, or no stage at all, changes nothing. */
  enter(name: string): void {
    const next = this.stages.findIndex((stage) => stage.name === name);
    if (next <= this.#stage) return;
    this.#stage = next;
    this.#began = this.clock();
  }

  /**
   * "about 9 min left".
   * @param known seconds that the stage itself says are left of it
   */
  timeLeft(known?: number): string {
    const seconds = this.stages[this.#stage]?.seconds ?? 0;
    const elapsed = (this.clock() - this.#began) / 1_000;
    const here = known ?? Math.max(seconds - elapsed, elapsed * lateShare);
    const later = this.stages.slice(this.#stage + 1).reduce((sum, stage) => sum + stage.seconds, 0);
    const left = showDuration(here + later);
    return left.startsWith('less') ? `${left} left` : `about ${left} left`;
  }
}
