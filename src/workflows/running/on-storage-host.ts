import { ephemeralStorageOf } from '../../cluster/specification/members.js';
import type {
  EphemeralStorage,
  HostSpecification,
  Specification,
} from '../../cluster/specification/specification.js';
import type { HostOutcome, OneHostInput } from '../../protocol/host-messages.js';
import { HostRun } from './host-run.js';
import { stopped } from './outcomes.js';
import { invalidSpecification, readSpecification } from './read-specification.js';

/** A host that asks for step 7's storage, and what is known about it from the specification. */
export interface StorageHost {
  readonly specification: Specification;
  readonly host: HostSpecification;
  readonly storage: EphemeralStorage;
}

/**
 * The frame of a workflow for the storage of one host. Where the specification asks for none, it is skipped.
 * @throws ApplicationFailure of type InvalidSpecification, also where no host has that name
 */
export async function onStorageHost(
  input: OneHostInput,
  work: (run: HostRun, subject: StorageHost) => Promise<void>,
): Promise<HostOutcome> {
  const specification = readSpecification(input.specification);
  const host = specification.hosts.find(({ name }) => name === input.host);
  if (!host) throw invalidSpecification([`The specification has no host named ${String(input.host)}.`]);
  const storage = ephemeralStorageOf(specification, host);
  const run = new HostRun({ cluster: specification.name, host: host.name, hostCount: 1 });
  return run.outcomeOf(async () => {
    if (storage === false) throw stopped('skipped', 'The specification asks for no storage on this host.');
    await work(run, { specification, host, storage });
  });
}
