import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { withFileLock } from '../../src/temporal/file-lock.js';
import { identityOf, isRunning } from '../../src/temporal/process-identity.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-lock-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

it('lets one work at a time, and gives the lock back after an error too', async () => {
  const path = join(folder, 'lock');
  const events: string[] = [];
  const work = (name: string) => async () => {
    events.push(`${name} in`);
    await sleep(50);
    events.push(`${name} out`);
    throw new Error(name);
  };
  await Promise.allSettled([withFileLock(path, work('a')), withFileLock(path, work('b'))]);
  expect(events).toEqual(['a in', 'a out', 'b in', 'b out']);
  expect(readdirSync(folder)).toEqual([]);
});

it('takes over the lock of a process that has died, even when its number is in use again', async () => {
  const path = join(folder, 'lock');
  writeFileSync(path, JSON.stringify({ pid: process.pid, startTime: '1' }));
  expect(await withFileLock(path, async () => 'worked')).toBe('worked');
});

it('tells a process from a later one of the same number', () => {
  const mine = identityOf(process.pid);
  expect(mine && isRunning(mine)).toBe(true);
  expect(isRunning({ pid: process.pid, startTime: '1' })).toBe(false);
  expect(identityOf(2 ** 22 + 1)).toBeUndefined();
});
