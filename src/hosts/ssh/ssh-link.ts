import type { SshConnection } from './ssh-connection.js';
import { abortReason } from '../supervise.js';

/** How long a connection that nobody uses is kept. */
const idleMilliseconds = 60_000;

/** The way to one address: makes a connection when there is none, and gives the same one to everybody. */
export class SshLink {
  private current: SshConnection | undefined;
  private opening: Promise<SshConnection> | undefined;
  private users = 0;
  private idleTimer: NodeJS.Timeout | undefined;
  private destroyed = false;

  constructor(private readonly open: (timeout: number | undefined) => Promise<SshConnection>) {}

  /** Counts one more user; each must call {@link giveBack} once. */
  take(): void {
    this.users += 1;
    clearTimeout(this.idleTimer);
  }

  giveBack(): void {
    this.users -= 1;
    if (this.users > 0) return;
    this.idleTimer = setTimeout(() => this.renew(), idleMilliseconds).unref();
  }

  /** The open connection, or a new one. Who asks while one is being made gets that one. */
  async connection(options: { signal?: AbortSignal | undefined; timeout?: number | undefined } = {}) {
    if (this.current?.isOpen === true) return this.current;
    this.opening ??= this.openOnce(options.timeout);
    return await unlessAborted(this.opening, options.signal);
  }

  /** The next user gets a new connection; what runs on the old one may end there. */
  renew(): void {
    this.current?.retire();
    this.current = undefined;
  }

  /** Closes at once, also a connection that is being made. */
  destroy(): void {
    this.destroyed = true;
    clearTimeout(this.idleTimer);
    this.current?.destroy();
    this.current = undefined;
  }

  private async openOnce(timeout: number | undefined): Promise<SshConnection> {
    try {
      const opened = await this.open(timeout);
      if (this.destroyed) opened.destroy();
      this.current = opened;
      return opened;
    } finally {
      this.opening = undefined;
    }
  }
}

async function unlessAborted<Value>(
  promise: Promise<Value>,
  signal: AbortSignal | undefined,
): Promise<Value> {
  if (signal === undefined) return await promise;
  signal.throwIfAborted();
  let onAbort: (() => void) | undefined;
  const aborted = new Promise<never>((_resolve, reject) => {
    onAbort = () => reject(abortReason(signal));
    signal.addEventListener('abort', onAbort, { once: true });
  });
  try {
    return await Promise.race([promise, aborted]);
  } finally {
    if (onAbort !== undefined) signal.removeEventListener('abort', onAbort);
  }
}
