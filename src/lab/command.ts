import { execa, type Result } from 'execa';

import { LabError } from './errors.js';

/** How a command on this machine is run; every field has a default. */
export interface CommandOptions {
  /** One phrase for the error message, such as "build the root file system". */
  readonly what: string;
  /** Exit codes that are an answer and not a failure. Default: only 0. */
  readonly accept?: readonly number[];
  readonly input?: string;
  readonly cwd?: string;
  /** Milliseconds. Default 120,000. */
  readonly timeout?: number;
  readonly env?: Readonly<Record<string, string>>;
  /** Called with each line of the standard error, for long commands. */
  readonly onLine?: ((line: string) => void) | undefined;
}

export interface CommandResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs a command on this machine without a shell.
 * @throws LabError that says what it was for, how it ended and its last lines
 */
export async function command(
  file: string,
  args: readonly string[],
  options: CommandOptions,
): Promise<CommandResult> {
  const running = execa(file, args, {
    reject: false,
    stdin: options.input === undefined ? 'ignore' : 'pipe',
    ...(options.input === undefined ? {} : { input: options.input }),
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    env: { LC_ALL: 'C.UTF-8', ...options.env },
    timeout: options.timeout ?? 120_000,
  });
  if (options.onLine) {
    const report = options.onLine;
    void reportLines(running.iterable({ from: 'stderr' }), report);
  }
  const result = await running;
  const { exitCode } = result;
  if (exitCode !== undefined && (options.accept ?? [0]).includes(exitCode)) {
    return { exitCode, stdout: result.stdout, stderr: result.stderr };
  }
  const last = lastLines(`${result.stdout}\n${result.stderr}`, 15);
  throw new LabError(`Could not ${options.what}: ${file} ${ending(result, exitCode)}.${last && `\n${last}`}`);
}

async function reportLines(lines: AsyncIterable<unknown>, report: (line: string) => void): Promise<void> {
  try {
    for await (const line of lines) report(String(line));
  } catch {
    // The command itself failed, and its awaited result says so.
  }
}

function ending(
  result: Pick<Result, 'timedOut' | 'signal' | 'shortMessage' | 'code'>,
  exitCode: number | undefined,
): string {
  if (result.code === 'ENOENT') return 'is not installed; `slipway lab up` lists what the lab needs';
  if (result.timedOut) return 'did not end in time';
  if (result.signal) return `was ended by ${result.signal}`;
  return exitCode === undefined
    ? `could not be started (${result.shortMessage})`
    : `ended with exit code ${exitCode}`;
}

/** The last lines of an output, without empty ones. */
export function lastLines(text: string, count: number): string {
  return text
    .split('\n')
    .filter((line) => line.trim() !== '')
    .slice(-count)
    .join('\n');
}
