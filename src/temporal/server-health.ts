import { Connection } from '@temporalio/client';
import { createConnection } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { identityOf } from '../local/processes.js';

/** Milliseconds until a server that has been started counts as stuck. On a busy machine it takes 10 s. */
const startTimeout = 60_000;

/** What {@link waitForServerHealth} says of a server whose process is gone. */
export const endedEarly = 'ended before it was ready';

/**
 * Waits until the server answers for the namespace.
 * @returns undefined when it does, else what happened, as {@link endedEarly}
 */
export async function waitForServerHealth({
  pid,
  port,
  namespace,
}: {
  pid: number;
  port: number;
  namespace: string;
}): Promise<string | undefined> {
  const deadline = Date.now() + startTimeout;
  while (Date.now() < deadline) {
    // gRPC waits a second after a refused connection, five times as long as the server takes to start.
    if ((await accepts(port)) && (await serverAnswers(port, namespace))) return undefined;
    if (identityOf(pid) === undefined) return endedEarly;
    await sleep(50);
  }
  return `was not ready after ${startTimeout / 1000} s`;
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = createConnection({ host: '127.0.0.1', port });
    const end = (isOpen: boolean) => {
      socket.destroy();
      resolve(isOpen);
    };
    socket.once('connect', () => end(true)).once('error', () => end(false));
  });
}

/** Whether a Temporal server answers at this port of 127.0.0.1, and knows the namespace. */
export async function serverAnswers(port: number, namespace = 'default'): Promise<boolean> {
  let connection: Connection | undefined;
  try {
    connection = await Connection.connect({
      address: `127.0.0.1:${port}`,
      connectTimeout: 1_000,
      // The shared pool remembers a refused connection, and waits ever longer before it tries that port again.
      channelArgs: { 'grpc.use_local_subchannel_pool': 1 },
    });
    const { workflowService } = connection;
    await connection.withDeadline(Date.now() + 2_000, () => workflowService.describeNamespace({ namespace }));
    return true;
  } catch {
    return false;
  } finally {
    await connection?.close();
  }
}
