import { z } from 'zod';
import type { Probe, ProbedPort } from '../cluster/reachability.js';
import type { Host } from '../hosts/host.js';
import { sh } from '../hosts/script.js';
import { listenProgram, probeProgram } from './reachability-programs.js';
import { understood } from './understood.js';

/** How a host listens. */
export interface Listening {
  /** What it answers; another one on each host, so that it is seen where an address leads to another host. */
  readonly token: string;
  /** The ports at which it does, such as `tcp:6443`: those that nobody else has. */
  readonly words: ReadonlySet<string>;
}

/** A port as the programs write it. */
export const wordOf = ({ protocol, port }: ProbedPort) => `${protocol}:${port}`;

/**
 * Starts to listen for so many seconds, in place of what an earlier attempt has left under the same unit's name.
 * @returns without words where the host has no systemd or Python
 */
export async function listen(
  host: Host,
  {
    unit,
    seconds,
    token,
    ports,
  }: { unit: string; seconds: number; token: string; ports: readonly ProbedPort[] },
): Promise<Listening> {
  // systemd puts values in for $ and % in a command line; the program has neither.
  const script = sh`systemctl stop ${unit} 2>/dev/null || true
if ! python=$(command -v python3) || [ ! -d /run/systemd/system ]; then exit 0; fi
systemd-run --quiet --collect --unit=${unit} --service-type=notify \\
  --property=RuntimeMaxSec=${seconds} --property=TimeoutStartSec=30 --property=TimeoutStopSec=5 \\
  "$python" -c ${listenProgram} ${seconds} ${token} ${ports.map(wordOf)} >&2
systemctl show --property=StatusText --value ${unit}`;
  const { stdout } = await host.run(script, { what: 'listen on the ports that the cluster will need' });
  return { token, words: new Set(stdout.trim().split(/\s+/)) };
}

/** @returns whether it had listened until now */
export async function stopListening(host: Host, unit: string): Promise<boolean> {
  const script = sh`if systemctl --quiet is-active ${unit} 2>/dev/null; then echo listening; fi
systemctl stop ${unit} 2>/dev/null || true`;
  const { stdout } = await host.run(script, { what: 'end the listening on ports' });
  return stdout.trim() === 'listening';
}

const answerSchema = z.object({
  /** [host, port, obstacle] */
  failed: z.array(
    z.tuple([z.string(), z.string(), z.enum(['timed-out', 'refused', 'unreachable', 'other-machine'])]),
  ),
  /** [host, the interface's MTU, the longest packet that arrived] */
  narrow: z.array(z.tuple([z.string(), z.number(), z.number()])),
});
export type Answer = z.infer<typeof answerSchema>;

/**
 * Connects to the ports of other hosts. UDP can only be tried where our own program answers.
 * @throws NotUnderstoodError when the answer has another form
 */
export async function probe(
  host: Host,
  probes: readonly Probe[],
  listening: ReadonlyMap<string, Listening>,
): Promise<Answer> {
  const targets = probes.map(({ to, address, ports }) => {
    const { token = '', words = new Set() } = listening.get(to) ?? {};
    const isMine = (port: ProbedPort) => words.has(wordOf(port));
    const others = ports.filter((port) => port.protocol === 'tcp' && !isMine(port));
    return { to, address, token, mine: ports.filter(isMine).map(wordOf), others: others.map(wordOf) };
  });
  const script = sh`if ! command -v python3 >/dev/null; then exit 0; fi
python3 -c ${probeProgram}`;
  const { stdout } = await host.run(script, {
    stdin: JSON.stringify(targets),
    timeout: 180_000,
    what: 'connect to the ports of the other hosts',
  });
  if (stdout.trim() === '') return { failed: [], narrow: [] };
  return understood(host, 'The answer about ports', () => answerSchema.parse(JSON.parse(stdout)));
}
