import type { RunOptions, RunResult } from '../host.js';
import { ScriptHost } from '../script-host.js';
import type { Script } from '../script.js';
import { remoteCommand } from '../shell-command.js';
import type { SshConnection } from './ssh-connection.js';

/** What a host needs of the pool. */
export interface ConnectionSource {
  connection(options: { signal?: AbortSignal | undefined }): Promise<SshConnection>;
  giveBack(): void;
}

/** A machine over SSH. A broken connection is made anew at the next use. */
export class SshHost extends ScriptHost {
  readonly name: string;
  readonly stateFolder: string;
  readonly hostKey: string | undefined;
  private readonly user: string;
  private readonly source: ConnectionSource;
  private given = false;

  constructor(options: {
    name: string;
    stateFolder: string;
    user: string;
    source: ConnectionSource;
    hostKey?: string | undefined;
  }) {
    super();
    this.name = options.name;
    this.stateFolder = options.stateFolder;
    this.user = options.user;
    this.source = options.source;
    this.hostKey = options.hostKey;
  }

  async run(script: Script, options: RunOptions = {}): Promise<RunResult> {
    const command = remoteCommand(script, options.stdin, this.user);
    const connection = await this.source.connection({ signal: options.signal });
    return await connection.run(command, { host: this.name, script, options });
  }

  async close(): Promise<void> {
    if (this.given) return;
    this.given = true;
    this.source.giveBack();
  }
}
