import { readFile } from 'node:fs/promises';
import ssh2, { type Client as SshClient, type ConnectConfig } from 'ssh2';
import { AuthenticationFailedError, HostUnreachableError } from '../errors.js';
import { hostKeyFromWire, hostKeyText, preferredAlgorithms, type HostKey } from '../host-key.js';
import { SshConnection } from './ssh-connection.js';
import { expandHome } from '../../local/state-folder.js';
import {
  trustedKeys,
  pinHostKey,
  placeOf,
  verifyHostKey,
  type FirstContact,
  type SshHostAddress,
} from './verify-host-key.js';

/** A CommonJS package of which Node finds only some exports by name. */
const { Client, utils } = ssh2;

const defaultConnectTimeout = 10_000;
/** A link that is dead is noticed after this many unanswered questions, so within ten seconds. */
const keepalive = { keepaliveInterval: 2_000, keepaliveCountMax: 4 };

/** What every connection of a pool has in common. */
export interface SshSettings {
  /** The worker's own state folder, in which host keys are pinned. */
  readonly stateFolder: string;
  readonly onFirstContact?: ((contact: FirstContact) => void) | undefined;
  /** Commands at a time over one connection. Default 8. */
  readonly sessions?: number | undefined;
}

/** How to get in this time. */
export interface Login {
  /** Instead of the private key. */
  readonly password?: string | undefined;
  /** Milliseconds until the attempt is given up. Default 10,000. */
  readonly timeout?: number | undefined;
}

/**
 * Makes one connection, with the host's key verified before anything secret is sent, and pinned when the login is made.
 * @throws HostUnreachableError, AuthenticationFailedError, HostKeyChangedError
 * @throws HostKeyUnknownError when the login is by password, and the key neither stated nor confirmed
 */
export async function connectSsh(
  address: SshHostAddress,
  settings: SshSettings,
  login: Login = {},
): Promise<SshConnection> {
  const credentials = await credentialsFor(address, login.password);
  const known = await trustedKeys(settings.stateFolder, address);
  const client = new Client();
  if (login.password !== undefined) answerPrompts(client, login.password);
  const timeout = login.timeout ?? defaultConnectTimeout;
  const { stateFolder, onFirstContact } = settings;
  const hostKey = await new Promise<HostKey>((resolve, reject) => {
    let shown: HostKey;
    let refusal: unknown;
    const fail = (cause?: Error) => {
      client.destroy();
      reject(refusal instanceof Error ? refusal : notConnected(address, timeout, cause));
    };
    client.once('ready', () => resolve(shown));
    client.on('error', fail);
    client.once('close', fail);
    client.connect({
      ...credentials,
      ...keepalive,
      host: address.address,
      port: address.port,
      username: address.user,
      readyTimeout: timeout,
      algorithms: { serverHostKey: preferredAlgorithms(known) as never },
      hostVerifier: (blob: Buffer, answer: (accepted: boolean) => void) => {
        shown = hostKeyFromWire(blob);
        verifyHostKey({ stateFolder, address, shown, sendsPassword: login.password !== undefined }).then(
          () => answer(true),
          (error: unknown) => {
            refusal = error;
            answer(false);
          },
        );
      },
    });
  });
  client.removeAllListeners('error').removeAllListeners('close');
  const connection = new SshConnection(client, {
    sessions: settings.sessions,
    hostKey: hostKeyText(hostKey),
  });
  try {
    await pinHostKey({ stateFolder, address, shown: hostKey, onFirstContact });
  } catch (error) {
    connection.destroy();
    throw error;
  }
  return connection;
}

async function credentialsFor(address: SshHostAddress, password: string | undefined): Promise<ConnectConfig> {
  if (password !== undefined) {
    return { password, tryKeyboard: true, authHandler: ['password', 'keyboard-interactive'] };
  }
  return { privateKey: await privateKeyOf(address), authHandler: ['publickey'] };
}

/** Many servers ask for the password as a prompt of PAM instead of by the password method. */
function answerPrompts(client: SshClient, password: string): void {
  client.on('keyboard-interactive', (_name, _instructions, _language, prompts, finish) => {
    finish(prompts.map(() => password));
  });
}

async function privateKeyOf(address: SshHostAddress): Promise<string> {
  const path = expandHome(address.privateKey);
  const host = address.name;
  const text = await readFile(path, 'utf8').catch((cause: NodeJS.ErrnoException) => {
    throw new AuthenticationFailedError(
      `The private key ${path} for ${host} cannot be read (${cause.code ?? 'unknown error'}).`,
      { host, advice: 'Name a private key that the worker can read, or let Slipway create one.' },
    );
  });
  const [key] = [utils.parseKey(text)].flat();
  if (key !== undefined && !(key instanceof Error) && key.isPrivateKey()) return text;
  const why = key instanceof Error ? key.message : 'it is no private key';
  throw new AuthenticationFailedError(`The private key ${path} for ${host} cannot be used: ${why}.`, {
    host,
    advice: 'Use a private key in the OpenSSH or PEM format without a passphrase.',
  });
}

function notConnected(
  address: SshHostAddress,
  timeout: number,
  cause: NodeJS.ErrnoException | undefined,
): Error {
  const { name: host, user } = address;
  const level = (cause as { level?: string } | undefined)?.level;
  if (level === 'client-authentication') {
    return new AuthenticationFailedError(
      `${placeOf(address)} refused the login of ${user}.`,
      {
        host,
        advice: `Check that ${user}'s authorized_keys on the host holds the public key, or the password.`,
      },
      { cause },
    );
  }
  const why = level === 'client-timeout' ? `no answer within ${timeout / 1000} s` : reasonOf(cause);
  return new HostUnreachableError(
    `Cannot connect to ${placeOf(address)}: ${why}.`,
    { host, advice: 'Check that the host is up, its address and port, and the firewalls between.' },
    { cause },
  );
}

const reasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'the connection was refused',
  EHOSTUNREACH: 'there is no route to the host',
  ENETUNREACH: 'there is no route to the network',
  ECONNRESET: 'the connection was reset',
  ENOTFOUND: 'its name is not known',
  ETIMEDOUT: 'no answer',
};

function reasonOf(cause: NodeJS.ErrnoException | undefined): string {
  if (cause === undefined) return 'the server closed the connection';
  return reasons[cause.code ?? ''] ?? (cause.message || cause.code || 'unknown error');
}
