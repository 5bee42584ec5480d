import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { truncate } from 'node:fs/promises';
import {
  createServer,
  request as ask,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
} from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { connect as connectTls } from 'node:tls';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { startMirrorServer, type MirrorServer } from '../../../src/lab/mirror/mirror-server.js';
import { MirrorStore } from '../../../src/lab/mirror/mirror-store.js';
import { archivePart, buildSmallMirror, programPart, type SmallMirror } from './mirror-parts.js';

let mirror: SmallMirror;
let server: MirrorServer;
let distribution: Server;
let lines: string[];

/** Stands for a host of the distribution's. */
const distributionHost = () => `127.0.0.1:${(distribution.address() as AddressInfo).port}`;

beforeEach(async () => {
  mirror = await buildSmallMirror();
  distribution = createServer((request, response) => {
    response.writeHead(request.url === '/gone' ? 404 : 200, { 'X-Other': 'no', 'Last-Modified': 'Mon' });
    response.end(`${request.method ?? ''} ${request.url ?? ''} ${JSON.stringify(request.headers)}`);
  }).listen(0, '127.0.0.1');
  await once(distribution, 'listening');
  lines = [];
  server = await startMirrorServer({
    address: '127.0.0.1',
    ports: { http: 0, dns: 0 },
    store: new MirrorStore(mirror.stored),
    apt: { hosts: new Set([distributionHost()]) },
    onRequest: (line) => lines.push(line),
  });
});

afterEach(async () => {
  await server.close();
  distribution.close();
  distribution.closeAllConnections();
  await mirror.remove();
});

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** @param path or, as a proxy is asked, a whole address */
async function get(
  path: string,
  {
    method = 'GET',
    headers = {},
  }: { readonly method?: string; readonly headers?: Record<string, string> } = {},
): Promise<Answer> {
  const { hostname, port } = new URL(server.url);
  const asked = ask({ host: hostname, port, path, method, headers }).end();
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk as Buffer);
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    body: Buffer.concat(chunks).toString(),
  };
}

const digestOf = (text: string) => `sha256:${createHash('sha256').update(text).digest('hex')}`;
const program = '#!/bin/sh\necho 0123456789\n';

describe('files', () => {
  it('come whole, in parts, and as their headers alone', async () => {
    const whole = await get('/dl/program');
    expect(whole).toMatchObject({ status: 200, body: program });
    const head = await get('/dl/program', { method: 'HEAD' });
    expect(head).toMatchObject({ status: 200, body: '', headers: { 'content-length': '26' } });
    const part = await get('/dl/program', { headers: { range: 'bytes=15-24' } });
    expect(part).toMatchObject({
      status: 206,
      body: '0123456789',
      headers: { 'content-range': 'bytes 15-24/26' },
    });
    const behind = await get('/dl/program', { headers: { range: 'bytes=26-' } });
    expect(behind).toMatchObject({ status: 416, headers: { 'content-range': 'bytes */26' } });
    expect(lines).toContain('127.0.0.1 GET /dl/program: 206');
  });

  it.each(['/dl/other', '/', '/../part.json', '/%2e%2e/part.json', '/dl/program/', '//dl/program/x', '/dl/'])(
    '%s is not there',
    async (path) => {
      expect(await get(path)).toMatchObject({ status: 404 });
    },
  );

  it('cannot be written', async () => {
    for (const method of ['PUT', 'POST', 'DELETE']) {
      expect(await get('/dl/program', { method })).toMatchObject({ status: 405 });
    }
  });

  it('are not sent when they are no more as they were made', async () => {
    const stored = mirror.stored.find(({ part }) => part === programPart);
    const file = `${stored?.folder ?? ''}/files/dl/program`;
    await truncate(file, 10);
    const answer = await get('/dl/program');
    expect(answer.status).toBe(500);
    expect(answer.body).toContain('slipway lab mirror check');
    expect(
      (await get(`/${archivePart.delivery.kind === 'file' ? archivePart.delivery.path : ''}`)).status,
    ).toBe(200);
  });
});

describe('the registry', () => {
  it('gives an image by its tag, and all that its manifest names', async () => {
    expect(await get('/v2/')).toMatchObject({ status: 200, body: '{}' });
    const { status, headers, body } = await get('/v2/acme/image/manifests/v3?ns=registry.example');
    expect(status).toBe(200);
    expect(headers['content-type']).toBe('application/vnd.oci.image.manifest.v1+json');
    expect(headers['docker-content-digest']).toBe(digestOf(body));
    expect(await get(`/v2/acme/image/manifests/${digestOf(body)}`)).toMatchObject({
      status: 200,
      headers: { 'content-type': 'application/vnd.oci.image.manifest.v1+json' },
    });
    const manifest = JSON.parse(body) as { config: { digest: string }; layers: { digest: string }[] };
    for (const { digest } of [manifest.config, ...manifest.layers]) {
      const blob = await get(`/v2/acme/image/blobs/${digest}`);
      expect(digestOf(blob.body)).toBe(digest);
    }
  });

  it('tells headers alone, which is how containerd resolves a tag', async () => {
    const { status, headers, body } = await get('/v2/acme/image/manifests/v3', { method: 'HEAD' });
    expect({ status, body }).toEqual({ status: 200, body: '' });
    expect(headers['docker-content-digest']).toMatch(/^sha256:/);
    expect(Number(headers['content-length'])).toBeGreaterThan(0);
  });

  it.each([
    ['/v2/acme/image/manifests/v4', 'MANIFEST_UNKNOWN'],
    ['/v2/acme/other/manifests/v3', 'MANIFEST_UNKNOWN'],
    ['/v2/acme/image/manifests/v3?ns=other.example', 'MANIFEST_UNKNOWN'],
    ['/v2/acme/image/blobs/sha256:00', 'BLOB_UNKNOWN'],
    ['/v2/_catalog', 'MANIFEST_UNKNOWN'],
  ])('does not know %s', async (path, code) => {
    const { status, body } = await get(path);
    expect(status).toBe(404);
    expect(JSON.parse(body)).toMatchObject({ errors: [{ code }] });
  });
});

describe('the proxy for apt', () => {
  it('passes on to the hosts of the distribution, with the headers that apt needs', async () => {
    const { status, body, headers } = await get(`http://${distributionHost()}/debian/pool/a.deb?x=1`, {
      headers: { range: 'bytes=5-', cookie: 'secret' },
    });
    expect(status).toBe(200);
    expect(body).toMatch(/^GET \/debian\/pool\/a\.deb\?x=1 /);
    expect(body).toContain('"range":"bytes=5-"');
    expect(body).not.toContain('cookie');
    expect(headers).toMatchObject({ 'last-modified': 'Mon' });
    expect(headers).not.toHaveProperty('x-other');
    expect(await get(`http://${distributionHost()}/gone`)).toMatchObject({ status: 404 });
  });

  it.each([
    'http://elsewhere.invalid/debian/a.deb',
    'https://elsewhere.invalid/',
    'ftp://elsewhere.invalid/',
  ])('refuses %s', async (address) => {
    const { status, body } = await get(address);
    expect(status).toBe(403);
    expect(body).toContain(distributionHost());
  });

  it('makes no tunnels', async () => {
    const { hostname, port } = new URL(server.url);
    const asked = ask({ host: hostname, port, method: 'CONNECT', path: distributionHost() }).end();
    const [response] = (await once(asked, 'connect')) as [IncomingMessage];
    expect(response.statusCode).toBe(403);
  });

  it('says so when a host does not answer', async () => {
    const gone = distributionHost();
    distribution.close();
    distribution.closeAllConnections();
    await once(distribution, 'close');
    expect(await get(`http://${gone}/a.deb`)).toMatchObject({ status: 502 });
    distribution.listen(0, '127.0.0.1');
    await once(distribution, 'listening');
  });
});

describe('TLS', () => {
  it('is answered by a line of HTTP, by which containerd knows to go on without', async () => {
    const { hostname, port } = new URL(server.url);
    const socket = connect(Number(port), hostname);
    const helloOfTls = Buffer.from('16030100c8010000c40303', 'hex');
    socket.write(helloOfTls);
    const [answer] = (await once(socket, 'data')) as [Buffer];
    expect(answer.toString()).toMatch(/^HTTP\/1\.1 400 /);
    socket.destroy();
    expect(await get('/dl/program')).toMatchObject({ status: 200 });
  });

  it('ends a client that insists with an error, soon', async () => {
    const { hostname, port } = new URL(server.url);
    const tls = connectTls({ host: hostname, port: Number(port) });
    const [error] = (await once(tls, 'error')) as [NodeJS.ErrnoException];
    expect(error.code).toMatch(/^ERR_SSL_/);
  });
});

describe('starting', () => {
  it('says who is in the way when the port is taken', async () => {
    const { port } = new URL(server.url);
    const second = startMirrorServer({
      address: '127.0.0.1',
      ports: { http: Number(port), dns: 0 },
      store: new MirrorStore(mirror.stored),
      apt: { hosts: new Set() },
    });
    await expect(second).rejects.toThrow('somebody else listens there already');
  });

  it('takes a mirror only when it is complete', () => {
    expect(() => new MirrorStore([...mirror.stored, { part: { ...programPart, name: 'missing' } }])).toThrow(
      'The mirror lacks missing. `slipway lab mirror build` builds what is missing.',
    );
  });
});
