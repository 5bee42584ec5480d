import { mirrorPorts } from './mirror-server.js';

/** Where a machine's apt is told of the mirror. */
export const aptProxyFile = '/etc/apt/apt.conf.d/99lab-mirror';

/** Whether the mirror is served or not: nothing else could answer. */
export function aptProxyText(address: string): string {
  return `Acquire::http::Proxy "http://${address}:${mirrorPorts.http}";\n`;
}

/** The text of /etc/resolv.conf on a machine that asks the mirror for names. */
export function resolvConfFor(address: string): string {
  return `nameserver ${address}\n`;
}
