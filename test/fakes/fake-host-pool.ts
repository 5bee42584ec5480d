import type { Host } from '../../src/hosts/host.js';
import type { ConnectOptions, HostPool } from '../../src/hosts/pool/host-pool.js';
import type { HostAddress } from '../../src/protocol/host-addresses.js';
import type { FakeHost } from './fake-host.js';

/**
 * Gives out fake hosts by the address's name: `new FakeHostPool([new FakeHost('worker-1')])`.
 * {@link connections} shows who was reached and how.
 */
export class FakeHostPool implements HostPool {
  readonly connections: { readonly address: HostAddress; readonly options: ConnectOptions }[] = [];
  private readonly hosts = new Map<string, FakeHost>();

  constructor(hosts: readonly FakeHost[] = []) {
    for (const host of hosts) this.hosts.set(host.name, host);
  }

  /** @throws HostUnreachableError as the fake host was told to */
  async connect(address: HostAddress, options: ConnectOptions = {}): Promise<Host> {
    options.signal?.throwIfAborted();
    const host = this.hosts.get(address.name);
    if (host === undefined) throw new Error(`FakeHostPool has no host named ${address.name}.`);
    host.failIfUnreachable();
    this.connections.push({ address, options });
    return host;
  }

  async closeAll(): Promise<void> {
    return Promise.resolve();
  }
}
