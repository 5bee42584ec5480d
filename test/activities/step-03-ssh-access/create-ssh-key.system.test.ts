import { execFileSync } from 'node:child_process';
import { readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSshKey } from '../../../src/activities/step-03-ssh-access/create-ssh-key.js';
import { local, makeControlHost, runStep, type ControlHost } from '../../support/control-host.js';

let control: ControlHost;
let path: string;

beforeEach(async () => {
  control = await makeControlHost();
  path = join(control.folder, 'ssh', 'id_rsa');
});
afterEach(() => control.remove());

const create = () => runStep(createSshKey(control.dependencies), { host: local, path });
const modeOf = async (file: string) => ((await stat(file)).mode & 0o777).toString(8);
const makeKey = (...words: string[]) => execFileSync('ssh-keygen', ['-q', '-f', path, ...words]);

describe('creating the SSH key', () => {
  it('makes an RSA key pair that only its owner can read', async () => {
    const { outcome, publicKey } = await create();
    expect(outcome).toBe('changed');
    expect(publicKey).toMatch(/^ssh-rsa [A-Za-z0-9+/]+=* /);
    expect([await modeOf(path), await modeOf(`${path}.pub`), await modeOf(join(path, '..'))]).toEqual([
      '600',
      '644',
      '700',
    ]);
    expect((await readFile(`${path}.pub`, 'utf8')).trim()).toBe(publicKey);
  });

  it('leaves a key that is there alone, of whatever type', async () => {
    await create();
    await rm(path);
    await rm(`${path}.pub`);
    makeKey('-t', 'ed25519', '-N', '', '-C', 'mine');
    const before = await readFile(path, 'utf8');
    const { outcome, publicKey } = await create();
    expect(outcome).toBe('unchanged');
    expect(publicKey).toMatch(/^ssh-ed25519 .* mine$/);
    expect(await readFile(path, 'utf8')).toBe(before);
  });

  it('derives a public key that is missing', async () => {
    const { publicKey } = await create();
    await rm(`${path}.pub`);
    expect(await create()).toMatchObject({ outcome: 'unchanged', publicKey });
    expect((await readFile(`${path}.pub`, 'utf8')).trim()).toBe(publicKey);
  });

  it('refuses a public key without its private one, rather than overwriting it', async () => {
    await create();
    await rm(path);
    const before = await readFile(`${path}.pub`, 'utf8');
    await expect(create()).rejects.toMatchObject({ type: 'RefusedError', nonRetryable: true });
    expect(await readFile(`${path}.pub`, 'utf8')).toBe(before);
  });

  it('refuses a key with a passphrase', async () => {
    await create();
    await rm(path);
    await rm(`${path}.pub`);
    makeKey('-t', 'ed25519', '-N', 'secret words');
    await expect(create()).rejects.toThrow('without a passphrase');
  });

  it('refuses a file that is no key', async () => {
    await create();
    await writeFile(path, 'no key\n');
    await expect(create()).rejects.toMatchObject({ type: 'RefusedError' });
    expect(await readFile(path, 'utf8')).toBe('no key\n');
  });
});
