import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:net';

import { LabError } from './errors.js';

/** Below the ports that the kernel gives to outgoing connections, so that a machine's port is still free after a power cut. */
const firstPort = 30_000;
const lastPort = 32_700;

/** A port of 127.0.0.1 that nobody listens on and that is not in `taken`. */
export async function freeLabPort(taken: ReadonlySet<number> = new Set()): Promise<number> {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const port = randomInt(firstPort, lastPort);
    if (!taken.has(port) && (await isFree(port))) return port;
  }
  throw new LabError(`No free port between ${firstPort} and ${lastPort} on 127.0.0.1.`);
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer();
  server.listen(port, '127.0.0.1');
  try {
    await once(server, 'listening');
    return true;
  } catch {
    return false;
  } finally {
    server.close();
  }
}
