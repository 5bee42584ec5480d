import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { runningMirror, startMirror, stopMirror } from '../../../src/lab/mirror/mirror-process.js';
import { isRunning } from '../../../src/local/processes.js';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slipway-lab-'));
});

afterEach(async () => {
  await stopMirror(folder);
  await rm(folder, { recursive: true });
});

/** Does what `slipway lab mirror serve` does, without a network: it says who it is, and waits. */
const server = () => {
  const source = `
    const { readFileSync, writeFileSync } = require('node:fs');
    const stat = readFileSync('/proc/self/stat', 'utf8');
    const startTime = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
    const record = { pid: process.pid, startTime, url: 'http://10.201.7.1:8880', release: 'v2.29.1' };
    writeFileSync(process.argv[1] + '/mirror.json', JSON.stringify(record));
    setInterval(() => {}, 1000);
  `;
  return [process.execPath, '-e', source, folder];
};

describe('a mirror that is served beside', () => {
  it('is started once, found by others, and ended', async () => {
    expect(await runningMirror(folder)).toBeUndefined();
    const started = await startMirror(folder, server());
    expect(started.url).toBe('http://10.201.7.1:8880');
    expect(await startMirror(folder, ['/nowhere/program'])).toEqual(started);
    expect(await runningMirror(folder)).toEqual(started);
    await stopMirror(folder);
    expect(isRunning(started)).toBe(false);
    expect(await runningMirror(folder)).toBeUndefined();
  });

  it('that was killed is started again', async () => {
    const first = await startMirror(folder, server());
    process.kill(first.pid, 'SIGKILL');
    await stopMirror(folder);
    const second = await startMirror(folder, server());
    expect(second.pid).not.toBe(first.pid);
  });

  it('that ends at once is reported by what it said', async () => {
    const failing = [process.execPath, '-e', 'console.error("The mirror lacks etcd."); process.exit(1)'];
    await expect(startMirror(folder, failing)).rejects.toThrow('The mirror lacks etcd.');
    expect(await readFile(join(folder, 'mirror.log'), 'utf8')).toContain('The mirror lacks etcd.');
  });
});
