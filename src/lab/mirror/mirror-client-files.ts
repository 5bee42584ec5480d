import { mirrorPorts } from './mirror-server.js';

/** Where a machine's apt is told of the mirror. */
export const aptProxyFile = '/etc/apt/apt.conf.d/99lab-mirror';

/**
 * By which a machine asks the mirror for names and packages, path → text. They are written whether it is served or not:
 * nothing else could answer.
 * @param address that this machine has in the lab's network
 */
export function mirrorClientFiles(
  address: string,
): Readonly<Record<'/etc/resolv.conf' | typeof aptProxyFile, string>> {
  return {
    '/etc/resolv.conf': `nameserver ${address}\n`,
    [aptProxyFile]: `Acquire::http::Proxy "http://${address}:${mirrorPorts.http}";\n`,
  };
}
