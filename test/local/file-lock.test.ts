import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { withFileLock } from '../../src/local/file-lock.js';

let path: string;
beforeEach(() => {
  path = join(mkdtempSync(join(tmpdir(), 'slipway-lock-')), 'lock');
});
afterEach(() => rmSync(join(path, '..'), { recursive: true, force: true }));

it('lets one work at a time, and gives the lock back after an error too', async () => {
  const events: string[] = [];
  const work = (name: string) => async () => {
    events.push(`${name} in`);
    await sleep(50);
    events.push(`${name} out`);
    throw new Error(name);
  };
  const results = await Promise.allSettled([withFileLock(path, work('a')), withFileLock(path, work('b'))]);
  const first = events[0]?.slice(0, 1) ?? '';
  const second = first === 'a' ? 'b' : 'a';
  expect(events).toEqual([`${first} in`, `${first} out`, `${second} in`, `${second} out`]);
  expect(results.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
});

it('says once that somebody else holds the lock, and takes it over when that process is killed', async () => {
  const holder = spawn('flock', ['--no-fork', path, 'sleep', '60'], { stdio: 'ignore' });
  await once(holder, 'spawn');
  const holds = async () => (await once(spawn('flock', ['--nonblock', path, 'true']), 'exit'))[0] === 1;
  await expect.poll(holds).toBe(true);
  let waits = 0;
  const worked = withFileLock(
    path,
    async () => 'worked',
    () => {
      waits += 1;
      holder.kill('SIGKILL');
    },
  );
  await expect(worked).resolves.toBe('worked');
  expect(waits).toBe(1);
});

it('makes the folder of the lock, and calls nobody a holder while its own work takes long', async () => {
  let waits = 0;
  const worked = withFileLock(
    join(path, '..', 'new', 'folder', 'lock'),
    () => sleep(700, 'worked'),
    () => {
      waits += 1;
    },
  );
  await expect(worked).resolves.toBe('worked');
  expect(waits).toBe(0);
});

it('does not work without a lock where there is no flock command', async () => {
  const work = vi.fn(async () => 'worked');
  vi.stubEnv('PATH', '/nowhere');
  try {
    await expect(withFileLock(path, work)).rejects.toThrow(
      'the flock command (package util-linux) did not run',
    );
  } finally {
    vi.unstubAllEnvs();
  }
  expect(work).not.toHaveBeenCalled();
});

it('holds the lock in a process group of its own, which Ctrl-C in the terminal does not reach', async () => {
  await withFileLock(path, async () => {
    const inode = String(statSync(path).ino);
    const lock = readFileSync('/proc/locks', 'utf8')
      .split('\n')
      .find((line) => line.includes(`:${inode} `));
    const holder = /FLOCK +ADVISORY +WRITE +(\d+)/.exec(lock ?? '')?.[1] ?? 'nobody';
    const [, , group] = readFileSync(`/proc/${holder}/stat`, 'utf8')
      .replace(/^.*\) /, '')
      .split(' ');
    expect(group).toBe(holder);
  });
});
