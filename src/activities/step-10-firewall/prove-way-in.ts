import { setTimeout as sleep } from 'node:timers/promises';
import { Context } from '@temporalio/activity';
import { ConnectionLostError, HostError, NotProvenError } from '../../hosts/errors.js';
import type { Host } from '../../hosts/host.js';
import type { HostAddress } from '../../protocol/host-addresses.js';
import type { Dependencies } from '../running/dependencies.js';
import { firewallFolder } from '../../probes/firewall-state.js';
import { disarm, undone } from './firewall-undo.js';
import { type WayIn, wayIn } from './way-in.js';

/** Trying again would lock the worker out again, so a person decides. */
export class LockedOutError extends NotProvenError {
  override readonly retryable = false;
}

/** One attempt to apply firewall rules. */
export interface Attempt {
  /** Names the attempt on the host, so that the undo of a dead one leaves a later one alone. */
  readonly name: string;
  readonly host: Host;
  readonly cameBy: WayIn | undefined;
  readonly undoAfterSeconds: number;
  /** Milliseconds since the epoch, before anything of it was loaded. */
  readonly begun: number;
}

/**
 * Shows that the host lets this worker in by a connection made after the rules came into force, and disarms the undo.
 * @throws LockedOutError when the host has put its previous rules back, because nobody got in
 * @throws ConnectionLostError when the connection broke before the host had loaded anything: trying again is safe
 */
export async function proveWayIn(
  { hosts }: Pick<Dependencies, 'hosts'>,
  address: HostAddress,
  attempt: Attempt,
): Promise<void> {
  const loaded = Date.now();
  const folder = firewallFolder(attempt.host);
  const again = await connectAgain(hosts, address, attempt, loaded);
  try {
    const { exitCode } = await again.run(disarm(folder, attempt.name), {
      accept: [0, undone],
      what: 'disarm the undo of the firewall rules',
    });
    if (exitCode === 0) return;
  } finally {
    if (again !== attempt.host) await again.close();
  }
  if (Date.now() < attempt.begun + attempt.undoAfterSeconds * 1000) throw notLoaded(attempt);
  throw lockedOut(attempt, 'its previous rules are back');
}

/** It is too early for an undo, so there was none to disarm. */
function notLoaded({ host }: Attempt): ConnectionLostError {
  return new ConnectionLostError(`The connection broke before ${host.name} had loaded the firewall rules.`, {
    host: host.name,
  });
}

/** @throws LockedOutError when nobody gets in until the host has put its previous rules back */
async function connectAgain(
  hosts: Dependencies['hosts'],
  address: HostAddress,
  attempt: Attempt,
  loaded: number,
): Promise<Host> {
  if (address.kind === 'local') return attempt.host;
  const signal = Context.current().cancellationSignal;
  const end = loaded + attempt.undoAfterSeconds * 1000;
  while (Date.now() < end) {
    try {
      const host = await hosts.connect(address, {
        fresh: true,
        signal,
        timeout: Math.max(1000, end - Date.now()),
      });
      await refuseSharedConnection(host, attempt.cameBy);
      return host;
    } catch (error) {
      if (!(error instanceof HostError && error.retryable)) throw error;
      await sleep(500, undefined, { signal });
    }
  }
  await sleep(2000, undefined, { signal });
  const back = await hosts.connect(address, { fresh: true, signal }).catch((error: unknown) => {
    if (error instanceof HostError) return undefined;
    throw error;
  });
  await back?.close();
  throw lockedOut(attempt, back ? 'its previous rules are back' : 'and it still lets nobody in');
}

/** A connection that was there before the rules proves nothing. */
async function refuseSharedConnection(host: Host, before: WayIn | undefined): Promise<void> {
  if (before === undefined) return;
  const now = await wayIn(host);
  if (now?.client === before.client) throw new Error('The pool gave out a shared connection as a fresh one.');
}

function lockedOut({ host, undoAfterSeconds }: Attempt, outcome: string): LockedOutError {
  return new LockedOutError(
    `The firewall rules kept this worker from connecting to ${host.name} anew within ${undoAfterSeconds} s; ${outcome}.`,
    {
      host: host.name,
      advice: `Check that the host's port in the specification is the one at which sshd listens on ${host.name}.`,
    },
  );
}
