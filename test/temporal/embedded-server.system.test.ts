import { Client, Connection } from '@temporalio/client';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { networkInterfaces, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { connectTemporal } from '../../src/temporal/connect.js';
import {
  EmbeddedServerError,
  findEmbeddedServer,
  startEmbeddedServer,
  type EmbeddedServer,
  type EmbeddedServerOptions,
} from '../../src/temporal/embedded-server.js';
import { findTemporalCli } from '../../src/temporal/find-cli.js';
import { identityOf } from '../../src/local/processes.js';
import { stopServer } from '../../src/temporal/server-process.js';
import { readServerState, writeServerState } from '../../src/temporal/server-state.js';
import { serversOfDatabase } from '../../src/temporal/servers-of-database.js';

let folder: string;
const gone = { pid: 2 ** 22 + 1, startTime: '1' };
const ports = { grpc: 27233, ui: 27234 };

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'slipway-server-'));
});
afterEach(async () => {
  for (const { server } of serversOfDatabase(join(folder, 'temporal.db'))) await stopServer(server.pid);
  rmSync(folder, { recursive: true, force: true });
});

async function start(asked: EmbeddedServerOptions['ports'] = ports): Promise<EmbeddedServer> {
  return startEmbeddedServer({ folder, ...(asked && { ports: asked }) });
}

async function withClient<T>(server: EmbeddedServer, use: (client: Client) => Promise<T>): Promise<T> {
  const connection = await Connection.connect({ address: server.address });
  try {
    return await use(new Client({ connection }));
  } finally {
    await connection.close();
  }
}

/** A process that starts the server and is then killed, as an `up` would be. */
async function startFromAnotherProcess(): Promise<number> {
  const module = new URL('../../dist/temporal/embedded-server.js', import.meta.url).href;
  const text = `import(${JSON.stringify(module)}).then(async (m) => {
    const s = await m.startEmbeddedServer(${JSON.stringify({ folder, ports })});
    console.log(s.pid); setInterval(() => {}, 1000); });`;
  const child = spawn(process.execPath, ['-e', text], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  child.kill('SIGKILL');
  await once(child, 'exit');
  return Number(line.toString());
}

describe('the embedded server', () => {
  it('answers on loopback only, and knows the search attributes', async () => {
    const server = await start();
    expect(server).toMatchObject({
      address: '127.0.0.1:27233',
      uiUrl: undefined,
    });
    const attributes = await withClient(server, ({ connection }) =>
      connection.operatorService.listSearchAttributes({ namespace: 'default' }),
    );
    expect(Object.keys(attributes.customAttributes)).toEqual(
      expect.arrayContaining(['SlipwayCluster', 'SlipwayPhase', 'SlipwayWaitingFor']),
    );
    const outside = Object.values(networkInterfaces())
      .flat()
      .find((address) => address?.internal === false && address.family === 'IPv4');
    if (outside) {
      await expect(fetch(`http://${outside.address}:27233`)).rejects.toThrow();
    }
    expect(statSync(join(folder, 'temporal.db')).isFile()).toBe(true);
  });

  it.each(['first', 'second'])('goes on for the others when the %s of its users leaves, and ends with the last', async (which) => {
    const first = await start();
    const second = await startEmbeddedServer({ folder });
    expect(second).toMatchObject({ pid: first.pid, address: first.address });
    expect(first.otherUsers()).toHaveLength(1);
    const [leaves, stays] = which === 'first' ? [first, second] : [second, first];
    await leaves.leave();
    expect(stays.otherUsers()).toEqual([]);
    expect((await findEmbeddedServer(folder))?.pid).toBe(first.pid);
    await stays.leave();
    expect(identityOf(first.pid)).toBeUndefined();
    expect(await findEmbeddedServer(folder)).toBeUndefined();
  }); // prettier-ignore

  it('is not kept by who has only found it', async () => {
    const server = await start();
    const found = await findEmbeddedServer(folder);
    await server.leave();
    expect(found?.isRunning()).toBe(false);
  });

  it('outlives the killed process that started it, and ends with the next user', async () => {
    const pid = await startFromAnotherProcess();
    const server = await start();
    expect(server.pid).toBe(pid);
    await server.leave();
    expect(identityOf(pid)).toBeUndefined();
  });

  it('is not left running where its state cannot be kept', async () => {
    mkdirSync(join(folder, 'server.json.new'));
    await expect(start()).rejects.toThrow(
      new RegExp(`^The Temporal server's state cannot be kept in ${folder}: .*Make room there and see`),
    );
    expect(serversOfDatabase(join(folder, 'temporal.db'))).toEqual([]);
  });

  it('says so where its folder cannot be made', async () => {
    writeFileSync(join(folder, 'a-file'), '');
    await expect(startEmbeddedServer({ folder: join(folder, 'a-file', 'temporal') })).rejects.toThrow(
      EmbeddedServerError,
    );
  });

  it('keeps workflows and ports over kill -9 of itself', async () => {
    const server = await start();
    await withClient(server, (client) =>
      client.workflow.start('anything', {
        workflowId: 'kept',
        taskQueue: 'none',
        searchAttributes: { SlipwayCluster: ['c1'] },
      }),
    );
    process.kill(server.pid, 'SIGKILL');
    const again = await startEmbeddedServer({ folder });
    expect(again.pid).not.toBe(server.pid);
    expect(again.address).toBe(server.address);
    const description = await withClient(again, (client) => client.workflow.getHandle('kept').describe());
    expect(description.status.name).toBe('RUNNING');
  });

  it('takes other ports when its own are in use', async () => {
    const other: Server = createServer().listen(ports.grpc, '127.0.0.1');
    await once(other, 'listening');
    try {
      writeServerState(folder, { server: gone, users: [], ui: null, ports });
      const server = await start({});
      expect(server.address).not.toBe('127.0.0.1:27233');
      expect(readServerState(folder)?.ports.ui).toBe(ports.ui);
      await server.leave();
      await expect(start()).rejects.toThrow('Port 27233 of 127.0.0.1 is in use.');
    } finally {
      other.close();
    }
  });

  it('refuses another port than the one that it is used at', async () => {
    await start();
    await expect(start({ grpc: 27235 })).rejects.toThrow('runs on 127.0.0.1:27233 already, and is in use');
  });

  describe('that has lost a port between choosing it and taking it', () => {
    afterEach(() => {
      vi.unstubAllEnvs();
    });

    /** @param often how many times the server panics before it comes up */
    async function panics(often: number): Promise<void> {
      const { path } = await findTemporalCli();
      const command = join(folder, 'temporal-that-panics');
      const trace = Array.from({ length: 20 }, (_, line) => `echo 'main.go:${line}'`).join('\n');
      const script = `#!/bin/sh
cd ${folder}
echo >> starts
if [ "$(wc -l < starts)" -gt ${often} ]; then exec ${path} "$@"; fi
echo 'panic: listen tcp 127.0.0.1:34567: bind: address already in use'
${trace}
exit 2
`;
      writeFileSync(command, script, { mode: 0o755 });
      vi.stubEnv('TEMPORAL_CLI', command);
    }

    it('is started again', async () => {
      await panics(2);
      expect(await findEmbeddedServer(folder)).toBeUndefined();
      await withClient(await start(), (client) => client.workflow.count());
    });

    it('is given up after three times, with what it said and not where it stood', async () => {
      await panics(3);
      await expect(start()).rejects.toThrow(
        /ended before it was ready\. .*\npanic: listen tcp .* address already in use\nmain\.go:0\n/s,
      );
      expect(readFileSync(join(folder, 'starts'), 'utf8')).toBe('\n\n\n');
    });
  });

  it('says why it did not come up, with the end of its log', async () => {
    writeFileSync(join(folder, 'server.log'), 'panic: of yesterday\n');
    writeFileSync(
      join(folder, 'temporal.db'),
      'this is not a database, and long enough to be read as one'.repeat(99),
    );
    await expect(start()).rejects.toThrow(
      /ended before it was ready\. The end of .*server\.log:\n.*not a database/s,
    );
  });
});

describe('connectTemporal', () => {
  it('names what to check when the configured address does not answer', async () => {
    process.env['TEMPORAL_ADDRESS'] = '127.0.0.1:27999';
    try {
      await expect(connectTemporal({ embedded: 'find' })).rejects.toThrow(
        /Temporal at 127\.0\.0\.1:27999 \(namespace default\) does not answer: .*Check TEMPORAL_ADDRESS/s,
      );
    } finally {
      delete process.env['TEMPORAL_ADDRESS'];
    }
  });

  it('goes where TEMPORAL_ADDRESS points, and stops nothing there', async () => {
    const server = await start();
    process.env['TEMPORAL_ADDRESS'] = server.address;
    try {
      const connection = await connectTemporal({ embedded: 'find' });
      expect(connection).toMatchObject({
        address: server.address,
        namespace: 'default',
        embedded: undefined,
      });
      await connection.close();
      expect(identityOf(server.pid)).toBeDefined();
    } finally {
      delete process.env['TEMPORAL_ADDRESS'];
    }
  });

  it('says how to start a server when none is configured and none runs', async () => {
    process.env['SLIPWAY_HOME'] = folder;
    try {
      await expect(connectTemporal({ embedded: 'find' })).rejects.toThrow(
        'No Temporal server is running here',
      );
    } finally {
      delete process.env['SLIPWAY_HOME'];
    }
  });
});
