import type { ClusterProgress } from '../../protocol/progress.js';
import { stepLine } from './progress-lines.js';

/** Milliseconds between two lines about one step: a playbook of an hour is 60 lines in a log. */
const shortestPause = 60_000;

/**
 * What steps of the control host say of themselves while they run, for whoever has no screen that is drawn anew. The
 * line that a step has begun is not among them.
 */
export class WordsUnderWay {
  readonly #told = new Map<string, { readonly summary: string; readonly at: number }>();

  /**
   * What is new since the last line, a line each, of no step more often than once a minute.
   * @param now milliseconds, of any clock that does not go back
   */
  lines(progress: ClusterProgress, now: number): string[] {
    const running = progress.controlHost.filter(({ state }) => state === 'running');
    for (const step of this.#told.keys()) {
      if (!running.some((each) => each.step === step)) this.#told.delete(step);
    }
    return running.flatMap((each) => {
      const last = this.#told.get(each.step);
      if (last?.summary === each.summary || (last && now - last.at < shortestPause)) return [];
      this.#told.set(each.step, { summary: each.summary, at: now });
      return last === undefined ? [] : [stepLine(progress, 'control host', each)];
    });
  }
}
