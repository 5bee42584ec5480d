import { CancellationScope, condition, patched } from '@temporalio/workflow';
import type { HostReport } from '../../protocol/host-messages.js';
import type { StepProgress } from '../../protocol/progress.js';

interface ReporterOptions {
  /** false: only a new state or question is worth a report, which keeps a big cluster's history small. */
  readonly reportsEveryStep: boolean;
  readonly look: () => Omit<HostReport, 'steps' | 'refusals'> & { readonly steps: readonly StepProgress[] };
  /** Rejects when the parent is gone. */
  readonly send: (report: HostReport) => Promise<void>;
}

/**
 * Tells the parent what has changed, one report at a time: signals sent at once could overtake each other, and what
 * changes while one is on its way goes together into the next.
 */
export class Reporter {
  private readonly told: StepProgress[] = [];
  private untoldRefusals: string[] = [];
  private toldState = '';
  private isSending = false;
  private isParentGone = false;

  constructor(private readonly options: ReporterOptions) {}

  /** Whoever answered by the cluster's workflow has to hear there that it came too late, or fits nothing. */
  refused(why: string): void {
    if (patched('refusals-told-to-parent')) this.untoldRefusals.push(why);
  }

  changed(): void {
    if (this.isSending || this.isParentGone) return;
    this.isSending = true;
    void CancellationScope.nonCancellable(async () => {
      try {
        for (let report = this.next(); report; report = this.next()) await this.options.send(report);
      } catch {
        this.isParentGone = true;
      } finally {
        this.isSending = false;
      }
    });
  }

  /** Waits until everything is told. */
  async flush(): Promise<void> {
    this.changed();
    await condition(() => !this.isSending);
  }

  private next(): HostReport | undefined {
    const { steps, ...rest } = this.options.look();
    const state = JSON.stringify([rest.state, rest.questions]);
    const isNewState = state !== this.toldState;
    const news = steps
      .map((step, position) => ({ ...step, position }))
      .filter(({ position, state: now, summary }) => {
        const before = this.told[position];
        return before?.state !== now || before.summary !== summary;
      });
    const refusals = this.untoldRefusals;
    if (!isNewState && refusals.length === 0 && !(this.options.reportsEveryStep && news.length > 0)) {
      return undefined;
    }
    this.untoldRefusals = [];
    this.toldState = state;
    for (const { position, ...step } of news) this.told[position] = step;
    const isStorageOfInterest = rest.questions.length > 0 || rest.state === 'prepared';
    return {
      ...rest,
      ...(refusals.length > 0 && { refusals }),
      steps: news,
      storage: isStorageOfInterest ? rest.storage : null,
    };
  }
}
