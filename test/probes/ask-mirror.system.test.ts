import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer as createHttp, type RequestListener, type Server } from 'node:http';
import { createServer as createHttps } from 'node:https';
import { createServer as createPlain, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { execa } from 'execa';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { MirrorQuestion } from '../../src/cluster/mirror/mirror-questions.js';
import { aSpecification } from '../support/builders.js';
import { LocalHost } from '../../src/hosts/local-host.js';
import { answersOf, askMirror } from '../../src/probes/ask-mirror.js';

/** The program against real servers on loopback: one that does everything wrong by its path, one with TLS, a silent one. */

const content = Buffer.from('a file that is what it should be');
const digest = createHash('sha256').update(content).digest('hex');
const folder = mkdtempSync(join(tmpdir(), 'slipway-mirror-'));
const servers: { close(): unknown }[] = [];
const seen: string[] = [];
let [plain, secure, silent, closed] = ['', '', '', ''];

const answer: RequestListener = (request, response) => {
  const { method, url = '' } = request;
  // A mirror that has all files but one, and none as it should be
  if (url.startsWith('/mirror/')) {
    response.writeHead(url.endsWith('/runc.amd64') ? 404 : 200).end(content);
    return;
  }
  seen.push(`${method ?? ''} ${url}`);
  const end = (status: number, headers: Record<string, string> = {}) => {
    response.writeHead(status, headers).end();
  };
  if (url === '/file') response.writeHead(200, { 'Content-Length': content.length }).end(content);
  else if (url === '/moved') end(302, { Location: '/file' });
  else if (url === '/login') end(401, { 'WWW-Authenticate': 'Basic realm="x"' });
  else if (url === '/broken') end(500);
  else if (url === '/get-only') end(method === 'HEAD' ? 405 : 200);
  else if (url === '/cut-off') {
    response.writeHead(200, { 'Content-Length': 100 }).write('short');
    setTimeout(() => response.destroy(), 50);
  } else if (url.startsWith('/token')) {
    response.end(
      JSON.stringify({ token: url.includes('scope=repository%3Apause%3Apull') ? 'given' : 'other' }),
    );
  } else if (url.startsWith('/v2/pause/manifests/3.10')) {
    const { authorization, accept = '' } = request.headers;
    const challenge = `Bearer realm="${plain}/token",service="mirror",scope="repository:pause:pull"`;
    if (authorization !== 'Bearer given') end(401, { 'WWW-Authenticate': challenge });
    else end(accept.includes('image.index') ? 200 : 406);
  } else end(404);
};

async function listen(server: Server | ReturnType<typeof createPlain>): Promise<string> {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  servers.push(server);
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

beforeAll(async () => {
  const http = createHttp(answer);
  http.on('clientError', (_error, socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
  plain = `http://${await listen(http)}`;
  const [key, cert] = [join(folder, 'key'), join(folder, 'cert')];
  await execa('openssl', [
    ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', key, '-out', cert],
    ...['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1', '-days', '2'],
  ]);
  secure = `https://${await listen(createHttps({ key: readFileSync(key), cert: readFileSync(cert) }, answer))}`;
  silent = `http://${await listen(createPlain(() => undefined))}`;
  const other = createPlain();
  closed = `http://${await listen(other)}`;
  other.close();
});
afterAll(() => {
  for (const server of servers) server.close();
  rmSync(folder, { recursive: true, force: true });
});

async function ask(...questions: MirrorQuestion[]): Promise<readonly (readonly [string | null, string])[]> {
  const host = new LocalHost({ name: 'control', stateFolder: folder });
  const answers = await answersOf(host, questions);
  if (answers === undefined) throw new Error('there is no Python');
  return answers;
}
const file = (path: string, more: Partial<MirrorQuestion> = {}): MirrorQuestion => ({
  ...{ kind: 'file' as const, address: `${plain}${path}` },
  ...more,
});

it('tells of each file what stands in its way', { timeout: 60_000 }, async () => {
  const answers = await ask(
    ...['/file', '/moved', '/get-only', '/none', '/login', '/broken'].map((path) => file(path)),
    file('', { address: `${closed}/file` }),
    file('', { address: `${silent}/file` }),
    file('', { address: `${plain.replace('http:', 'https:')}/file` }),
    file('', { address: `${secure}/file` }),
  );
  expect(answers.map(([problem]) => problem)).toEqual([
    ...[null, null, null, 'missing', 'login', 'status'],
    ...['unreachable', 'timed-out', 'no-tls', 'certificate'],
  ]);
  expect(answers[5]).toEqual(['status', 'HTTP 500']);
});

it('compares digests, and sees what is cut off', { timeout: 60_000 }, async () => {
  expect(
    await ask(
      file('/file', { digest }),
      file('/moved', { digest }),
      file('/file', { digest: 'a'.repeat(64) }),
      file('/cut-off', { digest }),
    ),
  ).toEqual([
    [null, ''],
    [null, ''],
    ['wrong-digest', `sha256:${digest}`],
    ['cut-off', expect.any(String)],
  ]);
});

it('reads no file to its end whose digest nobody asks for', { timeout: 60_000 }, async () => {
  seen.length = 0;
  await ask(file('/file'));
  expect(seen).toEqual(['HEAD /file']);
});

it('takes the token that a registry gives to anybody', { timeout: 60_000 }, async () => {
  const image = (path: string): MirrorQuestion => ({ kind: 'image', address: `${plain}${path}` });
  expect(
    await ask(image('/v2/pause/manifests/3.10?ns=registry.k8s.io'), image('/v2/pause/manifests/9')),
  ).toEqual([
    [null, ''],
    ['missing', ''],
  ]);
});

it(
  'looks whether a registry without TLS answers TLS as containerd wants it',
  { timeout: 60_000 },
  async () => {
    const first = (address: string): MirrorQuestion => ({ kind: 'tls-first', address });
    const answers = await ask(first(plain), first(silent));
    expect(answers.map(([problem]) => problem)).toEqual([null, 'timed-out']);
  },
);

it('asks for all that a cluster downloads, and compares each file once', { timeout: 120_000 }, async () => {
  const specification = aSpecification({
    hosts: [
      { name: 'cp', address: '10.0.0.1', roles: ['control-plane', 'worker'] },
      { name: 'w', address: '10.0.0.2', roles: ['worker'] },
    ],
    mirror: { files: `${plain}/mirror` },
  });
  const found = await askMirror({
    ...{ specification, release: 'v2.29.1', processors: { cp: 'amd64', w: 'amd64' } },
    open: async ({ name }) => new LocalHost({ name, stateFolder: folder }),
  });
  expect(found).toMatchObject({
    hosts: ['cp', 'w'],
    asked: { files: 11, images: 0, digests: 11 },
    unknown: [],
  });
  const runc = found.problems.filter(({ problem }) => problem === 'missing');
  expect(runc).toEqual([
    {
      ...{ kind: 'file', problem: 'missing', detail: '', hosts: ['cp', 'w'] },
      address: `${plain}/mirror/github.com/opencontainers/runc/releases/download/v1.3.4/runc.amd64`,
    },
  ]);
  const wrong = found.problems.filter(({ problem }) => problem === 'wrong-digest');
  expect(wrong).toHaveLength(10);
  expect(new Set(wrong.flatMap(({ hosts }) => hosts))).toEqual(new Set(['cp']));
});
