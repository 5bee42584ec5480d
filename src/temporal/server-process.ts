import { spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { searchAttributes } from '../protocol/search-attributes.js';
import type { Address } from './ui-door.js';
import { plainEnvironment } from '../local/environment.js';
import { identityOf, killProcess, signalProcess, waitForEnd } from '../local/processes.js';

export interface LaunchOptions {
  readonly cli: string;
  readonly database: string;
  readonly log: string;
  readonly port: number;
  /** Where Temporal's own Web UI listens, to whomever; undefined: it does not run. */
  readonly ui: Address | undefined;
  readonly namespace: string;
}

/**
 * Every browser lets a web page send to ports of this machine, and the server's HTTP API takes what it sends. Slipway
 * needs none of it, so it answers to one host name only, that cannot exist (RFC 6761). Nexus has paths of its own there.
 */
const closedToPages = ['frontend.httpAllowedHosts=["nobody.invalid"]', 'system.enableNexus=false'];

/** Milliseconds that a server gets to end by itself after SIGTERM. */
const gracePeriod = 10_000;

/**
 * Starts the development server as a process of its own session, so that neither Ctrl-C in the terminal nor the death
 * of this process ends it. The pragmas double its speed and lose nothing when the server is killed.
 */
export function launchServer({ cli, database, log, port, ui, namespace }: LaunchOptions): number {
  mkdirSync(dirname(database), { recursive: true, mode: 0o700 });
  const arguments_ = [
    ...['server', 'start-dev', '--db-filename', database, '--namespace', namespace],
    ...['--ip', '127.0.0.1', '--port', String(port)],
    ...(ui === undefined ? ['--headless'] : ['--ui-ip', ui.host, '--ui-port', String(ui.port)]),
    ...closedToPages.flatMap((setting) => ['--dynamic-config-value', setting]),
    ...['--sqlite-pragma', 'journal_mode=WAL', '--sqlite-pragma', 'synchronous=NORMAL'],
    // By default a timeout is noticed, and an attempt begun, up to a second later than it could be.
    ...['--dynamic-config-value', 'history.timerProcessorMaxTimeShift="100ms"'],
    ...searchAttributes.flatMap((name) => ['--search-attribute', `${name}=Keyword`]),
    ...['--log-level', 'warn'],
  ];
  const output = openSync(log, 'a', 0o600);
  try {
    const server = spawn(cli, arguments_, {
      detached: true,
      env: plainEnvironment(),
      stdio: ['ignore', output, output],
    });
    server.on('error', () => undefined);
    server.unref();
    if (server.pid === undefined) throw new Error(`${cli} could not be started.`);
    return server.pid;
  } finally {
    closeSync(output);
  }
}

/** Ends the server: SIGTERM, and SIGKILL if it is still there after the grace period. */
export async function stopServer(pid: number): Promise<void> {
  const server = identityOf(pid);
  if (server === undefined) return;
  signalProcess(server, 'SIGTERM');
  if (!(await waitForEnd(server, gracePeriod))) await killProcess(server);
}

/** Lines of the log that a message shows. */
const shown = 10;

/** Bytes that a log has by now. */
export function sizeOf(log: string): number {
  return existsSync(log) ? statSync(log).size : 0;
}

/**
 * The last lines of the server's log; of a panic the first ones, because where the program stood tells nobody why.
 * @param from bytes that the log had before; what they say is of an earlier server
 */
export function lastLogLines(log: string, from: number): string {
  const text = existsSync(log) ? readFileSync(log).subarray(from).toString().trim() : '';
  if (text === '') return '(empty)';
  const lines = text.split('\n');
  const panic = lines.findLastIndex((line) => /^(panic|fatal error): /.test(line));
  return (panic < 0 ? lines.slice(-shown) : lines.slice(panic, panic + shown)).join('\n');
}
