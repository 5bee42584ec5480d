import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A package index on loopback that has no package, and remembers with which passwords it was asked. */
export class PackageIndex {
  readonly passwords = new Set<string>();

  private constructor(private readonly server: Server) {}

  static async start(): Promise<PackageIndex> {
    const server = createServer();
    const index = new PackageIndex(server);
    server.on('request', ({ headers }, response) => {
      const [, base64 = ''] = headers.authorization?.split(' ') ?? [];
      index.passwords.add(Buffer.from(base64, 'base64').toString().replace(/^.*?:/, ''));
      response.writeHead(404).end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return index;
  }

  /** As in PIP_EXTRA_INDEX_URL. */
  url(password: string): string {
    const { port } = this.server.address() as AddressInfo;
    return `http://reader:${encodeURIComponent(password)}@127.0.0.1:${port}/simple`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}
