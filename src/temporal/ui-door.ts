import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer, request, type IncomingMessage, type ServerResponse } from 'node:http';
import { pipeline } from 'node:stream';
import { freePort } from './free-port.js';

export interface Address {
  readonly host: string;
  readonly port: number;
}

/** What answers where people look for Temporal's Web UI. */
export interface UiDoor {
  /** Where Temporal's own UI is to listen: an address that a web page would have to guess. */
  readonly behind: Address;
  close(): Promise<void>;
}

/**
 * Temporal's UI answers to every Host, so a page of the web whose name is made to mean 127.0.0.1 (DNS rebinding) could
 * read every history and start workflows. The door answers to its own Host and Origin alone and passes that on to the UI,
 * which listens on one of 16 million addresses of loopback. Linux gives all of them to every machine; others may not.
 * @throws Error when the port is in use, or the machine has no such address
 */
export async function openUiDoor(port: number): Promise<UiDoor> {
  const host = `127.${randomInt(1, 255)}.${randomInt(0, 256)}.${randomInt(1, 255)}`;
  const behind = { host, port: await freePort(host) };
  const own = ownHosts(port);
  const door = createServer((asked, answer) => {
    const refusal = refusalOf(asked, own);
    if (refusal !== undefined) say(answer, 403, refusal);
    else passOnOrRefuse(asked, answer, behind);
  });
  door.listen(port, '127.0.0.1');
  await once(door, 'listening');
  return {
    behind,
    close: async () => {
      const closed = once(door, 'close');
      door.close();
      door.closeAllConnections();
      await closed;
    },
  };
}

/** As browsers write them: without the port where it is that of http. */
function ownHosts(port: number): ReadonlySet<string> {
  return new Set(['127.0.0.1', 'localhost'].map((name) => new URL(`http://${name}:${port}`).host));
}

/** Methods that change nothing; a browser names the Origin of all others. */
const reads: readonly (string | undefined)[] = ['GET', 'HEAD'];

function refusalOf({ method, headers }: IncomingMessage, own: ReadonlySet<string>): string | undefined {
  const [address] = own;
  const { host = '', origin } = headers;
  if (!own.has(host.toLowerCase())) {
    return `This is another name for Temporal's Web UI. A web page may be behind it. Open http://${address}.`;
  }
  const isOwnOrigin =
    origin === undefined ? reads.includes(method) : own.has(origin.replace(/^http:\/\//, ''));
  if (isOwnOrigin) return undefined;
  return `Only pages of Temporal's Web UI itself may ask this. Another page has asked. Open http://${address}.`;
}

/** No request, however odd, ends the process that holds the door. */
function passOnOrRefuse(asked: IncomingMessage, answer: ServerResponse, behind: Address): void {
  try {
    passOn(asked, answer, behind);
  } catch {
    say(
      answer,
      400,
      'This request cannot be passed on to Temporal’s Web UI. Something in its headers is not allowed.',
    );
  }
}

/** What is between two ends of one connection (RFC 9110), and not for the UI behind; Node would trip over some of it. */
const ofTheConnection: readonly string[] = [
  ...['connection', 'keep-alive', 'te', 'trailer', 'transfer-encoding', 'upgrade', 'expect'],
  ...['proxy-authenticate', 'proxy-authorization', 'proxy-connection'],
];

function passOn(asked: IncomingMessage, answer: ServerResponse, behind: Address): void {
  const { method, url } = asked;
  const headers = Object.fromEntries(
    Object.entries(asked.headers).filter(([name]) => !ofTheConnection.includes(name)),
  );
  const onward = request({ ...behind, method, path: url, headers }, (given) => {
    answer.writeHead(given.statusCode ?? 502, given.headers);
    pipeline(given, answer, () => undefined);
  });
  onward.on('error', () => {
    if (answer.headersSent) answer.destroy();
    else say(answer, 503, "Temporal's Web UI does not answer. Its server may just be starting. Try again.");
  });
  answer.on('close', () => onward.destroy());
  asked.pipe(onward);
}

function say(answer: ServerResponse, status: number, text: string): void {
  answer.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' });
  answer.end(`${text}\n`);
}
