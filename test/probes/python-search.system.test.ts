import { chmod, mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { searchPythons } from '../../src/probes/python-search.js';
import { parseInterpreters } from '../../src/cluster/facts/interpreters.js';
import { LocalHost } from '../../src/hosts/local-host.js';

let home: string;
let started: string;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'slipway-home-'));
  started = join(home, 'started');
  await writeFile(started, '');
  vi.stubEnv('HOME', home);
  vi.stubEnv('PATH', '/usr/bin:/bin');
  vi.stubEnv('PYENV_ROOT', undefined);
});

afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(home, { recursive: true });
});

/** Something that says that it is a Python, and writes down that it was started. */
async function stub(path: string, version: string, before = ''): Promise<string> {
  const file = join(home, path);
  await mkdir(dirname(file), { recursive: true });
  const lines = ['#!/bin/sh', `echo ${path} >> ${started}`, before, `echo "python ${version} venv ${file}"`];
  await writeFile(file, lines.join('\n'));
  await chmod(file, 0o755);
  return file;
}

/** What is found beneath the home folder; the machine's own are there as well. */
async function search(): Promise<string[]> {
  const { stdout } = await new LocalHost({ stateFolder: join(home, 'state') }).run(searchPythons);
  return parseInterpreters(stdout)
    .interpreters.filter(({ path }) => path.startsWith(home))
    .map(({ version, path }) => `${version} ${path.slice(home.length + 1)}`);
}

describe('the search for Python', () => {
  it('finds what pyenv and uv have made, and what is in ~/.local/bin, outside of PATH', async () => {
    await stub('.pyenv/versions/3.11.7/bin/python3.11', '3.11');
    await stub('.pyenv/versions/3.9.18/bin/python3.9', '3.9');
    await stub('.local/share/uv/python/cpython-3.12.1-linux-x86_64-gnu/bin/python3.12', '3.12');
    await stub('.local/bin/python3.13', '3.13');
    expect((await search()).sort()).toEqual([
      '3.11 .pyenv/versions/3.11.7/bin/python3.11',
      '3.12 .local/share/uv/python/cpython-3.12.1-linux-x86_64-gnu/bin/python3.12',
      '3.13 .local/bin/python3.13',
      '3.9 .pyenv/versions/3.9.18/bin/python3.9',
    ]);
  });

  it('finds pyenv where PYENV_ROOT says, and does not start its shims', async () => {
    await stub('tools/pyenv/versions/3.11.7/bin/python3.11', '3.11');
    await stub('tools/pyenv/shims/python3.11', '3.11');
    vi.stubEnv('PYENV_ROOT', join(home, 'tools/pyenv'));
    vi.stubEnv('PATH', `${home}/tools/pyenv/shims:/usr/bin:/bin`);
    expect(await search()).toEqual(['3.11 tools/pyenv/versions/3.11.7/bin/python3.11']);
    expect(await readFile(started, 'utf8')).toBe('tools/pyenv/versions/3.11.7/bin/python3.11\n');
  });

  it('starts what several names lead to once, and a launcher by its own name', async () => {
    const real = await stub('.pyenv/versions/3.11.7/bin/python3.11', '3.11');
    await symlink(real, join(dirname(real), 'python3'));
    const launcher = await stub('opt/launcher', '3.10');
    await mkdir(join(home, '.local/bin'), { recursive: true });
    await symlink(real, join(home, '.local/bin/python3.11'));
    await symlink(launcher, join(home, '.local/bin/python3.10'));
    await search();
    expect((await readFile(started, 'utf8')).split('\n').sort()).toEqual([
      '',
      '.pyenv/versions/3.11.7/bin/python3.11',
      'opt/launcher',
    ]);
  });

  it('goes on after one that fails, one that is no program, and one that hangs whatever it is told', async () => {
    await stub('.local/bin/python3', '3.8', 'exit 127');
    await writeFile(join(home, '.local/bin/python3.9'), 'no program');
    await stub('.local/bin/python3.10', '3.10', "trap '' TERM; sleep 60");
    await stub('.pyenv/versions/3.11.7/bin/python3.11', '3.11');
    expect(await search()).toEqual(['3.11 .pyenv/versions/3.11.7/bin/python3.11']);
  }, 30_000);
});
