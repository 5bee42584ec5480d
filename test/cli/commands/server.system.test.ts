import { Connection } from '@temporalio/client';
import { execa } from 'execa';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { exitCodes } from '../../../src/cli/terminal/exit-codes.js';
import { identityOf } from '../../../src/local/processes.js';
import { findEmbeddedServer } from '../../../src/temporal/embedded-server.js';
import { stopServer } from '../../../src/temporal/server-process.js';

/** The commands that run until Ctrl-C, each as a process of its own. */

const program = fileURLToPath(new URL('../../../dist/cli/main.js', import.meta.url));
const port = 27533;
const address = `127.0.0.1:${port}`;
/** Longer than anything that a process without a hold on its event loop would take to end. */
const aWhile = 5_000;

let home: string;
let ends: (() => Promise<unknown>)[];

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'slipway-foreground-'));
  ends = [];
});
afterEach(async () => {
  for (const end of ends) await end();
  const left = await findEmbeddedServer(join(home, 'temporal'));
  if (left !== undefined) await stopServer(left.pid);
  rmSync(home, { recursive: true, force: true });
});

/** A command that has printed `sign`, with all that it has printed so far. */
async function slipway(words: string[], sign: string, environment: Record<string, string> = {}) {
  const running = execa(process.execPath, [program, ...words], {
    reject: false,
    all: true,
    stdin: 'ignore',
    env: { SLIPWAY_HOME: home, ...environment },
  });
  ends.push(() => {
    running.kill('SIGKILL');
    return running;
  });
  let printed = '';
  running.all.on('data', (piece: Buffer) => {
    printed += piece.toString();
  });
  await vi.waitUntil(() => printed.includes(sign), { timeout: 60_000, interval: 50 });
  return { running, printed: () => printed };
}

async function startServer(...words: string[]) {
  const start = ['server', '--port', String(port), ...words];
  const { running, printed } = await slipway(start, 'Ctrl-C stops it');
  const pid = Number(/process (\d+)\)/.exec(printed())?.[1]);
  return { running, pid, printed };
}

async function answersNow(): Promise<boolean> {
  const connection = await Connection.connect({ address });
  await connection.workflowService.describeNamespace({ namespace: 'default' });
  await connection.close();
  return true;
}

describe('slipway server', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)(
    'stays until %s, and leaves nothing running then',
    async (signal) => {
      const { running, pid } = await startServer();
      await sleep(aWhile);
      expect(running.exitCode).toBeNull();
      expect(await answersNow()).toBe(true);
      running.kill(signal);
      expect(await running).toMatchObject({ exitCode: exitCodes.ok });
      expect(identityOf(pid)).toBeUndefined();
    },
  );

  it('ends with its server, and says so', async () => {
    const { running, pid } = await startServer();
    process.kill(pid, 'SIGKILL');
    const { exitCode, all } = await running;
    expect(exitCode).toBe(exitCodes.failed);
    expect(all).toContain('The Temporal server has ended by itself.');
  });

  it('shows the Web UI where that is asked for, until its end', async () => {
    const { running, printed } = await startServer('--ui-port', '27534');
    expect(printed()).toContain('Web UI:          http://127.0.0.1:27534\n');
    expect(printed()).toContain('The Web UI can start and end workflows');
    await vi.waitUntil(async () => (await fetch('http://127.0.0.1:27534')).status === 200, 20_000);
    running.kill('SIGTERM');
    expect(await running).toMatchObject({ exitCode: exitCodes.ok });
    await expect(fetch('http://127.0.0.1:27534')).rejects.toThrow();
  });

  it('says so when the server that runs already has no Web UI to show', async () => {
    const { printed } = await startServer();
    expect(printed()).toContain('Web UI:          off; `slipway server --ui` shows it\n');
    const second = await slipway(['server', '--ui'], 'ended.\n');
    expect(await second.running).toMatchObject({ exitCode: exitCodes.failed });
    expect(second.printed()).toMatch(/It runs without a Web UI, and process \d+ uses it\./);
  });

  it('stays in the foreground beside another, and the server goes on for that one', async () => {
    const first = await startServer();
    const second = await slipway(['server'], 'Ctrl-C stops it');
    first.running.kill('SIGINT');
    expect(await first.running).toMatchObject({ exitCode: exitCodes.ok });
    expect(first.printed()).toMatch(/It goes on for process \d+, and stops when that has ended\.\n$/);
    expect(await answersNow()).toBe(true);
    second.running.kill('SIGINT');
    expect(await second.running).toMatchObject({ exitCode: exitCodes.ok });
    expect(identityOf(first.pid)).toBeUndefined();
  });

  it('refuses one port for two things', async () => {
    const { running } = await slipway(['server', '--port', '27533', '--ui-port', '27533'], 'name two');
    expect(await running).toMatchObject({ exitCode: exitCodes.invalidInput });
  });

  it('says in one sentence why there is no server', async () => {
    const { running, printed } = await slipway(['server'], 'TEMPORAL_CLI', {
      TEMPORAL_CLI: '/nowhere/temporal',
    });
    expect(await running).toMatchObject({ exitCode: exitCodes.unreachable });
    expect(printed()).toBe(
      '$TEMPORAL_CLI is /nowhere/temporal, which is not an executable file. Correct it, or unset it.\n',
    );
  });
});

describe('slipway worker', () => {
  it('stays until SIGTERM', async () => {
    await startServer();
    const { running } = await slipway(['worker'], `Worker on ${address}`);
    await sleep(aWhile);
    expect(running.exitCode).toBeNull();
    running.kill('SIGTERM');
    expect(await running).toMatchObject({ exitCode: exitCodes.ok });
  });

  it('logs what the SDK has to say as plain lines of its own', async () => {
    const { pid } = await startServer();
    const { running, printed } = await slipway(['worker'], `Worker on ${address}`);
    process.kill(pid, 'SIGKILL');
    await vi.waitUntil(() => printed().includes('retry'), { timeout: 60_000, interval: 200 });
    running.kill('SIGTERM');
    await running;
    expect(printed()).toMatch(/\d{4}-\d\d-\d\dT[0-9:.]+Z \[WARN\] gRPC call /);
    expect(printed()).not.toContain('\u001b');
  });
});
