import { Client, Connection } from '@temporalio/client';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startEmbeddedServer, type EmbeddedServer } from '../../../src/temporal/embedded-server.js';
import { serverFiles } from '../../../src/temporal/server-state.js';
import { identityOf } from '../../../src/local/processes.js';
import { serversOfDatabase } from '../../../src/temporal/servers-of-database.js';
import { stopServer } from '../../../src/temporal/server-process.js';
import { ask, type Answer } from '../../support/ask.js';
import { listeningAddresses } from '../../support/listening.js';

/** What a web page in the browser of somebody on this machine can send to the embedded server, and what it gets. */

const ports = { grpc: 27633, ui: 27634 };
const workflows = '/api/v1/namespaces/default/workflows';
const foreign = 'evil.example';
const startsWorkflow = JSON.stringify({
  workflowType: { name: 'verifyCluster' },
  taskQueue: { name: 'slipway' },
  input: { payloads: [] },
});

let folder: string;
let started: EmbeddedServer[];

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-web-pages-'));
  started = [];
});
afterEach(async () => {
  for (const server of started) await server.leave();
  for (const { server } of serversOfDatabase(serverFiles(folder).database)) await stopServer(server.pid);
  rmSync(folder, { recursive: true, force: true });
});

async function start({ ui }: { ui: boolean }): Promise<EmbeddedServer> {
  const server = await startEmbeddedServer({ folder, ports, ui });
  started.push(server);
  return server;
}

interface Target {
  readonly host: string;
  readonly port: number;
}

/** Answers to everything that a page can send to this port: across sites, and under a name of its own. */
async function askAsPage(target: Target): Promise<[request: string, Answer | undefined][]> {
  const names = [`${target.host}:${target.port}`, `${foreign}:${target.port}`, foreign];
  const answers: [string, Answer | undefined][] = [];
  for (const host of names) {
    const origin = `http://${foreign}`;
    // The answer to a GET across sites is kept from the page by the browser; under a name of the page's it is not.
    if (host.startsWith(foreign)) {
      for (const path of [workflows, '/api/v1/settings', '/system-info', '/']) {
        answers.push([`GET ${host} ${path}`, await ask({ ...target, path, headers: { host } })]);
      }
    }
    for (const path of [`${workflows}/from-a-page`, '/nexus/endpoints/x/services/y/z']) {
      const headers = { host, origin, 'content-type': 'text/plain' };
      const post = { method: 'POST', path, headers, body: startsWorkflow };
      answers.push([`POST ${host} ${path}`, await ask({ ...target, ...post })]);
    }
  }
  return answers;
}

function served(answers: [string, Answer | undefined][]): string[] {
  return answers.flatMap(([asked, answer]) =>
    answer !== undefined && answer.status < 400 ? `${asked}: ${answer.status}` : [],
  );
}

async function countWorkflows({ address }: EmbeddedServer): Promise<number> {
  const connection = await Connection.connect({ address });
  try {
    return (await new Client({ connection }).workflow.count()).count;
  } finally {
    await connection.close();
  }
}

describe('a web page', () => {
  it('is served by no port of the embedded server', async () => {
    const running = await start({ ui: false });
    const targets = listeningAddresses(running.pid);
    expect(targets).toContainEqual({ host: '127.0.0.1', port: ports.grpc });
    const answers = (await Promise.all(targets.map(askAsPage))).flat();
    expect(served(answers)).toEqual([]);
    // Of those who speak HTTP the API is one: it answers, and says no.
    expect(answers.map(([, answer]) => answer?.text)).toContain('{"code": 7, "message": "Host not allowed"}');
    expect(await countWorkflows(running)).toBe(0);
  });

  it('is served by none on 127.0.0.1 with the Web UI either', async () => {
    const running = await start({ ui: true });
    await uiAnswers();
    const byServer = listeningAddresses(running.pid);
    const guessable = byServer.filter(({ host }) => host === '127.0.0.1');
    expect(byServer.length - guessable.length).toBe(1);
    const targets = [...guessable, { host: '127.0.0.1', port: ports.ui }];
    expect(served((await Promise.all(targets.map(askAsPage))).flat())).toEqual([]);
    expect(await countWorkflows(running)).toBe(0);
  });
});

const ui = { host: '127.0.0.1', port: ports.ui };
const ownOrigin = `http://127.0.0.1:${ports.ui}`;

/** The UI says 503 until it has found the server beside which it was started. */
async function uiAnswers(): Promise<Answer> {
  return vi.waitUntil(
    async () => {
      const answer = await ask({ ...ui, path: workflows });
      return answer?.status === 200 ? answer : undefined;
    },
    { timeout: 30_000, interval: 200 },
  );
}

/** Starts a workflow as the UI's own page does, with the token that its cookie holds. */
async function startThroughUi(workflowId: string, origin: string): Promise<Answer | undefined> {
  const cookies = [(await uiAnswers()).headers['set-cookie'] ?? []].flat();
  const token = /^_csrf=([^;]+)/.exec(cookies.join('\n'))?.[1] ?? '';
  return ask({
    ...ui,
    method: 'POST',
    path: `${workflows}/${workflowId}`,
    headers: { origin, 'content-type': 'application/json', cookie: `_csrf=${token}`, 'x-csrf-token': token },
    body: startsWorkflow,
  });
}

describe('the Web UI', () => {
  it('is served to its own page, which can start a workflow', async () => {
    const running = await start({ ui: true });
    expect(running.uiUrl).toBe(ownOrigin);
    expect((await ask({ ...ui, path: '/' }))?.text).toContain('<html');
    expect(await startThroughUi('of-a-page-of-its-own', `http://${foreign}`)).toMatchObject({ status: 403 });
    expect(await countWorkflows(running)).toBe(0);
    expect(await startThroughUi('of-its-own-page', ownOrigin)).toMatchObject({ status: 200 });
    await vi.waitUntil(async () => (await countWorkflows(running)) === 1, { timeout: 10_000 });
  });

  it('is told to others while whoever shows it lives, and closed with that', async () => {
    const running = await start({ ui: true });
    const other = await startEmbeddedServer({ folder });
    expect(other).toMatchObject({ pid: running.pid, uiUrl: ownOrigin });
    await running.leave();
    expect(other.isRunning()).toBe(true);
    expect(await ask({ ...ui, path: '/' })).toBeUndefined();
    await other.leave();
    expect(other.isRunning()).toBe(false);
  });
});

describe('a server that nobody uses', () => {
  const gone = { pid: 2 ** 22 + 1, startTime: '1' };

  /** As if whoever has started the server had been killed. */
  function orphan(change: (state: Record<string, unknown>) => object = (state) => state): void {
    const { state: file } = serverFiles(folder);
    const state = JSON.parse(readFileSync(file, 'utf8')) as { users: object[] };
    const users = state.users.map((user) => ({ ...user, ...gone }));
    writeFileSync(file, JSON.stringify(change({ ...state, users })));
  }

  it('is started again where the Web UI is asked for', async () => {
    const first = await start({ ui: false });
    orphan();
    const second = await start({ ui: true });
    expect(second).toMatchObject({ address: first.address, uiUrl: ownOrigin });
    expect(second.pid).not.toBe(first.pid);
    await uiAnswers();
  });

  it('is started again where it is not, because nobody guards its Web UI any more', async () => {
    const first = await start({ ui: true });
    orphan();
    const second = await start({ ui: false });
    expect(second).toMatchObject({ address: first.address, uiUrl: undefined });
    expect(second.pid).not.toBe(first.pid);
  });

  it('is kept where there is no Web UI', async () => {
    const first = await start({ ui: false });
    orphan();
    const second = await startEmbeddedServer({ folder });
    expect(second.pid).toBe(first.pid);
    await second.leave();
    expect(first.isRunning()).toBe(false);
  });

  it.each([
    [
      'an earlier Slipway has left it open to web pages',
      ({ server, ports }) => ({ server, ports, owner: gone }),
    ],
    ['what is remembered of it is spoilt', () => ({})],
  ] as [string, (state: Record<string, unknown>) => object][])(
    'is started again where %s',
    async (_, change) => {
      const first = await start({ ui: false });
      orphan(change);
      const second = await start({ ui: false });
      expect(identityOf(first.pid)).toBeUndefined();
      expect(second.pid).not.toBe(first.pid);
      await stopServer(second.pid);
    },
  );
});
