import { mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CommandFailedError, ConnectionLostError, OutputTooLargeError } from '../../src/hosts/errors.js';
import { LocalHost } from '../../src/hosts/local-host.js';
import { Script, sh } from '../../src/hosts/script.js';

describe('LocalHost', () => {
  let folder: string;
  let host: LocalHost;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'slipway-local-host-'));
    host = new LocalHost({ stateFolder: folder });
  });
  afterEach(async () => {
    await rm(folder, { recursive: true });
  });

  it('gives back output and exit code', async () => {
    const script = sh`echo out; echo err >&2; exit 3`;
    expect(await host.run(script, { accept: [3] })).toEqual({
      exitCode: 3,
      stdout: 'out\n',
      stderr: 'err\n',
    });
  });

  it('keeps what the worker alone may know out of the environment', async () => {
    process.env['SLIPWAY_TEST_PASSWORD'] = 'correct horse';
    try {
      const { stdout } = await host.run(sh`env`);
      expect(stdout).toContain('PATH=');
      expect(stdout).not.toContain('SLIPWAY_TEST_PASSWORD');
    } finally {
      delete process.env['SLIPWAY_TEST_PASSWORD'];
    }
  });

  it('stops a script at its first failing command or unset variable', async () => {
    await expect(host.run(sh`false; echo reached`)).rejects.toMatchObject({ exitCode: 1 });
    await expect(host.run(sh`echo "$slipway_no_such_variable"`)).rejects.toBeInstanceOf(CommandFailedError);
  });

  it('gives /dev/null or the given text as standard input, also to a script too long for an argument', async () => {
    const padding = new Script(`: '${'x'.repeat(300_000)}'\n`);
    for (const script of [sh`wc -c; exit 0`, sh`${padding}wc -c; exit 0`]) {
      expect((await host.run(script)).stdout.trim()).toBe('0');
      expect((await host.run(script, { stdin: 'a'.repeat(100_000) })).stdout.trim()).toBe('100000');
    }
    const failing = sh`${padding}false`;
    await expect(host.run(failing)).rejects.toMatchObject({ exitCode: 1 });
  });

  it('does not fail when a script leaves its input unread', async () => {
    expect((await host.run(sh`exit 0`, { stdin: 'a'.repeat(1_000_000) })).exitCode).toBe(0);
  });

  it('reports tools in one language and finds administrators\u2019 tools', async () => {
    const { stdout } = await host.run(sh`echo "$LC_ALL"; command -v sysctl`);
    expect(stdout).toMatch(/^C\.UTF-8\n.*sbin\/sysctl\n$/);
  });

  it('refuses to answer with a part of an output that is too large', async () => {
    const tooLarge = sh`head -c 9000000 /dev/zero`;
    await expect(host.run(tooLarge)).rejects.toBeInstanceOf(OutputTooLargeError);
    expect((await host.run(sh`head -c 8000000 /dev/zero`)).stdout).toHaveLength(8_000_000);
  });

  it('gives up at the timeout, and ends the process with its children', async () => {
    const pidFile = join(folder, 'pid');
    const script = sh`sh -c 'echo $$ > "$0"; exec sleep 60' ${pidFile}; true`;
    await expect(host.run(script, { timeout: 500 })).rejects.toBeInstanceOf(ConnectionLostError);
    await expectGone(Number(await readFile(pidFile, 'utf8')));
  });

  it('ends the process when aborted, with the reason given', async () => {
    const pidFile = join(folder, 'pid');
    const reason = new Error('enough');
    const script = sh`echo $$ > ${pidFile}; sleep 60; true`;
    await expect(host.run(script, { signal: abortSoon(reason) })).rejects.toBe(reason);
    await expectGone(Number(await readFile(pidFile, 'utf8')));
  });

  it('treats a script that a signal ended as lost, not as failed', async () => {
    await expect(host.run(sh`kill -TERM $$`, { accept: 'any' })).rejects.toThrow(/was ended by SIGTERM/);
  });

  it('writes files whole, with mode, and leaves equal ones untouched', async () => {
    const path = join(folder, "a folder/it's a file");
    expect(await host.readFile(path)).toBeUndefined();
    expect(await host.writeFile(path, 'é\n\n', { mode: 0o600 })).toBe('written');
    const before = await stat(path);
    expect(before.mode & 0o777).toBe(0o600);
    expect(await host.writeFile(path, 'é\n\n', { mode: 0o600 })).toBe('unchanged');
    expect((await stat(path)).ino).toBe(before.ino);
    expect(await host.writeFile(path, 'é\n\n')).toBe('written');
    expect(await host.readFile(path)).toBe('é\n\n');
    expect(await readdir(join(folder, 'a folder'))).toEqual(["it's a file"]);
  });

  it('writes through a symbolic link', async () => {
    await writeFile(join(folder, 'real'), 'old');
    await symlink('real', join(folder, 'link'));
    await host.writeFile(join(folder, 'link'), 'new');
    expect(await readFile(join(folder, 'real'), 'utf8')).toBe('new');
  });

  it('reads the boot ID', async () => {
    const bootId = (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim();
    expect(await host.bootId()).toBe(bootId);
  });
});

function abortSoon(reason: Error): AbortSignal {
  const controller = new AbortController();
  setTimeout(() => controller.abort(reason), 500);
  return controller.signal;
}

async function expectGone(pid: number): Promise<void> {
  await expect.poll(() => isRunning(pid), { timeout: 5_000 }).toBe(false);
}

async function isRunning(pid: number): Promise<boolean> {
  const state = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => ') Z');
  return !state.includes(') Z');
}
