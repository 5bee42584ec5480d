import { closedPorts, outdatedFirewalls } from './outdated-firewalls.js';
import {
  sumUp,
  type FailedProbe,
  type NarrowPath,
  type Probe,
  type ProbedPort,
  type Reachability,
} from './reachability.js';
import type { Specification } from '../specification/specification.js';

/** What one host has tried, and how it went. */
export interface Trial {
  readonly from: string;
  /** With those ports only that it could try. */
  readonly tried: readonly Probe[];
  readonly failed: readonly FailedProbe[];
  readonly narrow: readonly NarrowPath[];
}

/** Narrow paths that are told; when all are narrow, some are enough. */
const narrowTold = 20;

/**
 * Judges what hosts have tried of each other. What proves nothing is left out: ways to a host whose listener was gone too
 * early, and packets that are lost where Slipway's own table of an earlier run does not know their sender.
 */
export function judgeReachability({
  specification,
  trials,
  listening,
  tables,
}: {
  readonly specification: Specification;
  readonly trials: readonly Trial[];
  /** Hosts that listened until the end. */
  readonly listening: ReadonlySet<string>;
  /** Slipway's own tables, by inventory name, as `nft list table` shows them. */
  readonly tables: ReadonlyMap<string, string>;
}): Reachability {
  const closed = closedPorts(specification, tables);
  const dropped = droppedByOwn(trials, closed);
  const isJudged = (from: string, to: string, port: ProbedPort) =>
    listening.has(to) && !dropped.has(wordOf(from, to, port));
  const probes = Object.fromEntries(
    trials.map(({ from, tried }) => [
      from,
      tried.map((probe) => ({
        ...probe,
        ports: probe.ports.filter((port) => isJudged(from, probe.to, port)),
      })),
    ]),
  );
  const failed = trials.flatMap((trial) => trial.failed).filter((one) => isJudged(one.from, one.to, one));
  return {
    blocked: sumUp({ probes }, failed),
    narrow: trials.flatMap(({ narrow }) => narrow).slice(0, narrowTold),
    outdated: outdatedFirewalls(closed),
  };
}

/** The table drops without an answer: what was refused, was refused by something else. */
function droppedByOwn(trials: readonly Trial[], closed: ReturnType<typeof closedPorts>): ReadonlySet<string> {
  const senders = new Map(closed.map((port) => [portOf(port.host, port), port.from]));
  return new Set(
    trials
      .flatMap(({ failed }) => failed)
      .filter((one) => one.obstacle === 'timed-out' && senders.get(portOf(one.to, one))?.has(one.from))
      .map((one) => wordOf(one.from, one.to, one)),
  );
}

const portOf = (host: string, { protocol, port }: ProbedPort) => `${host} ${protocol} ${port}`;
const wordOf = (from: string, to: string, port: ProbedPort) => `${from} ${portOf(to, port)}`;
