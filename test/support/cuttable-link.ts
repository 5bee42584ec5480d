import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

/**
 * A way to a Temporal server that can be cut, as when a worker's machine loses its power: the server hears nothing more
 * of that worker, not even that it ends, and has to find out by its timeouts.
 */
export class CuttableLink {
  private readonly sockets = new Set<Socket>();
  private isCut = false;

  private constructor(
    private readonly gate: Server,
    private readonly server: string,
  ) {
    gate.on('connection', (socket) => {
      this.carry(socket);
    });
  }

  /** @param server "host:port" */
  static async to(server: string): Promise<CuttableLink> {
    const gate = createServer().listen(0, '127.0.0.1');
    await once(gate, 'listening');
    return new CuttableLink(gate, server);
  }

  /** "host:port", to be used in place of the server's. */
  get address(): string {
    return `127.0.0.1:${(this.gate.address() as AddressInfo).port}`;
  }

  cut(): void {
    this.isCut = true;
    for (const socket of this.sockets) socket.destroy();
  }

  /** Lets new connections through again. */
  mend(): void {
    this.isCut = false;
  }

  close(): void {
    this.cut();
    this.gate.close();
  }

  private carry(near: Socket): void {
    if (this.isCut) {
      near.destroy();
      return;
    }
    const [host = '', port = ''] = this.server.split(':');
    const far = connect(Number(port), host);
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      this.sockets.add(from);
      from.pipe(to);
      from.on('error', () => to.destroy());
      from.on('close', () => {
        this.sockets.delete(from);
        to.destroy();
      });
    }
  }
}
