import { execFileSync, spawn, type ChildProcess } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, connect, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { processEntry } from '../../src/local/processes.js';
import type { SshHostAddress } from '../../src/hosts/ssh/verify-host-key.js';

export interface TestSshdOptions {
  /** More lines of sshd_config. */
  readonly extraConfig?: string;
  /** An absolute path that whoever logs in sees empty at first, and nobody else sees at all. */
  readonly ownFolder?: string;
}

/** A real sshd on loopback, on a port of its own, with keys and files in a temporary folder. Needs root. */
export class TestSshd {
  private server: ChildProcess | undefined;

  private constructor(
    readonly folder: string,
    readonly port: number,
    private readonly options: TestSshdOptions,
  ) {}

  static async start(options: TestSshdOptions = {}): Promise<TestSshd> {
    const folder = await mkdtemp(join(tmpdir(), 'slipway-sshd-'));
    const sshd = new TestSshd(folder, await freePort(), options);
    sshd.makeKey('login');
    sshd.makeKey('stranger');
    execFileSync('cp', [join(folder, 'login.pub'), join(folder, 'authorized_keys')]);
    for (const type of ['ed25519', 'ecdsa', 'rsa'] as const) sshd.makeHostKey(type);
    await mkdir('/run/sshd', { recursive: true, mode: 0o755 });
    await sshd.begin();
    return sshd;
  }

  /** How to reach it with the key that it accepts. */
  address(changes: Partial<SshHostAddress> = {}): SshHostAddress {
    const privateKey = join(this.folder, 'login');
    const address = { address: '127.0.0.1', port: this.port };
    return {
      kind: 'ssh',
      name: 'worker-1',
      cluster: 'blue',
      user: 'root',
      privateKey,
      ...address,
      ...changes,
    };
  }

  /** Makes a key pair in the folder and returns the private one's path. */
  makeKey(name: string, type = 'ed25519'): string {
    const path = join(this.folder, name);
    execFileSync('ssh-keygen', ['-q', '-t', type, '-N', '', '-C', name, '-f', path]);
    return path;
  }

  makeHostKey(type: 'ed25519' | 'ecdsa' | 'rsa'): void {
    for (const end of ['', '.pub']) execFileSync('rm', ['-f', join(this.folder, `host_${type}${end}`)]);
    this.makeKey(`host_${type}`, type);
  }

  /** "<type> <base64>" */
  hostKey(type: 'ed25519' | 'ecdsa' | 'rsa'): string {
    const [algorithm, base64] = readFileSync(join(this.folder, `host_${type}.pub`), 'utf8').split(' ');
    return `${algorithm} ${base64}`;
  }

  async begin(hostKeyTypes: readonly string[] = ['ed25519', 'ecdsa', 'rsa']): Promise<void> {
    const config = join(this.folder, 'sshd_config');
    const text = [
      `Port ${this.port}`,
      'ListenAddress 127.0.0.1',
      ...hostKeyTypes.map((type) => `HostKey ${join(this.folder, `host_${type}`)}`),
      `AuthorizedKeysFile ${join(this.folder, 'authorized_keys')}`,
      `PidFile none`,
      // A login shell with a heavy start file would make every command slow; bash reads it at the first level only.
      'SetEnv SHLVL=3',
      'UsePAM no',
      'StrictModes no',
      'PermitRootLogin prohibit-password',
      'PasswordAuthentication no',
      this.options.extraConfig ?? '',
    ].join('\n');
    await writeFile(config, `${text}\n`);
    const sshd = ['/usr/sbin/sshd', '-D', '-e', '-f', config];
    const mount = 'mount -t tmpfs -o mode=755 none "$1"; shift; exec "$@"';
    const { ownFolder } = this.options;
    const words =
      ownFolder === undefined ? sshd : ['unshare', '-m', 'sh', '-ec', mount, 'sh', ownFolder, ...sshd];
    this.server = spawn(words[0] ?? '', words.slice(1), { stdio: 'ignore' });
    await until(() => answers(this.port));
  }

  /** The processes of the connections that stand, not of what runs in them. */
  sessions(): number[] {
    return childrenOf(this.server?.pid ?? 0);
  }

  /** kill -9, or SIGSTOP for a link that is frozen, or SIGCONT. */
  signalSessions(signal: NodeJS.Signals): void {
    for (const pid of this.sessions()) process.kill(pid, signal);
  }

  /** Ends the server with all of its connections, as a machine that goes down. */
  async end(): Promise<void> {
    const { server } = this;
    if (server === undefined) return;
    const gone = new Promise((resolve) => server.once('exit', resolve));
    const sessions = this.sessions();
    server.kill('SIGKILL');
    await gone;
    for (const pid of sessions.filter((session) => existsSync(`/proc/${session}`)))
      process.kill(pid, 'SIGKILL');
    this.server = undefined;
  }

  async remove(): Promise<void> {
    await this.end();
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** A port of loopback that nobody listens on. */
export async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Waits for a condition, and fails after ten seconds. */
export async function until(
  condition: () => boolean | Promise<boolean>,
  milliseconds = 10_000,
): Promise<void> {
  const end = Date.now() + milliseconds;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error(`Not within ${milliseconds} ms: ${condition.toString()}`);
    await sleep(50);
  }
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

function childrenOf(parent: number): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      const entry = processEntry(pid);
      return entry !== undefined && entry !== 'remains' && entry.parent === parent;
    });
}
