import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/** proc_pid_net(5): TCP_LISTEN of the kernel's include/net/tcp_states.h. */
const listening = '0A';

/** Where a process listens for TCP over IPv4; throws if it does for IPv6 too, which this does not read. */
export function listeningAddresses(pid: number): { host: string; port: number }[] {
  const inodes = socketsOf(pid);
  const own = (family: string) =>
    readFileSync(`/proc/${pid}/net/${family}`, 'utf8')
      .trim()
      .split('\n')
      .map((line) => line.trim().split(/\s+/))
      .filter((fields) => fields[3] === listening && inodes.has(fields[9] ?? ''));
  if (own('tcp6').length > 0) throw new Error(`Process ${pid} listens on IPv6.`);
  return own('tcp').map((fields) => {
    const [address = '', port = ''] = (fields[1] ?? '').split(':');
    const bytes = address.match(/../g)?.map((byte) => Number.parseInt(byte, 16)) ?? [];
    return { host: bytes.reverse().join('.'), port: Number.parseInt(port, 16) };
  });
}

function socketsOf(pid: number): ReadonlySet<string> {
  const folder = `/proc/${pid}/fd`;
  const inodes = readdirSync(folder).flatMap((name) => {
    try {
      return /^socket:\[(\d+)\]$/.exec(readlinkSync(`${folder}/${name}`))?.[1] ?? [];
    } catch {
      return []; // Closed meanwhile
    }
  });
  return new Set(inodes);
}
