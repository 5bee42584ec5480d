import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

import { LabError } from '../errors.js';
import { answerApt, type AptWay } from './answer-apt.js';
import { startDnsResponder } from './dns-responder.js';
import type { MirrorStore } from './mirror-store.js';
import { answerRegistry } from './registry.js';
import { sendFile, sendText, type Exchange } from './send-file.js';

/** Of the files, the registry and apt's proxy; of the name server. */
export const mirrorPorts = { http: 8880, dns: 53 } as const;

export interface MirrorServerOptions {
  /** The only one of this machine's addresses at which it listens. */
  readonly address: string;
  /** Default: {@link mirrorPorts}; 0 for any that is free. */
  readonly ports?: { readonly http: number; readonly dns: number };
  readonly store: MirrorStore;
  readonly apt: AptWay;
  /** Told, one line each, what was asked and what came of it. */
  readonly onRequest?: (line: string) => void;
}

export interface MirrorServer {
  /** "http://<address>:<port>", of files and registry, and as apt's proxy. */
  readonly url: string;
  readonly dnsPort: number;
  close(): Promise<void>;
}

/**
 * Serves the mirror: files, a read-only registry, a proxy for apt, and a name server that knows no name.
 * @throws LabError if the address or a port cannot be had
 */
export async function startMirrorServer(options: MirrorServerOptions): Promise<MirrorServer> {
  const { address, ports = mirrorPorts } = options;
  const http = mirrorHttpServer(options);
  try {
    http.listen(ports.http, address);
    await once(http, 'listening');
    const dns = await startDnsResponder({ address, port: ports.dns });
    const { port } = http.address() as AddressInfo;
    return {
      url: `http://${address}:${port}`,
      dnsPort: dns.port,
      async close() {
        await Promise.all([dns.close(), closeServer(http)]);
      },
    };
  } catch (error) {
    http.close();
    throw cannotListen(error as NodeJS.ErrnoException, address);
  }
}

function mirrorHttpServer(options: MirrorServerOptions): Server {
  const { onRequest = () => undefined } = options;
  const server = createServer((request, response) => {
    const from = request.socket.remoteAddress ?? '';
    response.on('close', () => {
      const cutOff = response.writableFinished ? '' : ' (cut off)';
      onRequest(`${from} ${request.method ?? ''} ${request.url ?? ''}: ${response.statusCode}${cutOff}`);
    });
    // An answer that is cut off has nobody left to be told; `close` says so.
    answer({ request, response }, options).catch(() => response.destroy());
  });
  // Where a registry's settings speak of TLS, as Kubespray's always do, containerd begins with it, and goes on without when
  // the answer is one of HTTP.
  server.on('clientError', (_error, socket) => {
    socket.end('HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
  });
  // A proxy that only passes requests on has no tunnels.
  server.on('connect', (_request, socket) => {
    socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n');
  });
  return server;
}

async function answer(exchange: Exchange, { store, apt }: MirrorServerOptions): Promise<void> {
  const { request, response } = exchange;
  if (request.method !== 'GET' && request.method !== 'HEAD') {
    response.setHeader('Allow', 'GET, HEAD');
    sendText(response, 405, 'The mirror is read-only.\n');
    return;
  }
  const asked = request.url ?? '/';
  const url = parseUrl(asked);
  if (url === undefined) {
    sendText(response, 400, 'The mirror cannot read this address.\n');
    return;
  }
  if (!asked.startsWith('/')) return answerApt(exchange, url, apt);
  if (url.pathname === '/v2' || url.pathname.startsWith('/v2/')) return answerRegistry(exchange, url, store);
  const stored = store.file(url.pathname.slice(1));
  if (stored) return sendFile(exchange, { stored, store });
  sendText(response, 404, `The mirror has no ${url.pathname}. \`slipway lab mirror\` lists what it has.\n`);
}

/** A path beneath the mirror's address, or a whole address, as a proxy is asked. */
function parseUrl(asked: string): URL | undefined {
  try {
    return new URL(asked, 'http://mirror.invalid');
  } catch {
    return undefined;
  }
}

async function closeServer(server: Server): Promise<void> {
  const closed = once(server, 'close');
  server.close();
  server.closeAllConnections();
  await closed;
}

function cannotListen({ code, message }: NodeJS.ErrnoException, address: string): LabError {
  const why =
    code === 'EADDRINUSE'
      ? 'somebody else listens there already, perhaps another `slipway lab mirror serve`'
      : code === 'EADDRNOTAVAIL'
        ? 'this machine has no such address; the lab’s network has to be there first'
        : message;
  return new LabError(`The mirror cannot be served at ${address}: ${why}.`);
}
