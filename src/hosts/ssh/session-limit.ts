import { abortReason } from '../supervise.js';

/** Lets at most so many run at once; the others wait their turn, in order. */
export class SessionLimit {
  private active = 0;
  private readonly waiting: (() => void)[] = [];

  constructor(private most: number) {}

  get activeCount(): number {
    return this.active;
  }

  /**
   * Waits for a place. Who got one must call {@link release} once.
   * @throws the signal's reason when aborted while waiting
   */
  async acquire(signal?: AbortSignal): Promise<void> {
    signal?.throwIfAborted();
    if (this.active < this.most) {
      this.active += 1;
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const onAbort = () => {
        const place = this.waiting.indexOf(enter);
        if (place >= 0) this.waiting.splice(place, 1);
        reject(abortReason(signal));
      };
      const enter = () => {
        signal?.removeEventListener('abort', onAbort);
        this.active += 1;
        resolve();
      };
      signal?.addEventListener('abort', onAbort, { once: true });
      this.waiting.push(enter);
    });
  }

  release(): void {
    this.active -= 1;
    if (this.active < this.most) this.waiting.shift()?.();
  }

  /** The other side takes fewer than was thought. Never below one. */
  lowerTo(most: number): void {
    this.most = Math.max(1, Math.min(this.most, most));
  }
}
