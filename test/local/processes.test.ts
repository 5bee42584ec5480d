import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { identityOf, isRunning, killProcess, signalProcess, waitForEnd } from '../../src/local/processes.js';

it('tells a process from a later one of the same number', () => {
  const mine = identityOf(process.pid);
  expect(mine && isRunning(mine)).toBe(true);
  expect(isRunning({ pid: process.pid, startTime: '1' })).toBe(false);
  expect(identityOf(2 ** 22 + 1)).toBeUndefined();
});

it('sends signals to exactly the process that was written down', async () => {
  const child = spawn('sleep', ['60']);
  await once(child, 'spawn');
  const identity = identityOf(child.pid ?? 0);
  if (identity === undefined) throw new Error('The child is not there.');
  signalProcess({ ...identity, startTime: '1' }, 'SIGKILL');
  expect(await waitForEnd(identity, 100)).toBe(false);
  await killProcess(identity);
  expect(isRunning(identity)).toBe(false);
});

/** The first thread ends and becomes a zombie; the second sleeps on, with every file and port of the process. */
const zombieWithThread = `
import ctypes, platform, sys, threading, time
threading.Thread(target=lambda: time.sleep(60)).start()
open(sys.argv[1], 'w').close()
exit_this_thread = {'x86_64': 60, 'aarch64': 93}[platform.machine()]
ctypes.CDLL(None).syscall(exit_this_thread, 0)
`;

it('counts a process as running until its last thread has ended', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'slipway-threads-'));
  const child = spawn('python3', ['-c', zombieWithThread, join(folder, 'ready')], { stdio: 'ignore' });
  try {
    await expect.poll(() => existsSync(join(folder, 'ready'))).toBe(true);
    const identity = identityOf(child.pid ?? 0);
    if (identity === undefined) throw new Error('The child is not there.');
    expect(await waitForEnd(identity, 300)).toBe(false);
    child.kill('SIGKILL');
    expect(await waitForEnd(identity, 5_000)).toBe(true);
  } finally {
    child.kill('SIGKILL');
    rmSync(folder, { recursive: true });
  }
});
