import { randomBytes } from 'node:crypto';
import type { Client, ClientChannel } from 'ssh2';
import { OutputBuffer } from '../output-buffer.js';
import { connectionLost, notRun, type ProcessEnd, type RunAttempt } from '../run-errors.js';
import type { RemoteCommand } from '../shell-command.js';
import { SessionLimit } from './session-limit.js';
import { supervise } from '../supervise.js';
import type { RunResult } from '../host.js';

/** sshd's MaxSessions is 10 by default; some stay free for people. */
const defaultSessions = 8;

/** The server takes no further session at the moment; the command was not started. */
class SessionRefused extends Error {}

/** One authenticated connection, shared by a bounded number of commands at a time. */
export class SshConnection {
  private readonly sessions: SessionLimit;
  private readonly onLost = new Set<(why: string) => void>();
  private lostBecause: string | undefined;
  private retired = false;
  /** "<type> <base64>" of the key that the host has shown and that is pinned. */
  readonly hostKey: string | undefined;

  /** @param client ready, and with a listener for its errors from here on */
  constructor(
    private readonly client: Client,
    options: { readonly sessions?: number | undefined; readonly hostKey?: string | undefined } = {},
  ) {
    const { sessions = defaultSessions, hostKey } = options;
    this.hostKey = hostKey;
    this.sessions = new SessionLimit(sessions);
    let why = 'the connection was closed';
    client.on('error', (error: Error) => {
      why = error.message === 'Keepalive timeout' ? 'the host stopped answering' : error.message;
      // A broken link is of no use any more; without this its socket may linger half open.
      client.destroy();
    });
    client.once('end', () => this.lose(why));
    client.once('close', () => this.lose(why));
  }

  /** Whether commands can still be started. */
  get isOpen(): boolean {
    return this.lostBecause === undefined && !this.retired;
  }

  /** Whether nothing runs. */
  get isIdle(): boolean {
    return this.sessions.activeCount === 0;
  }

  /**
   * What the login shell prints of its own before the command, such as a greeting in .bashrc, is no part of its output.
   * @throws as {@link supervise}; ConnectionLostError also when the link breaks or the channel ends without a status;
   * CommandFailedError also when the login ended in peace without running the command
   */
  async run(command: RemoteCommand, attempt: RunAttempt): Promise<RunResult> {
    for (;;) {
      await this.sessions.acquire(attempt.options.signal);
      try {
        return await this.runNow(command, attempt);
      } catch (error) {
        if (!(error instanceof SessionRefused)) throw error;
        const others = this.sessions.activeCount - 1;
        if (others === 0) throw connectionLost(attempt, error.message);
        this.sessions.lowerTo(others);
      } finally {
        this.sessions.release();
        if (this.retired && this.isIdle) this.client.end();
      }
    }
  }

  /** No further command starts here; closes when those under way have ended. */
  retire(): void {
    this.retired = true;
    if (this.isIdle) this.client.end();
  }

  /** Closes at once; commands under way are reported lost. */
  destroy(): void {
    this.retired = true;
    this.client.end();
    this.client.destroy();
  }

  private lose(why: string): void {
    this.lostBecause ??= why;
    for (const listener of this.onLost) listener(this.lostBecause);
    this.onLost.clear();
  }

  private async runNow(command: RemoteCommand, attempt: RunAttempt): Promise<RunResult> {
    let channel: ClientChannel | undefined;
    let lost: ((why: string) => void) | undefined;
    let stopped = false;
    const mark = `slipway-begins-${randomBytes(8).toString('hex')}`;
    const stop = () => {
      stopped = true;
      if (channel !== undefined) this.endSession(channel, command);
    };
    try {
      const watch = (ended: (end: ProcessEnd) => void, failed: (error: Error) => void) => {
        lost = (why) => failed(connectionLost(attempt, why));
        if (this.lostBecause !== undefined) return lost(this.lostBecause);
        this.onLost.add(lost);
        this.exec(`echo ${mark}; ${command.line}`, attempt, failed, (opened) => {
          channel = opened;
          if (stopped) this.endSession(opened, command);
          watchChannel(opened, (end) => {
            const output = afterMark(end, mark);
            if (output === undefined) failed(notRun(attempt, end));
            else ended({ ...end, stdout: output });
          });
          opened.end(command.input);
        });
      };
      return await supervise({ attempt, watch, stop });
    } finally {
      if (lost !== undefined) this.onLost.delete(lost);
    }
  }

  /** Nobody waits for the answer: without it the command only goes on until its own end. */
  private endSession(channel: ClientChannel, command: RemoteCommand): void {
    channel.close();
    if (!this.isOpen) return;
    this.client.exec(command.endLine, (error, ending) => {
      if (error === undefined) ending.resume().stderr.resume();
    });
  }

  private exec(
    line: string,
    attempt: RunAttempt,
    failed: (error: Error) => void,
    started: (channel: ClientChannel) => void,
  ): void {
    try {
      this.client.exec(line, (error, channel) => {
        if (error === undefined) started(channel);
        else failed(this.notStarted(error, attempt));
      });
    } catch (error) {
      // The library throws where the socket has ended but its `close` has not been told yet.
      failed(connectionLost(attempt, (error as Error).message, '', error));
    }
  }

  private notStarted(error: Error, attempt: RunAttempt): Error {
    const refused = error.message.includes('Channel open failure') && this.lostBecause === undefined;
    return refused ? new SessionRefused(error.message) : connectionLost(attempt, error.message, '', error);
  }
}

/** The output behind the line of the mark; undefined where there is none though nothing has failed. */
function afterMark({ stdout, exitCode, truncated }: ProcessEnd, mark: string): string | undefined {
  const found = stdout.indexOf(`${mark}\n`);
  if (found >= 0) return stdout.slice(found + mark.length + 1);
  // A login that is refused says so by its exit code, and its last words are what a reader needs.
  return truncated === true || exitCode !== 0 ? stdout : undefined;
}

function watchChannel(channel: ClientChannel, ended: (end: ProcessEnd) => void): void {
  const [stdout, stderr] = [new OutputBuffer(), new OutputBuffer()];
  let exit: Pick<ProcessEnd, 'exitCode' | 'signal'> = { exitCode: undefined };
  channel.on('data', (chunk: Buffer) => stdout.add(chunk));
  channel.stderr.on('data', (chunk: Buffer) => stderr.add(chunk));
  // A script may end without reading all of its input; that is no failure.
  channel.on('error', () => undefined);
  channel.on('exit', (code: number | null, signal?: string) => {
    exit = { exitCode: code ?? undefined, signal };
  });
  channel.once('close', () => {
    const output = { stdout: stdout.toString(), stderr: stderr.toString(), truncated: stdout.truncated };
    ended({ ...exit, ...output });
  });
}
