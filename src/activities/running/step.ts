import { Context } from '@temporalio/activity';
import type { HostAddress } from '../../protocol/host-addresses.js';
import type { Host } from '../../hosts/host.js';
import type { StepResult } from '../../protocol/step-inputs.js';
import type { Activities, StepInput, StepName, StepOutput } from '../../protocol/steps.js';
import type { Dependencies } from './dependencies.js';
import { unlessGoingDown } from './going-down.js';
import { withHeartbeats } from './heartbeats.js';

/** Makes a step's activity out of what it needs from outside. */
export interface StepFactory<Name extends StepName, Needs> {
  (needs: Needs): Activities[Name];
  /** The name of its activity, by which the worker knows that it has loaded the right file. */
  readonly step: Name;
}

/**
 * A step of the procedure on one machine: the frame of nearly all of them. The machine is connected to before the work and
 * given back after it; heartbeats and failures are told to Temporal.
 */
export function hostStep<Name extends StepName, Needs = object>(
  name: Name,
  work: (host: Host, input: StepInput<Name>, needs: Needs) => Promise<StepOutput<Name>>,
): StepFactory<Name, Needs & Pick<Dependencies, 'hosts'>> {
  return step(name, (input, needs: Needs & Pick<Dependencies, 'hosts'>) =>
    withHost(needs, input.host, (host) => work(host, input, needs)),
  );
}

/** A step that connects by itself: to several machines, by password, or again and again. */
export function step<Name extends StepName, Needs>(
  name: Name,
  work: (input: StepInput<Name>, needs: Needs) => Promise<StepOutput<Name>>,
): StepFactory<Name, Needs> {
  const factory = (needs: Needs) =>
    withHeartbeats((input: StepInput<Name>) => work(input, needs)) as Activities[Name];
  return Object.assign(factory, { step: name });
}

/**
 * Opens the host for the time of `use`, and gives its connection back.
 * @throws ConnectionLostError in place of what a machine that is being shut down has let fail
 */
export async function withHost<Output>(
  { hosts }: Pick<Dependencies, 'hosts'>,
  address: HostAddress,
  use: (host: Host) => Promise<Output>,
): Promise<Output> {
  const host = await hosts.connect(address, { signal: Context.current().cancellationSignal });
  try {
    return await use(host);
  } catch (error) {
    throw address.kind === 'local' ? error : await unlessGoingDown(host, error);
  } finally {
    await host.close();
  }
}

/** The step did something. */
export function changed(summary: string): StepResult {
  return { outcome: 'changed', summary };
}

/** Looking showed that nothing was left to do. */
export function unchanged(summary: string): StepResult {
  return { outcome: 'unchanged', summary };
}
