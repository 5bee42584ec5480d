import { identityOf, killProcess } from '../../../src/local/processes.js';
import { startEmbeddedServer, type EmbeddedServer } from '../../../src/temporal/embedded-server.js';

/** A Temporal server on one database, which is killed and started again, one death after the other. */
export class KilledServer {
  private server: EmbeddedServer | undefined;
  /** Whether nobody else needs it when this ends; others are no users of one that was started after a death. */
  private isAlone = true;
  /** The last start. */
  private started: Promise<void> = Promise.resolve();
  private deaths: Promise<unknown> = Promise.resolve();

  constructor(private readonly folder: string) {}

  /** Starts one, unless one runs in its folder. @returns its address, the same after each death */
  async begin(): Promise<string> {
    const server = await startEmbeddedServer({ folder: this.folder });
    this.server = server;
    this.isAlone = server.otherUsers().length === 0;
    return server.address;
  }

  /**
   * kill -9, once it is up and healthy.
   * @returns when it is gone, with what resolves when another one is healthy
   * @throws Error when there is none to kill
   */
  async kill(): Promise<{ readonly isBack: Promise<void> }> {
    const death = this.deaths.then(async () => {
      await this.started;
      const process = identityOf(this.server?.pid ?? 0);
      if (process === undefined) throw new Error('There is no Temporal server that could be killed.');
      await killProcess(process);
      this.started = startEmbeddedServer({ folder: this.folder }).then((server) => {
        this.server = server;
      });
      return { isBack: this.started };
    });
    this.deaths = death.catch(() => undefined);
    return death;
  }

  async end(): Promise<void> {
    if (this.isAlone) await this.server?.leave();
  }
}
