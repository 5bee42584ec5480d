import type { HostAddress } from '../../protocol/host-addresses.js';
import type { Host } from '../host.js';

/** How many machines are connected to at the same time, where one process looks at many of them. */
export const connectionsAtOnce = 20;

/** Gives out shared connections; one for each worker process. */
export interface HostPool {
  /**
   * A connected host. Connections are kept and shared; calling `close` on the host gives it back.
   * @throws HostUnreachableError, AuthenticationFailedError, HostKeyChangedError
   * @throws HostKeyUnknownError when a password is given, and the host's key neither stated nor confirmed
   */
  connect(address: HostAddress, options?: ConnectOptions): Promise<Host>;
  /** Closes every connection. */
  closeAll(): Promise<void>;
}

export interface ConnectOptions {
  /** Used instead of the key, for the one connection that copies the key; never kept, never logged. */
  readonly password?: string;
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds for one attempt to connect. Default 10,000. */
  readonly timeout?: number;
  /** Makes a new connection and does not share it: the proof that the host still lets this worker in. */
  readonly fresh?: boolean;
}
