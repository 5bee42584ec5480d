import { readFile } from 'node:fs/promises';
import { createConnection, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

import { Client, type ClientChannel } from 'ssh2';

import { LabError } from './errors.js';

/** Where a lab machine's sshd is, and what is known about it. */
export interface MachineAddress {
  readonly name: string;
  readonly address: string;
  readonly port: number;
  /** Path of the private key. */
  readonly privateKey: string;
  /** "<type> <base64>": another key is refused. */
  readonly hostKey: string;
}

/** What a script left behind. Output is decoded as UTF-8. */
export interface ScriptResult {
  readonly stdout: string;
  readonly stderr: string;
  readonly exitCode: number;
}

export interface ScriptOptions {
  /** Milliseconds until the connection is cut and an error thrown. Default 120,000. */
  readonly timeout?: number;
  /** Sent to the script's standard input; without it standard input is at its end. */
  readonly stdin?: string;
}

/**
 * A kept login to a lab machine: a login under emulation costs more than a second. While nothing runs, the connection
 * does not keep this process alive.
 */
export class SshSession {
  #connection: { client: Client; socket: Socket } | undefined;
  #running = 0;

  constructor(readonly where: MachineAddress) {}

  /**
   * Runs shell text as root under `sh -eu`. Any exit code is an answer.
   * @throws LabError when no connection can be made, it breaks, or the timeout passes
   */
  async run(script: string, options: ScriptOptions = {}): Promise<ScriptResult> {
    const timeout = options.timeout ?? 120_000;
    this.#running += 1;
    const connection = await this.#connect(Math.min(timeout, 40_000)).catch((error: unknown) => {
      this.#running -= 1;
      throw error;
    });
    connection.socket.ref();
    const timer = setTimeout(() => connection.socket.destroy(), timeout);
    try {
      return await execute(connection.client, script, options.stdin);
    } catch (error) {
      this.close();
      throw new LabError(
        `A script on ${this.where.name} did not come to its end: ${(error as Error).message}.`,
        {
          cause: error,
        },
      );
    } finally {
      clearTimeout(timer);
      this.#running -= 1;
      if (this.#running === 0) connection.socket.unref();
    }
  }

  /**
   * Waits until a login succeeds. `alive` is asked between attempts and ends the wait by throwing.
   * @throws LabError when `timeout` (ms) has passed
   */
  async waitUntilReady(timeout: number, alive: () => Promise<void>): Promise<void> {
    const end = Date.now() + timeout;
    for (let patience = 2_000; ; patience = Math.min(patience * 1.3, 15_000)) {
      // Cheap for the machine, and given up soon at first: a port that QEMU forwards takes connections before anybody
      // listens. A machine on a busy host may need longer for its greeting, so patience grows.
      const listening = await greets(this.where, patience);
      const failure = listening ? await this.run('true', { timeout: 60_000 }).catch(asError) : undefined;
      if (listening && !(failure instanceof Error)) return;
      if (Date.now() > end) {
        throw new LabError(`${this.where.name} does not answer by SSH after ${timeout / 1000} s.`, {
          cause: failure,
        });
      }
      await alive();
      await sleep(150);
    }
  }

  close(): void {
    this.#connection?.client.destroy();
    this.#connection?.socket.destroy();
    this.#connection = undefined;
  }

  async #connect(timeout: number): Promise<{ client: Client; socket: Socket }> {
    if (this.#connection) return this.#connection;
    const privateKey = await readFile(this.where.privateKey, 'utf8');
    const socket = createConnection({ host: this.where.address, port: this.where.port, noDelay: true });
    const client = new Client();
    // A connection can break twice over, before and after the login is given up; nobody may be surprised by that.
    client.on('error', () => undefined);
    const connection = { client, socket };
    try {
      await new Promise<void>((resolve, reject) => {
        socket.once('error', reject);
        client.once('ready', resolve);
        client.once('error', reject);
        client.once('close', () => reject(new Error('the connection was closed')));
        client.connect({
          sock: socket,
          username: 'root',
          privateKey,
          readyTimeout: timeout,
          // The cheapest for a processor that is emulated.
          algorithms: {
            kex: ['curve25519-sha256'],
            cipher: ['aes128-gcm@openssh.com'],
            serverHostKey: ['ssh-ed25519'],
          },
          hostVerifier: (shown: Buffer) => shown.toString('base64') === this.where.hostKey.split(' ')[1],
        });
      });
    } catch (error) {
      client.destroy();
      socket.destroy();
      throw new LabError(
        `Cannot log in to ${this.where.name} at ${this.where.address}:${this.where.port}: ${(error as Error).message}.`,
        { cause: error },
      );
    }
    client.once('close', () => {
      if (this.#connection === connection) this.#connection = undefined;
    });
    this.#connection = connection;
    return connection;
  }
}

/** Whether an SSH server says its first line within `timeout` milliseconds. */
function greets(where: MachineAddress, timeout: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ host: where.address, port: where.port });
    const answer = (yes: boolean) => {
      socket.destroy();
      resolve(yes);
    };
    socket.setTimeout(timeout, () => answer(false));
    socket.once('data', (bytes: Buffer) => answer(bytes.toString('latin1').startsWith('SSH-')));
    socket.once('error', () => answer(false));
    socket.once('close', () => answer(false));
  });
}

function asError(error: unknown): Error {
  return error instanceof Error ? error : new Error(String(error));
}

function execute(client: Client, script: string, stdin: string | undefined): Promise<ScriptResult> {
  const quoted = `'${script.replaceAll("'", `'\\''`)}'`;
  return new Promise((resolve, reject) => {
    const lost = () => reject(new Error('the connection was lost'));
    client.once('close', lost);
    client.exec(`exec sh -euc ${quoted}`, (error, channel) => {
      if (error) {
        client.off('close', lost);
        reject(error);
        return;
      }
      void collect(channel).then((result) => {
        client.off('close', lost);
        if (result.exitCode === undefined) reject(new Error('it was ended by a signal or a lost connection'));
        else resolve({ ...result, exitCode: result.exitCode });
      });
      channel.end(stdin ?? '');
    });
  });
}

function collect(
  channel: ClientChannel,
): Promise<Omit<ScriptResult, 'exitCode'> & { exitCode: number | undefined }> {
  let stdout = '';
  let stderr = '';
  let exitCode: number | undefined;
  channel.setEncoding('utf8');
  channel.stderr.setEncoding('utf8');
  channel.on('data', (chunk: string) => (stdout += chunk));
  channel.stderr.on('data', (chunk: string) => (stderr += chunk));
  channel.on('exit', (code: number | null) => (exitCode = code ?? undefined));
  return new Promise((resolve) => {
    channel.on('close', () => resolve({ stdout, stderr, exitCode }));
  });
}
