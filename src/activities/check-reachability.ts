import { randomBytes } from 'node:crypto';
import { Context } from '@temporalio/activity';
import { z } from 'zod';
import {
  planProbes,
  sumUp,
  type FailedProbe,
  type NarrowPath,
  type ProbedPort,
  type ProbePlan,
  type Reachability,
} from '../cluster/reachability.js';
import type { Specification } from '../cluster/specification.js';
import type { Host } from '../hosts/host.js';
import { sh } from '../hosts/script.js';
import type { HostPool, HostTarget } from '../hosts/target.js';
import type { Activities } from './contract.js';
import type { Dependencies } from './dependencies.js';
import { listenProgram, probeProgram } from './reachability-programs.js';
import { step, unchanged } from './step.js';
import { understood } from './understood.js';

/** Hosts that are worked on at the same time. */
const hostsAtOnce = 20;
/** Narrow paths that are told; when all are narrow, some are enough. */
const narrowTold = 20;

/**
 * Before anything is installed: whether the hosts reach each other on the ports that they will need. Each host listens for
 * a minute or two on those of them that are free, and the others connect. Ports that are in use, as on the nodes of an
 * existing cluster, are connected to and left alone. Nothing is left behind: the listener ends with the step, and by
 * itself when nobody comes to end it.
 */
export function checkReachability({
  hosts: pool,
}: Pick<Dependencies, 'hosts'>): Activities['checkReachability'] {
  return step(async ({ hosts, specification, jobKey }) => {
    const signal = Context.current().cancellationSignal;
    const found = await proveReachability({ pool, hosts, specification, key: jobKey, signal });
    const { blocked, narrow } = found;
    const ways = [
      ...(blocked.length === 0 ? [] : [`${blocked.length} obstacles`]),
      ...(narrow.length === 0 ? [] : [`${narrow.length} ways too narrow for long packets`]),
    ];
    return {
      ...unchanged(ways.join(', ') || 'the hosts reach each other on the ports that they need'),
      ...found,
    };
  });
}

interface Trial {
  readonly pool: HostPool;
  /** How each host of the specification is reached. */
  readonly hosts: readonly HostTarget[];
  readonly specification: Specification;
  /** Names the listeners: another attempt under the same key puts its own in their place. */
  readonly key: string;
  readonly signal?: AbortSignal | undefined;
}

/**
 * The same without Temporal.
 * @throws HostError when a host cannot be looked at
 */
export async function proveReachability(trial: Trial): Promise<Reachability> {
  const plan = planProbes(trial.specification);
  const tried = trial.hosts.filter(({ name }) => (plan.listen[name] ?? []).length > 0);
  if (tried.length < 2) return { blocked: [], narrow: [] };
  const token = `slipway-${randomBytes(8).toString('hex')}`;
  const unit = `slipway-reach-${trial.key}.service`;
  const seconds = 60 + tried.length;
  const listening = new Map<string, ReadonlySet<string>>();
  const still = new Set<string>();
  const answers: (Answer & { readonly from: string })[] = [];
  try {
    await onEach(trial, tried, async (host) => {
      listening.set(
        host.name,
        await listen(host, { unit, seconds, token, ports: plan.listen[host.name] ?? [] }),
      );
    });
    await onEach(trial, tried, async (host) => {
      answers.push({ from: host.name, ...(await probe(host, { token, plan, listening })) });
    });
  } finally {
    // Whether or not this came to its end; a host that is gone ends it by itself.
    await onEach({ pool: trial.pool }, tried, async (host) => {
      if (await stopListening(host, unit).catch(() => false)) still.add(host.name);
    }).catch(() => undefined);
  }
  return judge(plan, answers, still);
}

/** A listener that was gone too early proves nothing about those who did not reach it. */
function judge(
  plan: ProbePlan,
  answers: readonly (Answer & { readonly from: string })[],
  still: ReadonlySet<string>,
): Reachability {
  const failed = answers.flatMap(({ from, failed: list }) =>
    list.flatMap(([to, word, obstacle]): FailedProbe[] => {
      const port = plan.listen[to]?.find((one) => wordOf(one) === word);
      return port === undefined || !still.has(to) ? [] : [{ ...port, from, to, obstacle }];
    }),
  );
  const narrow = answers.flatMap(({ from, narrow: list }) =>
    list.map(([to, mtu, arrives]): NarrowPath => ({ from, to, mtu, arrives })),
  );
  return { blocked: sumUp(plan, failed), narrow: narrow.slice(0, narrowTold) };
}

const wordOf = ({ protocol, port }: ProbedPort) => `${protocol}:${port}`;

/** @returns the ports on which the host now listens for this; none where it has no systemd or Python */
async function listen(
  host: Host,
  {
    unit,
    seconds,
    token,
    ports,
  }: { unit: string; seconds: number; token: string; ports: readonly ProbedPort[] },
): Promise<ReadonlySet<string>> {
  const script = sh`systemctl stop ${unit} 2>/dev/null || true
if ! python=$(command -v python3) || [ ! -d /run/systemd/system ]; then exit 0; fi
systemd-run --quiet --collect --unit=${unit} --service-type=notify \\
  --property=RuntimeMaxSec=${seconds} --property=TimeoutStartSec=30 --property=TimeoutStopSec=5 \\
  "$python" -c ${listenProgram} ${seconds} ${token} ${ports.map(wordOf)} >&2
systemctl show --property=StatusText --value ${unit}`;
  const { stdout } = await host.run(script, { what: 'listen on the ports that the cluster will need' });
  return new Set(
    stdout
      .trim()
      .split(/\s+/)
      .filter((word) => ports.some((port) => wordOf(port) === word)),
  );
}

/** @returns whether it had listened until now */
async function stopListening(host: Host, unit: string): Promise<boolean> {
  const script = sh`if systemctl --quiet is-active ${unit} 2>/dev/null; then echo listening; fi
systemctl stop ${unit} 2>/dev/null || true`;
  const { stdout } = await host.run(script, { what: 'end the listening on ports' });
  return stdout.trim() === 'listening';
}

const answerSchema = z.object({
  failed: z.array(
    z.tuple([z.string(), z.string(), z.enum(['timed-out', 'refused', 'unreachable', 'other-machine'])]),
  ),
  narrow: z.array(z.tuple([z.string(), z.number(), z.number()])),
});
type Answer = z.infer<typeof answerSchema>;

async function probe(
  host: Host,
  {
    token,
    plan,
    listening,
  }: {
    readonly token: string;
    readonly plan: ProbePlan;
    readonly listening: ReadonlyMap<string, ReadonlySet<string>>;
  },
): Promise<Answer> {
  const targets = (plan.probes[host.name] ?? []).map(({ to, address, ports }) => {
    const isMine = (port: ProbedPort) => listening.get(to)?.has(wordOf(port)) ?? false;
    const others = ports.filter((port) => port.protocol === 'tcp' && !isMine(port));
    return { to, address, mine: ports.filter(isMine).map(wordOf), others: others.map(wordOf) };
  });
  const script = sh`if ! command -v python3 >/dev/null; then exit 0; fi
python3 -c ${probeProgram}`;
  const { stdout } = await host.run(script, {
    stdin: JSON.stringify({ token, targets }),
    timeout: 180_000,
    what: 'connect to the ports of the other hosts',
  });
  if (stdout.trim() === '') return { failed: [], narrow: [] };
  return understood(host, 'The answer about ports', () => answerSchema.parse(JSON.parse(stdout)));
}

/** Some at a time; each of them, whatever happens to the others. The first failure goes on at the end. */
async function onEach(
  { pool, signal }: { readonly pool: HostPool; readonly signal?: AbortSignal | undefined },
  targets: readonly HostTarget[],
  work: (host: Host) => Promise<void>,
): Promise<void> {
  const left = [...targets];
  const failures: unknown[] = [];
  const lane = async () => {
    for (let target = left.shift(); target !== undefined; target = left.shift()) {
      try {
        signal?.throwIfAborted();
        const host = await pool.connect(target, { signal });
        try {
          await work(host);
        } finally {
          await host.close();
        }
      } catch (error) {
        failures.push(error);
      }
    }
  };
  await Promise.all(Array.from({ length: Math.min(hostsAtOnce, left.length) }, lane));
  if (failures.length > 0) throw failures[0];
}
