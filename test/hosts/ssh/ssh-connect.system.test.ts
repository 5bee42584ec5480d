import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  AuthenticationFailedError,
  CommandFailedError,
  HostKeyChangedError,
  HostKeyUnknownError,
  HostUnreachableError,
} from '../../../src/hosts/errors.js';
import { SharedHostPool } from '../../../src/hosts/pool/shared-host-pool.js';
import { sh } from '../../../src/hosts/script.js';
import type { HostPool } from '../../../src/hosts/pool/host-pool.js';
import { parseHostKey, type HostKey } from '../../../src/hosts/host-key.js';
import { knownHostsFile } from '../../../src/hosts/ssh/known-hosts.js';
import { confirmHostKey, type SshHostAddress } from '../../../src/hosts/ssh/verify-host-key.js';
import { PasswordServer } from '../../support/password-server.js';

const password = 'correct horse battery';

describe.each(['password', 'keyboard-interactive'] as const)('a server that asks by %s', (method) => {
  let server: PasswordServer;
  let folder: string;
  let pool: HostPool;
  let address: SshHostAddress;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'slipway-password-'));
    server = new PasswordServer(method, password);
    pool = new SharedHostPool({ stateFolder: folder });
    address = {
      kind: 'ssh',
      name: 'worker-1',
      cluster: 'blue',
      address: '127.0.0.1',
      port: await server.listen(),
      user: 'root',
      hostKey: server.hostKey,
      privateKey: join(folder, 'no-key'),
    };
  });
  afterEach(async () => {
    await pool.closeAll();
    server.close();
    await rm(folder, { recursive: true });
  });

  it('is logged in to by a connection of its own, which is never made anew', async () => {
    const one = await pool.connect(address, { password });
    const other = await pool.connect(address, { password });
    expect(server.connections).toHaveLength(2);
    expect((await one.run(sh`id`)).stdout).toMatch(/^exec sh -c /);
    await one.close();
    await expect(one.run(sh`id`)).rejects.toBeInstanceOf(HostUnreachableError);
    await other.close();
    await expect(pool.connect(address)).rejects.toBeInstanceOf(AuthenticationFailedError);
  });

  it('refuses a wrong password, and no error holds it', async () => {
    const wrong = 'wrong-secret-password';
    const failure = await pool.connect(address, { password: wrong }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(AuthenticationFailedError);
    expect((failure as AuthenticationFailedError).retryable).toBe(true);
    expect(inspect(failure, { depth: 10 })).not.toContain(wrong);
    server.answer = { code: 1, stderr: 'no\n' };
    const host = await pool.connect(address, { password });
    const failed = await host.run(sh`false`).catch((error: unknown) => error);
    expect(failed).toBeInstanceOf(CommandFailedError);
    expect(inspect(failed, { depth: 10 })).not.toContain(password);
  });

  it('gets commands of another user than root through sudo, with advice where that asks for a password', async () => {
    const host = await pool.connect({ ...address, user: 'ubuntu' }, { password });
    expect((await host.run(sh`id -u`)).stdout).toMatch(
      /^exec env LC_ALL=C sudo -n -- sh -c '[^]*id -u' sh \S+ <\/dev\/null$/,
    );
    server.answer = { code: 1, stderr: 'sudo: a password is required\n' };
    const failure = await host.run(sh`id -u`).catch((error: unknown) => error);
    expect((failure as CommandFailedError).context.advice).toContain('NOPASSWD');
  });

  describe('by a key that is not stated', () => {
    const pinned = () => {
      const file = knownHostsFile(folder, address.cluster);
      return existsSync(file) ? readFileSync(file, 'utf8') : '';
    };
    const login = () => pool.connect(address, { password });
    beforeEach(() => {
      const privateKey = join(folder, 'key');
      execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', privateKey]);
      address = { ...address, hostKey: undefined, privateKey };
    });

    it('gets no password, and is not pinned, when nobody has confirmed it', async () => {
      await expect(pool.connect(address)).rejects.toBeInstanceOf(AuthenticationFailedError);
      expect(pinned()).toBe('');
      const failure = await login().catch((error: unknown) => error);
      expect(server.heard).toEqual([]);
      expect(pinned()).toBe('');
      expect(failure).toBeInstanceOf(HostKeyUnknownError);
      expect((failure as HostKeyUnknownError).retryable).toBe(false);
      expect((failure as Error).message).toBe(
        `worker-1 (127.0.0.1, port ${address.port}) shows the host key ssh-ed25519 ${server.fingerprint}, which ` +
          'nobody has confirmed. Another machine may be answering, so the password was not sent there.',
      );
      expect((failure as HostKeyUnknownError).context.advice).toMatch(/"slipway plan" at a terminal/);
      expect((failure as HostKeyUnknownError).context.advice).toContain(`hostKey: ${server.hostKey}`);
    });

    it('gets no password either when it was pinned only because it let a key in', async () => {
      server.takesEveryKey = true;
      await pool.connect(address);
      expect(pinned()).toBe(`[127.0.0.1]:${address.port} ${server.hostKey} first-contact\n`);
      await pool.closeAll();
      server.takesEveryKey = false;
      await expect(login()).rejects.toBeInstanceOf(HostKeyUnknownError);
      expect(server.heard).toEqual([]);
    });

    it('gets the password once a person has confirmed it, also after a first contact by key', async () => {
      server.takesEveryKey = true;
      await pool.connect(address);
      await confirmHostKey(folder, address, parseHostKey(server.hostKey) as HostKey);
      expect(pinned()).toBe(`[127.0.0.1]:${address.port} ${server.hostKey}\n`);
      await (await login()).close();
      expect(server.heard).toEqual([password]);
    });

    it('gets no password when another one is confirmed', async () => {
      const other = new PasswordServer(method, password);
      await confirmHostKey(folder, address, parseHostKey(other.hostKey) as HostKey);
      await expect(login()).rejects.toBeInstanceOf(HostKeyChangedError);
      expect(server.heard).toEqual([]);
    });
  });
});
