import { mkdtemp, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inspect } from 'node:util';
import ssh2 from 'ssh2';
import type { AuthContext, Connection } from 'ssh2';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  AuthenticationFailedError,
  CommandFailedError,
  HostUnreachableError,
} from '../../src/hosts/errors.js';
import { createHostPool } from '../../src/hosts/host-pool.js';
import { sh } from '../../src/hosts/script.js';
import type { HostPool } from '../../src/hosts/target.js';
import type { SshTarget } from '../../src/hosts/verify-host-key.js';

const password = 'correct horse battery';

/** An SSH server that takes one password, by one method, and answers every command with the command line itself. */
class PasswordServer {
  readonly connections: Connection[] = [];
  /** What a command line is answered with. */
  answer = { code: 0, stderr: '' };
  private readonly server: ssh2.Server;

  constructor(method: 'password' | 'keyboard-interactive') {
    const hostKeys = [ssh2.utils.generateKeyPairSync('ed25519').private];
    this.server = new ssh2.Server({ hostKeys }, (connection) => {
      this.connections.push(connection);
      connection.on('error', () => undefined);
      connection.on('authentication', (context) => judge(context, method));
      connection.on('session', (accept) => {
        accept().on('exec', (acceptExec, _reject, { command }) => {
          const channel = acceptExec();
          channel.write(asAShell(command));
          channel.stderr.write(this.answer.stderr);
          channel.exit(this.answer.code);
          channel.end();
        });
      });
    });
  }

  async listen(): Promise<number> {
    await new Promise<void>((resolve) => this.server.listen(0, '127.0.0.1', resolve));
    return (this.server.address() as AddressInfo).port;
  }

  close(): void {
    for (const connection of this.connections) connection.end();
    this.server.close();
  }
}

/** `echo <word>; <the command>`, of which a shell does the first part. */
function asAShell(line: string): string {
  return line.replace(/^echo (\S+); /, '$1\n');
}

function judge(context: AuthContext, method: 'password' | 'keyboard-interactive'): void {
  if (context.method !== method) return context.reject([method]);
  if (context.method === 'password') {
    if (context.password === password) context.accept();
    else context.reject([method]);
  } else if (context.method === 'keyboard-interactive') {
    context.prompt([{ prompt: 'Password: ', echo: false }], (answers) => {
      if (answers[0] === password) context.accept();
      else context.reject([method]);
    });
  }
}

describe.each(['password', 'keyboard-interactive'] as const)('a server that asks by %s', (method) => {
  let server: PasswordServer;
  let folder: string;
  let pool: HostPool;
  let target: SshTarget;

  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'slipway-password-'));
    server = new PasswordServer(method);
    pool = createHostPool({ stateFolder: folder });
    target = {
      kind: 'ssh',
      name: 'worker-1',
      cluster: 'blue',
      address: '127.0.0.1',
      port: await server.listen(),
      user: 'root',
      privateKey: join(folder, 'no-key'),
    };
  });
  afterEach(async () => {
    await pool.closeAll();
    server.close();
    await rm(folder, { recursive: true });
  });

  it('is logged in to by a connection of its own, which is never made anew', async () => {
    const one = await pool.connect(target, { password });
    const other = await pool.connect(target, { password });
    expect(server.connections).toHaveLength(2);
    expect((await one.run(sh`id`)).stdout).toMatch(/^exec sh -c /);
    await one.close();
    await expect(one.run(sh`id`)).rejects.toBeInstanceOf(HostUnreachableError);
    await other.close();
    await expect(pool.connect(target)).rejects.toBeInstanceOf(AuthenticationFailedError);
  });

  it('refuses a wrong password, and no error holds it', async () => {
    const wrong = 'wrong-secret-password';
    const failure = await pool.connect(target, { password: wrong }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(AuthenticationFailedError);
    expect((failure as AuthenticationFailedError).retryable).toBe(true);
    expect(inspect(failure, { depth: 10 })).not.toContain(wrong);
    server.answer = { code: 1, stderr: 'no\n' };
    const host = await pool.connect(target, { password });
    const failed = await host.run(sh`false`).catch((error: unknown) => error);
    expect(failed).toBeInstanceOf(CommandFailedError);
    expect(inspect(failed, { depth: 10 })).not.toContain(password);
  });

  it('gets commands of another user than root through sudo, with advice where that asks for a password', async () => {
    const host = await pool.connect({ ...target, user: 'ubuntu' }, { password });
    expect((await host.run(sh`id -u`)).stdout).toMatch(
      /^exec env LC_ALL=C sudo -n -- sh -c '[^]*id -u' sh \S+ <\/dev\/null$/,
    );
    server.answer = { code: 1, stderr: 'sudo: a password is required\n' };
    const failure = await host.run(sh`id -u`).catch((error: unknown) => error);
    expect((failure as CommandFailedError).context.advice).toContain('NOPASSWD');
  });
});
