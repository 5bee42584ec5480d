import type { Host } from '../../hosts/host.js';
import { sh } from '../../hosts/script.js';

/** How a login came to the host, as the host itself sees it. */
export interface WayIn {
  /** "<address> <port>" of the other end; another one for each connection. */
  readonly client: string;
  /** The port at which sshd took the connection: not the specification's, behind a port forwarding. */
  readonly port: number;
}

/**
 * Looks up SSH_CONNECTION of the login that runs this. `sudo` takes it out of the environment, so it is looked for in
 * the environments of the parent processes.
 * @returns undefined where no sshd is among them
 */
export async function wayIn(host: Host): Promise<WayIn | undefined> {
  const script = sh`pid=$$
while [ "$pid" -gt 1 ]; do
  found=$(tr '\\0' '\\n' < "/proc/$pid/environ" | sed -n 's/^SSH_CONNECTION=//p')
  if [ -n "$found" ]; then
    echo "$found"
    break
  fi
  pid=$(sed -n 's/^PPid:[[:space:]]*//p' "/proc/$pid/status")
done`;
  const { stdout } = await host.run(script, { what: 'find the port of this connection' });
  const [address, clientPort, , port] = stdout.trim().split(' ');
  if (!address || !clientPort || !port) return undefined;
  return { client: `${address} ${clientPort}`, port: Number(port) };
}
