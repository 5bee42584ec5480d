import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { readSecret } from '../../src/hosts/secrets.js';
import { expandHome, slipwayHome, StateFolderError } from '../../src/local/state-folder.js';

describe('readSecret', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'slipway-secrets-'));
  });
  afterEach(async () => {
    vi.unstubAllEnvs();
    await rm(folder, { recursive: true });
  });

  it.each([
    ['value', 'value'],
    ['value\n', 'value'],
    ['value\r\n', 'value'],
    [' two\nlines \n\n', ' two\nlines \n'],
  ])('takes %j from a file as %j', async (text, secret) => {
    const file = join(folder, 'secret');
    await writeFile(file, text);
    await chmod(file, 0o600);
    expect(await readSecret({ file })).toBe(secret);
  });

  it('reads an environment variable', async () => {
    vi.stubEnv('SLIPWAY_TEST_SECRET', 'value');
    expect(await readSecret({ env: 'SLIPWAY_TEST_SECRET' })).toBe('value');
  });

  it('names the place of what is missing or empty', async () => {
    const file = join(folder, 'secret');
    await expect(readSecret({ file })).rejects.toThrow(`The secret's file ${file} does not exist`);
    await writeFile(file, '\n');
    await expect(readSecret({ file })).rejects.toThrow(`${file} is empty`);
    await expect(readSecret({ file: folder })).rejects.toThrow('cannot be read by the worker (EISDIR)');
    vi.stubEnv('SLIPWAY_TEST_SECRET', undefined);
    await expect(readSecret({ env: 'SLIPWAY_TEST_SECRET' })).rejects.toThrow(
      'The environment variable SLIPWAY_TEST_SECRET does not exist',
    );
  });
});

describe('slipwayHome', () => {
  it('is what SLIPWAY_HOME says, else a folder of the user', () => {
    expect(slipwayHome({ SLIPWAY_HOME: '/srv/slipway' })).toBe('/srv/slipway');
    const getuid = vi.spyOn(process, 'getuid').mockReturnValue(0);
    expect(slipwayHome({})).toBe('/var/lib/slipway');
    getuid.mockReturnValue(1000);
    expect(slipwayHome({ SLIPWAY_HOME: '' })).toBe(join(homedir(), '.local/state/slipway'));
    getuid.mockRestore();
  });

  it.each(['/srv/my cluster', "/srv/it's", '/srv/50%', '/srv/$HOME', '/srv/a;b', '/srv/a:b', '/srv/{{ x }}', '/srv/é', '/srv/a\nb'])(
    'refuses %j at once, in one sentence',
    (folder) => {
      const refused = () => slipwayHome({ SLIPWAY_HOME: folder });
      expect(refused).toThrow(StateFolderError);
      expect(refused).toThrow(/must hold only letters.* set SLIPWAY_HOME to another folder\.$/);
    },
  ); // prettier-ignore

  it('expands only a leading ~/', () => {
    expect(expandHome('~/.ssh/id')).toBe(join(homedir(), '.ssh/id'));
    expect(expandHome('/a/~/b')).toBe('/a/~/b');
    expect(expandHome('~other/b')).toBe('~other/b');
  });
});
