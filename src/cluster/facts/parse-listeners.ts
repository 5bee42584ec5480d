import { type FactsSections, linesOf } from './sections.js';
import type { Listener } from './system-facts.js';

const isNodePort = (port: number) => port >= 30000 && port <= 32767;

/** What listens, from lines of `ss -H -ltnup`: "tcp LISTEN 0 128 0.0.0.0:22 0.0.0.0:* users:((\"sshd\",pid=1,fd=3))". */
export function parseListeners(sections: FactsSections): Listener[] {
  const services = servicesOf(sections);
  const seen = new Map<string, Listener>();
  for (const line of linesOf(sections, 'listeners')) {
    const [protocol, , , , local = ''] = line.split(/\s+/);
    const [, host = '', digits = ''] = /^(.*):([0-9]{1,5})$/.exec(local) ?? [];
    if ((protocol !== 'tcp' && protocol !== 'udp') || digits === '' || isNodePort(Number(digits))) continue;
    const [, process = null, pid = ''] = /users:\(\("([^"]*)"(?:,pid=([0-9]+))?/.exec(line) ?? [];
    const unit = services.get(pid);
    const listener: Listener = {
      protocol,
      address: addressOf(host),
      port: Number(digits),
      process,
      ...(unit !== undefined && { unit }),
    };
    seen.set(JSON.stringify(listener), listener);
  }
  return [...seen.values()];
}

/**
 * By process ID, from lines "9 0::/system.slice/kubelet.service": the process ID, and one of its /proc/PID/cgroup. A runtime
 * may put its containers below its own service.
 */
function servicesOf(sections: FactsSections): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const line of linesOf(sections, 'control-groups')) {
    const [, pid, path] = /^([0-9]+) (?:0:|[0-9]+:name=systemd):(\/.*)$/.exec(line) ?? [];
    if (pid === undefined || path === undefined || /kubepods|docker|cri-containerd/.test(path)) continue;
    const service = path.split('/').findLast((part) => part.endsWith('.service'));
    if (service !== undefined && !path.startsWith('/user.slice/')) found.set(pid, service);
  }
  return found;
}

/** "0.0.0.0", "[::]" and "*" are every address; "127.0.0.53%lo" has a scope, "[::ffff:10.0.0.1]" another form. */
function addressOf(host: string): string {
  const bare = host
    .replace(/^\[(.*)\]/, '$1')
    .replace(/%.*$/, '')
    .replace(/^::ffff:/, '');
  return ['0.0.0.0', '::', ''].includes(bare) ? '*' : bare;
}
