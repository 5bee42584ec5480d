import { spawn, type ChildProcess } from 'node:child_process';
import { plainEnvironment } from '../local/environment.js';
import { HostUnreachableError } from './errors.js';
import type { RunOptions, RunResult } from './host.js';
import { OutputBuffer } from './output-buffer.js';
import type { ProcessEnd } from './run-errors.js';
import { ScriptHost } from './script-host.js';
import type { Script } from './script.js';
import { shellCommand } from './shell-command.js';
import { slipwayHome } from '../local/state-folder.js';
import { supervise } from './supervise.js';

/** How long a process that was told to end may take before it is killed. */
const graceMilliseconds = 2_000;

/**
 * The worker's own machine. Scripts run as the worker's user, who need not be root; what needs root then fails with the
 * tool's own message.
 */
export class LocalHost extends ScriptHost {
  readonly name: string;
  readonly stateFolder: string;

  /** @param stateFolder default {@link slipwayHome} */
  constructor({ name = 'localhost', stateFolder = slipwayHome() } = {}) {
    super();
    this.name = name;
    this.stateFolder = stateFolder;
  }

  async run(script: Script, options: RunOptions = {}): Promise<RunResult> {
    options.signal?.throwIfAborted();
    const { words, input } = shellCommand(script, options.stdin);
    const [file = 'sh', ...args] = words;
    // A process group of its own: Ctrl-C in the worker's terminal must not reach it, and all of it can be ended.
    const child = spawn(file, args, {
      env: plainEnvironment(),
      stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
      detached: true,
    });
    // A script may end without reading all of its input; that is no failure.
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(input);
    return await supervise({
      attempt: { host: this.name, script, options },
      watch: (ended, failed) => watchChild(child, this.name, ended, failed),
      stop: () => endGroup(child),
    });
  }

  async close(): Promise<void> {
    return Promise.resolve();
  }
}

function watchChild(
  child: ChildProcess,
  host: string,
  ended: (end: ProcessEnd) => void,
  failed: (error: Error) => void,
): void {
  const [stdout, stderr] = [new OutputBuffer(), new OutputBuffer()];
  child.stdout?.on('data', (chunk: Buffer) => stdout.add(chunk));
  child.stderr?.on('data', (chunk: Buffer) => stderr.add(chunk));
  child.once('error', (cause) => {
    failed(
      new HostUnreachableError(`Cannot start a shell on ${host}: ${cause.message}`, { host }, { cause }),
    );
  });
  child.once('close', (code, signal) => {
    ended({
      exitCode: code ?? undefined,
      signal: signal ?? undefined,
      stdout: stdout.toString(),
      stderr: stderr.toString(),
      truncated: stdout.truncated,
    });
  });
}

function endGroup(child: ChildProcess): void {
  signalGroup(child, 'SIGTERM');
  const timer = setTimeout(() => signalGroup(child, 'SIGKILL'), graceMilliseconds).unref();
  // After `close` nothing of the group holds the pipes any more, and its number may be given to others.
  child.once('close', () => clearTimeout(timer));
}

function signalGroup(child: ChildProcess, name: NodeJS.Signals): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
