import { execFileSync } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { takeJobEnvironment, writeJobEnvironment } from '../../../src/hosts/jobs/job-environment.js';
import { lines, sh } from '../../../src/hosts/script.js';

/** Values that a careless hand would change on the way. */
const hostile = {
  http_proxy: `http://user:it's"'"''\\'\\n$HOME\`id\`$(id)&;%s%%!#@127.0.0.1:9`,
  HTTP_PROXY: '\n\nlines\r\n\t\u0001\u001b[31m\u007f\n\n',
  https_proxy: '',
  HTTPS_PROXY: "'",
  no_proxy: ' -n \\c *?[a-z]~ ',
  // Every byte that UTF-8 has, with those that dash keeps for itself
  PIP_INDEX_URL: [...Array(0x800 - 0x80).keys()].map((n) => String.fromCodePoint(n + 0x80)).join('') + '€😀',
};

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slipway-environment-'));
});
afterEach(() => rm(folder, { recursive: true }));

describe.each(['dash', 'bash --posix'])('the environment of a job, by %s', (shell) => {
  const [file = '', ...options] = shell.split(' ');
  const run = (text: string, env: NodeJS.ProcessEnv) =>
    execFileSync(file, [...options, '-euc', text], {
      cwd: folder,
      env,
      stdio: ['ignore', 'pipe', 'inherit'],
    });

  it('comes to the job byte by byte, through a file that nobody else can read and that is gone then', async () => {
    const { PATH } = process.env;
    run(writeJobEnvironment('one').text, { PATH, ...hostile, SECRET: 'of the worker' });
    const written = join(folder, 'environment.one');
    expect((await stat(written)).mode & 0o777).toBe(0o600);
    expect(await readFile(written, 'utf8')).not.toContain('SECRET');

    const output = run(lines(sh`attempt=one`, takeJobEnvironment, sh`env -0`).text, { PATH }).toString();
    const taken = output.split('\0').map((line) => [line.split('=')[0], line.replace(/^[^=]*=/, '')]);
    expect(Object.fromEntries(taken)).toMatchObject(hostile);
    expect(output).not.toContain('of the worker');
    expect(await readdir(folder)).toEqual([]);
  });
});
