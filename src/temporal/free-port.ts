import { createServer } from 'node:net';

export interface ServerPorts {
  /** The gRPC front end. */
  readonly grpc: number;
  /** The Web UI, when it is shown. */
  readonly ui: number;
}

/** What everybody who knows Temporal's development server looks for. */
const usual: ServerPorts = { grpc: 7233, ui: 8233 };

/** The preferred ports, or the usual ones, each replaced by a free one if it is in use on 127.0.0.1. */
export async function choosePorts(preferred: Partial<ServerPorts> = {}): Promise<ServerPorts> {
  const { grpc, ui } = { ...usual, ...preferred };
  return { grpc: await choosePort(grpc), ui: await choosePort(ui) };
}

async function choosePort(preferred: number): Promise<number> {
  return (await listen(preferred)) ?? (await listen(0)) ?? preferred;
}

/** A port of this address that nobody uses. @throws Error when the machine has no such address */
export async function freePort(host: string): Promise<number> {
  const port = await listen(0, host);
  if (port === undefined) throw new Error(`Nothing can listen on ${host} here.`);
  return port;
}

/** Listens for a moment; 0 lets the system choose. Undefined when the port is in use. */
async function listen(port: number, host = '127.0.0.1'): Promise<number | undefined> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => {
      resolve(undefined);
    });
    server.listen(port, host, () => {
      const address = server.address();
      const chosen = typeof address === 'object' && address !== null ? address.port : port;
      server.close(() => {
        resolve(chosen);
      });
    });
  });
}
