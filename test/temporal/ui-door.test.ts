import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { freePort } from '../../src/temporal/free-port.js';
import { openUiDoor, type UiDoor } from '../../src/temporal/ui-door.js';
import { ask, type Question } from '../support/ask.js';

let door: UiDoor;
let port: number;
let ui: Server;
let passedOn: IncomingMessage[];

beforeEach(async () => {
  port = await freePort('127.0.0.1');
  door = await openUiDoor(port);
  passedOn = [];
  ui = createServer((asked, answer) => {
    passedOn.push(asked);
    let body = '';
    asked.on('data', (piece: Buffer) => {
      body += piece.toString();
    });
    asked.on('end', () => {
      answer.writeHead(201, { 'set-cookie': ['a=1', 'b=2'] });
      answer.end(`${asked.method ?? ''} ${asked.url ?? ''} ${body}`);
    });
  });
  ui.listen(door.behind.port, door.behind.host);
  await once(ui, 'listening');
});
afterEach(async () => {
  await door.close();
  ui.close();
  ui.closeAllConnections();
});

const own = () => `127.0.0.1:${port}`;

function knock({ headers, ...question }: Omit<Question, 'host' | 'port'> = {}) {
  return ask({ host: '127.0.0.1', port, ...question, headers: { host: own(), ...headers } });
}

describe('the door of the Web UI', () => {
  it('passes on what asks for it by its own name, and the answer', async () => {
    expect(await knock({ path: '/api/v1/settings?a=b' })).toMatchObject({
      status: 201,
      headers: { 'set-cookie': ['a=1', 'b=2'] },
      text: 'GET /api/v1/settings?a=b ',
    });
    for (const host of [`localhost:${port}`, `LOCALHOST:${port}`]) {
      expect(await knock({ headers: { host } })).toMatchObject({ status: 201 });
    }
  });

  it.each(['127.0.0.1', 'localhost'])('takes what pages of http://%s send, with its body', async (name) => {
    const headers = { origin: `http://${name}:${port}` };
    expect(await knock({ method: 'POST', path: '/x', headers, body: 'the body' })).toMatchObject({
      status: 201,
      text: 'POST /x the body',
    });
  });

  it.each([
    'evil.example',
    'evil.example:PORT',
    '127.0.0.1',
    '127.0.0.1:1',
    'localhost.evil.example:PORT',
    '127.0.0.1:PORT.evil.example',
    '[::1]:PORT',
  ])('refuses Host %s', async (host) => {
    expect(await knock({ headers: { host: host.replace('PORT', String(port)) } })).toMatchObject({
      status: 403,
      text: `This is another name for Temporal's Web UI. A web page may be behind it. Open http://${own()}.\n`,
    });
    expect(passedOn).toEqual([]);
  });

  it.each([
    ['POST', 'http://evil.example'],
    ['POST', 'https://127.0.0.1:PORT'],
    ['POST', 'http://127.0.0.1:PORT.evil.example'],
    ['POST', 'null'],
    ['POST', undefined],
    ['DELETE', undefined],
    ['OPTIONS', 'http://evil.example'],
    ['GET', 'http://evil.example'],
  ])('refuses %s from Origin %s', async (method, origin) => {
    const headers = origin === undefined ? {} : { origin: origin.replace('PORT', String(port)) };
    expect(await knock({ method, headers, body: method === 'GET' ? '' : '{}' })).toMatchObject({
      status: 403,
    });
    expect(passedOn).toEqual([]);
  });

  it('draws another address for each UI, never the one that everybody tries', async () => {
    const others = await Promise.all([0, 0].map(async () => openUiDoor(await freePort('127.0.0.1'))));
    const hosts = [door, ...others].map(({ behind }) => behind.host);
    for (const other of others) await other.close();
    expect(new Set(hosts).size).toBe(3);
    for (const host of hosts) expect(host).toMatch(/^127\.(?!0\.0\.1$)\d+\.\d+\.\d+$/);
  });

  it.each([
    ['trailer', 'x'],
    ['te', 'trailers'],
    ['expect', '100-continue'],
    ['transfer-encoding', 'chunked'],
    ['connection', 'upgrade'],
    ['upgrade', 'websocket'],
    ['proxy-authorization', 'x'],
  ])('does not pass on %s, which is not for the UI, and goes on', async (name, value) => {
    const chunked = name === 'trailer' ? { 'transfer-encoding': 'chunked' } : {};
    await knock({ headers: { ...chunked, [name]: value } });
    expect(passedOn.flatMap(({ headers }) => (name === 'connection' ? [] : (headers[name] ?? [])))).toEqual(
      [],
    );
    expect(await knock()).toMatchObject({ status: 201 });
  });

  it('says that the UI does not answer, and goes on', async () => {
    ui.close();
    ui.closeAllConnections();
    expect(await knock()).toMatchObject({ status: 503 });
    expect(await knock()).toMatchObject({ status: 503 });
  });

  it('does not open where somebody else listens', async () => {
    await expect(openUiDoor(port)).rejects.toThrow('EADDRINUSE');
  });
});
