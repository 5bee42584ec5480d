import { randomUUID } from 'node:crypto';
import { type HostError, HostUnreachableError } from '../../src/hosts/errors.js';
import type { FileOptions, Host, RunOptions, RunResult } from '../../src/hosts/host.js';
import { connectionLost, judgeEnd } from '../../src/hosts/run-errors.js';
import type { Script } from '../../src/hosts/script.js';

/** One run of a script, as an answering function sees it and as it is kept in {@link FakeHost.runs}. */
export interface FakeRun {
  readonly host: FakeHost;
  /** The script's text. */
  readonly script: string;
  /** What the answer's pattern matched, with its groups. */
  readonly match: RegExpExecArray;
  /** Standard input as text, undefined where none was given. */
  readonly stdin: string | undefined;
}

/** What a script leaves behind: its standard output, or any part of a {@link RunResult}, or a function of the run. */
export type FakeAnswer = string | Partial<RunResult> | ((run: FakeRun) => FakeReply | Promise<FakeReply>);
export type FakeReply = string | Partial<RunResult>;

/** A file of a fake host. */
export interface FakeFile {
  readonly content: string;
  readonly mode: number;
}

/**
 * A machine for tests, without a machine: files in memory, scripts answered by patterns, faults on demand.
 *
 * ```ts
 * const host = new FakeHost('worker-1');
 * host.when(/mdadm --detail/, { exitCode: 1 });
 * host.when(/mdadm --create (\S+)/, ({ host, match }) => {
 *   host.when(/mdadm --detail/, `${match[1]}:`);
 *   return '';
 * });
 * host.files.set('/etc/fstab', { content: '', mode: 0o644 });
 * host.loseNextRun('after'); // the script takes effect, its answer is lost
 * ```
 *
 * Of several patterns that match, the one given last answers. A script that no pattern matches is an error of the test:
 * it fails with the script's text. Exit codes are judged as on a real host.
 */
export class FakeHost implements Host {
  /** By absolute path. Scripts do not see them unless an answer looks. */
  readonly files = new Map<string, FakeFile>();
  /** Every script that reached the host, in order. */
  readonly runs: FakeRun[] = [];
  /** How often the host was given back. */
  closed = 0;

  private readonly answers: { readonly pattern: RegExp; readonly answer: FakeAnswer }[] = [];
  private readonly rebootListeners: ((host: FakeHost) => void)[] = [];
  private readonly faults: Fault[] = [];
  private boot: string = randomUUID();

  constructor(
    readonly name = 'host',
    readonly stateFolder = '/var/lib/slipway',
  ) {}

  /** Answers scripts that match. The newest matching answer wins. */
  when(pattern: RegExp, answer: FakeAnswer): this {
    this.answers.unshift({ pattern: new RegExp(pattern.source, pattern.flags.replace(/[gy]/g, '')), answer });
    return this;
  }

  /** The texts of the scripts run so far, or of those that match. */
  scripts(pattern = /(?:)/): string[] {
    return this.runs.map(({ script }) => script).filter((script) => pattern.test(script));
  }

  /**
   * The connection breaks during the next run (only of scripts that match, where a pattern is given).
   * `before`: the script did not take effect; `after`: it did, and only its answer is lost.
   */
  loseNextRun(when: 'before' | 'after' = 'before', pattern = /(?:)/): this {
    this.faults.push({ kind: when, pattern, left: 1 });
    return this;
  }

  /** The next so many calls of any kind find no host. */
  beUnreachable(calls = 1): this {
    this.faults.push({ kind: 'unreachable', pattern: /(?:)/, left: calls });
    return this;
  }

  /** The next run fails with this error, before it takes effect. */
  failNextRun(error: HostError, pattern = /(?:)/): this {
    this.faults.push({ kind: 'error', pattern, left: 1, error });
    return this;
  }

  /** Restarts the machine: another boot ID, and whatever {@link onReboot} registered. */
  reboot(): this {
    this.boot = randomUUID();
    for (const listener of this.rebootListeners) listener(this);
    return this;
  }

  /** Called at each reboot, to change files and answers as a restart would. */
  onReboot(listener: (host: FakeHost) => void): this {
    this.rebootListeners.push(listener);
    return this;
  }

  async run(script: Script, options: RunOptions = {}): Promise<RunResult> {
    options.signal?.throwIfAborted();
    const attempt = { host: this.name, script, options };
    this.failIfUnreachable();
    const fault = this.takeFault(script.text);
    if (fault?.kind === 'error') throw fault.error;
    if (fault?.kind === 'before') throw connectionLost(attempt, 'the connection broke');
    const reply = await this.answer(script.text, options.stdin);
    if (fault?.kind === 'after') throw connectionLost(attempt, 'the connection broke');
    const result = typeof reply === 'string' ? { stdout: reply } : reply;
    return judgeEnd(attempt, { exitCode: 0, stdout: '', stderr: '', ...result });
  }

  async readFile(path: string): Promise<string | undefined> {
    this.failIfUnreachable();
    return this.files.get(path)?.content;
  }

  async writeFile(
    path: string,
    content: string,
    options: FileOptions = {},
  ): Promise<'written' | 'unchanged'> {
    this.failIfUnreachable();
    const { mode = 0o644 } = options;
    const present = this.files.get(path);
    if (present?.content === content && present.mode === mode) return 'unchanged';
    this.files.set(path, { content, mode });
    return 'written';
  }

  async bootId(): Promise<string> {
    this.failIfUnreachable();
    return this.boot;
  }

  async close(): Promise<void> {
    this.closed += 1;
  }

  /** @throws HostUnreachableError while {@link beUnreachable} says so; a fake pool calls it when it connects */
  failIfUnreachable(): void {
    const fault = this.faults.find(({ kind, left }) => kind === 'unreachable' && left > 0);
    if (fault === undefined) return;
    fault.left -= 1;
    throw new HostUnreachableError(`Cannot connect to ${this.name}.`, { host: this.name });
  }

  private async answer(script: string, stdin: RunOptions['stdin']): Promise<FakeReply> {
    for (const { pattern, answer } of this.answers) {
      const match = pattern.exec(script);
      if (match === null) continue;
      const run = { host: this, script, match, stdin: stdin === undefined ? undefined : textOf(stdin) };
      this.runs.push(run);
      return typeof answer === 'function' ? await answer(run) : answer;
    }
    throw new Error(`FakeHost ${this.name} has no answer for this script:\n${script}`);
  }

  private takeFault(script: string): Fault | undefined {
    const fault = this.faults.find(
      ({ kind, left, pattern }) => kind !== 'unreachable' && left > 0 && pattern.test(script),
    );
    if (fault !== undefined) fault.left -= 1;
    return fault;
  }
}

type Fault = { readonly pattern: RegExp; left: number } & (
  | { readonly kind: 'before' | 'after' | 'unreachable' }
  | { readonly kind: 'error'; readonly error: HostError }
);

function textOf(stdin: string | Uint8Array): string {
  return typeof stdin === 'string' ? stdin : Buffer.from(stdin).toString('utf8');
}
