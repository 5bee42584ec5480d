import { HostUnreachableError } from '../errors.js';
import type { Host } from '../host.js';
import { LocalHost } from '../local-host.js';
import { connectSsh, type SshSettings } from '../ssh/ssh-connect.js';
import { SshHost } from '../ssh/ssh-host.js';
import { SshLink } from '../ssh/ssh-link.js';
import type { ConnectOptions, HostPool } from './host-pool.js';
import type { HostAddress } from '../../protocol/host-addresses.js';
import type { SshHostAddress } from '../ssh/verify-host-key.js';

/** The folder of Slipway's state on machines reached over SSH. */
const remoteStateFolder = '/var/lib/slipway';

export interface HostPoolOptions extends SshSettings {
  /** The state folder on machines reached over SSH. Default /var/lib/slipway. */
  readonly remoteStateFolder?: string;
}

/** The pool of a worker process; `stateFolder` is the worker's own, see `slipwayHome`. */
export class SharedHostPool implements HostPool {
  private readonly links = new Map<string, SshLink>();

  constructor(private readonly settings: HostPoolOptions) {}

  async connect(address: HostAddress, options: ConnectOptions = {}): Promise<Host> {
    options.signal?.throwIfAborted();
    if (address.kind === 'local') {
      return new LocalHost({ name: address.name, stateFolder: this.settings.stateFolder });
    }
    return options.password === undefined
      ? await this.connectShared(address, options)
      : await this.connectByPassword(address, options);
  }

  async closeAll(): Promise<void> {
    for (const link of this.links.values()) link.destroy();
    this.links.clear();
  }

  private async connectShared(address: SshHostAddress, options: ConnectOptions): Promise<Host> {
    const link = this.linkTo(address);
    if (options.fresh === true) link.renew();
    link.take();
    try {
      const { hostKey } = await link.connection(options);
      return this.hostOver(address, link, hostKey);
    } catch (error) {
      link.giveBack();
      throw error;
    }
  }

  /** Never kept and never made anew, so that the password is forgotten as soon as the connection stands. */
  private async connectByPassword(
    address: SshHostAddress,
    { password, timeout }: ConnectOptions,
  ): Promise<Host> {
    const connection = await connectSsh(address, this.settings, { password, timeout });
    return this.hostOver(
      address,
      {
        connection: async () => {
          if (connection.isOpen) return connection;
          throw new HostUnreachableError(`The connection to ${address.name} made by password is closed.`, {
            host: address.name,
          });
        },
        giveBack: () => connection.retire(),
      },
      connection.hostKey,
    );
  }

  private hostOver(
    address: SshHostAddress,
    source: ConstructorParameters<typeof SshHost>[0]['source'],
    hostKey: string | undefined,
  ): Host {
    const stateFolder = this.settings.remoteStateFolder ?? remoteStateFolder;
    return new SshHost({ name: address.name, stateFolder, user: address.user, source, hostKey });
  }

  private linkTo(address: SshHostAddress): SshLink {
    const id = JSON.stringify(address, Object.keys(address).sort());
    const known = this.links.get(id);
    if (known !== undefined) return known;
    const link = new SshLink((timeout) => connectSsh(address, this.settings, { timeout }));
    this.links.set(id, link);
    return link;
  }
}
