import { ephemeralStorageOf } from '../cluster/specification/members.js';
import type { HostOutcome } from '../protocol/host-messages.js';
import { HostRun } from './running/host-run.js';
import { podsNotedOn } from './phases/note-pods.js';
import { stopped } from './running/outcomes.js';
import { invalidSpecification, readSpecification } from './running/read-specification.js';
import { hostAddressOf } from '../protocol/host-addresses.js';
import { provideStorage } from './phases/provide-storage.js';

/** Argument of `migrateStorage`. */
export interface MigrateStorageInput {
  /** As for `provisionCluster`. */
  readonly specification: unknown;
  /** Inventory name of the host. */
  readonly host: string;
}

/**
 * Step 7 of the document on one host, by itself. Start it with the workflow ID `host/<address>:<port>`, which is the
 * host's lock. It asks for approval itself. Where data was moved and the layout is `root-dir`, kubelet and containerd
 * stay stopped until `provisionCluster` has written their new flags.
 */
export async function migrateStorage(input: MigrateStorageInput): Promise<HostOutcome> {
  const specification = readSpecification(input.specification);
  const host = specification.hosts.find(({ name }) => name === input.host);
  if (!host) throw invalidSpecification([`The specification has no host named ${String(input.host)}.`]);
  const storage = ephemeralStorageOf(specification, host);
  const run = new HostRun({ cluster: specification.name, host: host.name, hostCount: 1 });
  return run.outcomeOf(async () => {
    if (storage === false) throw stopped('skipped', 'The specification asks for no storage on this host.');
    run.progress.setPhase('preparing');
    await provideStorage(run, {
      host: hostAddressOf(specification, host),
      storage,
      approvedPlan: null,
      approvalHours: specification.approval.hours,
      notePodsOn: podsNotedOn(specification),
    });
  });
}
