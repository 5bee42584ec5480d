import { z } from 'zod';
import type { Trial } from '../cluster/network/judge-reachability.js';
import type { FailedProbe, Probe, ProbedPort } from '../cluster/network/reachability.js';
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
const wordOf = ({ protocol, port }: ProbedPort) => `${protocol}:${port}`;

/**
 * Starts to listen for so many seconds, in place of what an earlier attempt has left under the same unit's name.
 * @returns without words where the host has no systemd or Python
 */
export async function listenOnPorts(
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
type Answer = z.infer<typeof answerSchema>;

/**
 * Connects to the ports of other hosts. UDP can only be tried where our own program answers; a host without Python tries
 * nothing.
 * @throws NotUnderstoodError when the answer has another form
 */
export async function probeListeners(
  host: Host,
  probes: readonly Probe[],
  listening: ReadonlyMap<string, Listening>,
): Promise<Trial> {
  const isMine = (to: string, port: ProbedPort) => listening.get(to)?.words.has(wordOf(port)) === true;
  const tried = probes.map((one) => ({
    ...one,
    ports: one.ports.filter((port) => port.protocol === 'tcp' || isMine(one.to, port)),
  }));
  const targets = tried.map(({ to, address, ports }) => ({
    to,
    address,
    token: listening.get(to)?.token ?? '',
    mine: ports.filter((port) => isMine(to, port)).map(wordOf),
    others: ports.filter((port) => !isMine(to, port)).map(wordOf),
  }));
  const script = sh`if ! command -v python3 >/dev/null; then exit 0; fi
python3 -c ${probeProgram}`;
  const { stdout } = await host.run(script, {
    stdin: JSON.stringify(targets),
    timeout: 180_000,
    what: 'connect to the ports of the other hosts',
  });
  const from = host.name;
  if (stdout.trim() === '') return { from, tried: [], failed: [], narrow: [] };
  const answer = understood(host, 'The answer about ports', () => answerSchema.parse(JSON.parse(stdout)));
  return { from, tried, ...inWords(answer, from, tried) };
}

/** What the answer means; ports that nobody has asked about are left out. */
function inWords(
  { failed, narrow }: Answer,
  from: string,
  tried: readonly Probe[],
): Pick<Trial, 'failed' | 'narrow'> {
  const ports = new Map(
    tried.flatMap(({ to, ports: all }) => all.map((port) => [`${to} ${wordOf(port)}`, port] as const)),
  );
  return {
    failed: failed.flatMap(([to, word, obstacle]): FailedProbe[] => {
      const port = ports.get(`${to} ${word}`);
      return port === undefined ? [] : [{ ...port, from, to, obstacle }];
    }),
    narrow: narrow.map(([to, mtu, arrives]) => ({ from, to, mtu, arrives })),
  };
}
