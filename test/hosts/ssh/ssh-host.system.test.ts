import { execFileSync } from 'node:child_process';
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  AuthenticationFailedError,
  CommandFailedError,
  ConnectionLostError,
  HostKeyChangedError,
  HostUnreachableError,
  OutputTooLargeError,
} from '../../../src/hosts/errors.js';
import { SharedHostPool } from '../../../src/hosts/pool/shared-host-pool.js';
import { knownHostsFile } from '../../../src/hosts/ssh/known-hosts.js';
import { Script, sh } from '../../../src/hosts/script.js';
import type { HostPool } from '../../../src/hosts/pool/host-pool.js';
import type { FirstContact } from '../../../src/hosts/ssh/verify-host-key.js';
import { freePort, TestSshd, until } from '../../support/test-sshd.js';

let sshd: TestSshd;
let folder: string;
let pool: HostPool;
let contacts: FirstContact[];

beforeAll(async () => {
  sshd = await TestSshd.start();
});
afterAll(async () => {
  await sshd.remove();
});
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'slipway-ssh-host-'));
  contacts = [];
  pool = newPool();
});
afterEach(async () => {
  await pool.closeAll();
  await rm(folder, { recursive: true });
});

function newPool(): HostPool {
  return new SharedHostPool({
    stateFolder: join(folder, 'worker'),
    remoteStateFolder: join(folder, 'host'),
    onFirstContact: (contact) => contacts.push(contact),
  });
}

/** How long something takes, in milliseconds. */
async function elapsed(action: () => Promise<unknown>): Promise<number> {
  const start = Date.now();
  await action();
  return Date.now() - start;
}

describe('running scripts', () => {
  it('gives back output and exit code, and fails at codes not accepted', async () => {
    const host = await pool.connect(sshd.address());
    const script = sh`echo ${"it's out"}; echo err >&2; exit 3`;
    expect(await host.run(script, { accept: [3] })).toEqual({
      exitCode: 3,
      stdout: "it's out\n",
      stderr: 'err\n',
    });
    const failure = await host.run(script, { what: 'try it' }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(CommandFailedError);
    expect(failure).toMatchObject({
      exitCode: 3,
      message: '"try it" failed on worker-1 with exit code 3: err',
    });
    await expect(host.run(sh`false; echo reached`)).rejects.toMatchObject({ exitCode: 1 });
  });

  it('gives /dev/null or the given text as standard input, also to a script too long for an argument', async () => {
    const host = await pool.connect(sshd.address());
    const padding = new Script(`: '${'x'.repeat(300_000)}'\n`);
    for (const script of [sh`sha256sum; exit 0`, sh`${padding}sha256sum; exit 0`]) {
      const text = 'é'.repeat(500_000);
      const expected = execFileSync('sha256sum', { input: text }).toString();
      expect((await host.run(script, { stdin: text })).stdout).toBe(expected);
      expect((await host.run(script)).stdout).toBe(execFileSync('sha256sum', { input: '' }).toString());
    }
    expect((await host.run(sh`exit 0`, { stdin: 'x'.repeat(5_000_000) })).exitCode).toBe(0);
  });

  it('carries large output whole, and refuses to answer with a part of too large a one', async () => {
    const host = await pool.connect(sshd.address());
    const { stdout } = await host.run(sh`seq 1000000`);
    expect(stdout.length).toBe(6_888_896);
    expect(stdout.endsWith('\n1000000\n')).toBe(true);
    await expect(host.run(sh`head -c 9000000 /dev/zero`)).rejects.toBeInstanceOf(OutputTooLargeError);
  });

  it('writes and reads files whole', async () => {
    const host = await pool.connect(sshd.address());
    const path = join(folder, 'a b', 'file');
    expect(await host.readFile(path)).toBeUndefined();
    expect(await host.writeFile(path, 'text\n\n', { mode: 0o640 })).toBe('written');
    expect(await host.writeFile(path, 'text\n\n', { mode: 0o640 })).toBe('unchanged');
    expect(await host.readFile(path)).toBe('text\n\n');
    expect((await stat(path)).mode & 0o777).toBe(0o640);
    expect(await host.bootId()).toBe((await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim());
  });

  it('ends the command on the host when aborted or when the timeout passes', async () => {
    const host = await pool.connect(sshd.address());
    const reason = new Error('enough');
    const mark = `slipway-${process.pid}-abort`;
    const script = sh`sleep 60; echo ${mark}`;
    const isRunning = () =>
      !execFileSync('sh', ['-c', `pgrep -f 'slee[p] 60; echo ${mark}' || echo none`]).includes('none');
    const controller = new AbortController();
    const aborted = host.run(script, { signal: controller.signal });
    await until(isRunning);
    controller.abort(reason);
    await expect(aborted).rejects.toBe(reason);
    await until(() => !isRunning());
    await expect(host.run(script, { timeout: 700 })).rejects.toThrow(/took longer than 0.7 s/);
    await until(() => !isRunning());
  });
});

describe('sharing', () => {
  it('runs 30 scripts at once over one connection, at most eight at a time', async () => {
    const counter = join(folder, 'running');
    const script = sh`mkdir -p ${counter}; touch ${counter}/$$; ls ${counter} | wc -l; sleep 1; rm ${counter}/$$`;
    const hosts = await Promise.all([...Array(30).keys()].map(() => pool.connect(sshd.address())));
    expect(sshd.sessions()).toHaveLength(1);
    const results = await Promise.all(hosts.map((host) => host.run(script)));
    const most = Math.max(...results.map(({ stdout }) => Number(stdout)));
    expect(most).toBeLessThanOrEqual(8);
    expect(most).toBeGreaterThan(2);
    await Promise.all(hosts.map((host) => host.close()));
    expect(sshd.sessions()).toHaveLength(1);
  });

  it('goes on with fewer sessions where the server takes fewer', async () => {
    const strict = await TestSshd.start({ extraConfig: 'MaxSessions 2' });
    try {
      const host = await pool.connect(strict.address());
      const runs = [...Array(12).keys()].map((index) => host.run(sh`sleep 0.1; echo ${index}`));
      const outputs = (await Promise.all(runs)).map(({ stdout }) => Number(stdout));
      expect(outputs).toEqual([...Array(12).keys()]);
      expect(strict.sessions()).toHaveLength(1);
    } finally {
      await strict.remove();
    }
  });

  it('makes a new connection when asked for a fresh one, and lets the old one finish its work', async () => {
    const host = await pool.connect(sshd.address());
    const running = host.run(sh`sleep 1; echo done`);
    await until(() => sshd.sessions().length === 1);
    const fresh = await pool.connect(sshd.address(), { fresh: true });
    expect(sshd.sessions()).toHaveLength(2);
    expect((await fresh.run(sh`echo new`)).stdout).toBe('new\n');
    expect((await running).stdout).toBe('done\n');
    await until(() => sshd.sessions().length === 1);
  });
});

describe('host keys', () => {
  it('are pinned at the first contact, for ssh too', async () => {
    await (await pool.connect(sshd.address())).run(sh`true`);
    const file = knownHostsFile(join(folder, 'worker'), 'blue');
    const line = `[127.0.0.1]:${sshd.port} ${sshd.hostKey('ed25519')} first-contact\n`;
    expect(await readFile(file, 'utf8')).toBe(line);
    const shown = execFileSync('ssh-keygen', ['-l', '-f', join(sshd.folder, 'host_ed25519.pub')]).toString();
    expect(contacts).toHaveLength(1);
    expect(shown).toContain(contacts[0]?.fingerprint);
    const options = [
      `UserKnownHostsFile=${file}`,
      'GlobalKnownHostsFile=/dev/null',
      'StrictHostKeyChecking=yes',
    ];
    const flags = [...options, 'BatchMode=yes'].flatMap((option) => ['-o', option]);
    const login = ['-F', 'none', '-i', join(sshd.folder, 'login'), '-p', String(sshd.port), 'root@127.0.0.1'];
    expect(execFileSync('ssh', [...flags, ...login, 'echo', 'in']).toString()).toBe('in\n');
  });

  it('are pinned once by many first contacts at once', async () => {
    const pools = [...Array(5).keys()].map(newPool);
    await Promise.all(pools.map((each) => each.connect(sshd.address())));
    await Promise.all(pools.map((each) => each.closeAll()));
    expect(contacts).toHaveLength(1);
  });

  it('are asked for by the type that is pinned', async () => {
    const address = sshd.address({ hostKey: sshd.hostKey('rsa') });
    expect((await (await pool.connect(address)).run(sh`echo in`)).stdout).toBe('in\n');
    // The specification's key was recorded; without it in the address, the recorded one counts.
    await pool.closeAll();
    expect((await (await pool.connect(sshd.address())).run(sh`echo in`)).stdout).toBe('in\n');
    expect(contacts).toEqual([]);
  });

  it('that changed are refused, before any secret is sent', async () => {
    await pool.connect(sshd.address());
    const before = sshd.hostKey('ed25519');
    await sshd.end();
    sshd.makeHostKey('ed25519');
    await sshd.begin();
    const failure = await newPool()
      .connect(sshd.address(), { password: 'secret' })
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(HostKeyChangedError);
    expect((failure as HostKeyChangedError).retryable).toBe(false);
    const known = await readFile(knownHostsFile(join(folder, 'worker'), 'blue'), 'utf8');
    expect(known).toContain(before);
    expect(known).not.toContain(sshd.hostKey('ed25519'));
  });
});

describe('logging in', () => {
  it('with a key that the host does not know fails as such', async () => {
    const address = sshd.address({ privateKey: join(sshd.folder, 'stranger') });
    await expect(pool.connect(address)).rejects.toBeInstanceOf(AuthenticationFailedError);
  });

  it('with a key that is missing or no key fails as such', async () => {
    const missing = sshd.address({ privateKey: join(sshd.folder, 'nothing') });
    await expect(pool.connect(missing)).rejects.toThrow(/cannot be read \(ENOENT\)/);
    const noKey = sshd.address({ privateKey: join(sshd.folder, 'login.pub') });
    await expect(pool.connect(noKey)).rejects.toBeInstanceOf(AuthenticationFailedError);
  });

  it('at a port where nothing listens says that the connection was refused', async () => {
    const failure = await pool
      .connect(sshd.address({ port: await freePort() }))
      .catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(HostUnreachableError);
    expect((failure as Error).message).toContain('the connection was refused');
  });

  it('at a server that says nothing gives up at the timeout', async () => {
    const { createServer } = await import('node:net');
    const silent = createServer(() => undefined);
    const port = await freePort();
    await new Promise<void>((resolve) => silent.listen(port, '127.0.0.1', resolve));
    const time = await elapsed(async () => {
      await expect(pool.connect(sshd.address({ port }), { timeout: 700 })).rejects.toThrow(
        /no answer within 0.7 s/,
      );
    });
    expect(time).toBeLessThan(3_000);
    await pool.closeAll();
    silent.close();
  });
});

describe('a link that breaks', () => {
  it('in mid-command is noticed at once when the server dies, and made anew at the next use', async () => {
    const host = await pool.connect(sshd.address());
    const running = host.run(sh`sleep 30`);
    await until(() => sshd.sessions().length === 1);
    const time = await elapsed(async () => {
      sshd.signalSessions('SIGKILL');
      await expect(running).rejects.toBeInstanceOf(ConnectionLostError);
    });
    expect(time).toBeLessThan(2_000);
    expect((await host.run(sh`echo back`)).stdout).toBe('back\n');
  });

  it('by freezing is noticed within seconds', async () => {
    const host = await pool.connect(sshd.address());
    const running = host.run(sh`sleep 30`);
    await until(() => sshd.sessions().length === 1);
    const frozen = sshd.sessions();
    sshd.signalSessions('SIGSTOP');
    try {
      const time = await elapsed(async () => {
        await expect(running).rejects.toThrow(/stopped answering.*Whether it took effect is unknown/);
      });
      expect(time).toBeLessThan(12_000);
      expect((await host.run(sh`echo back`)).stdout).toBe('back\n');
    } finally {
      for (const pid of frozen) process.kill(pid, 'SIGKILL');
    }
  });

  it('by a restart of the server is bridged by the next use, which fails while the server is away', async () => {
    const host = await pool.connect(sshd.address());
    await sshd.end();
    await until(() =>
      host.run(sh`true`).then(
        () => false,
        (error: unknown) => error instanceof HostUnreachableError,
      ),
    );
    await sshd.begin();
    expect((await host.run(sh`echo back`)).stdout).toBe('back\n');
  });

  it('through the shell being killed does not look like an exit code', async () => {
    const host = await pool.connect(sshd.address());
    await expect(host.run(sh`kill -KILL $$`, { accept: 'any' })).rejects.toThrow(/was ended by SIGKILL/);
  });
});
