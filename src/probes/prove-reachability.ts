import { randomBytes } from 'node:crypto';
import { judgeReachability, type Trial } from '../cluster/network/judge-reachability.js';
import { planProbes, type Reachability } from '../cluster/network/reachability.js';
import type { Specification } from '../cluster/specification/specification.js';
import { forEachBounded } from '../cluster/values/for-each-bounded.js';
import type { Host } from '../hosts/host.js';
import { connectionsAtOnce, type HostPool } from '../hosts/pool/host-pool.js';
import type { HostAddress } from '../protocol/host-addresses.js';
import { readOwnTable } from './firewall-state.js';
import { listenOnPorts, probeListeners, stopListening, type Listening } from './listeners.js';

interface Asked {
  readonly pool: HostPool;
  /** How each host of the specification is reached. */
  readonly hosts: readonly HostAddress[];
  readonly specification: Specification;
  /** Names the listeners: another attempt under the same key puts its own in their place. */
  readonly key: string;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Whether the hosts reach each other on the ports that they will need; see the step checkReachability.
 * @throws HostError when a host cannot be looked at
 */
export async function proveReachability(asked: Asked): Promise<Reachability> {
  const plan = planProbes(asked.specification);
  const hosts = asked.hosts.filter(({ name }) => (plan.listen[name] ?? []).length > 0);
  if (hosts.length < 2) return { blocked: [], narrow: [] };
  const secret = randomBytes(8).toString('hex');
  const unit = `slipway-reach-${asked.key}.service`;
  const seconds = 60 + hosts.length;
  const listening = new Map<string, Listening>();
  const still = new Set<string>();
  const tables = new Map<string, string>();
  const trials: Trial[] = [];
  try {
    await onEach(asked, hosts, async (host, index) => {
      tables.set(host.name, await readOwnTable(host));
      const token = `slipway-${secret}-${index}`;
      listening.set(
        host.name,
        await listenOnPorts(host, { unit, seconds, token, ports: plan.listen[host.name] ?? [] }),
      );
    });
    await onEach(asked, hosts, async (host) => {
      trials.push(await probeListeners(host, plan.probes[host.name] ?? [], listening));
    });
  } finally {
    // Whether or not this came to its end; a host that is gone ends it by itself.
    await onEach({ pool: asked.pool }, hosts, async (host) => {
      if (await stopListening(host, unit)) still.add(host.name);
    }).catch(() => undefined);
  }
  return judgeReachability({ specification: asked.specification, trials, listening: still, tables });
}

/** Connects to each of them, whatever happens to the others. */
async function onEach(
  { pool, signal }: { readonly pool: HostPool; readonly signal?: AbortSignal | undefined },
  addresses: readonly HostAddress[],
  work: (host: Host, index: number) => Promise<void>,
): Promise<void> {
  await forEachBounded(
    addresses,
    async (address, index) => {
      signal?.throwIfAborted();
      const host = await pool.connect(address, { signal });
      try {
        await work(host, index);
      } finally {
        await host.close();
      }
    },
    { atOnce: connectionsAtOnce, afterFailure: 'goOn' },
  );
}
