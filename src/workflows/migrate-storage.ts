import type { HostOutcome, OneHostInput } from '../protocol/host-messages.js';
import { podsNotedOn } from './phases/note-pods.js';
import { onStorageHost } from './running/on-storage-host.js';
import { hostAddressOf } from '../protocol/host-addresses.js';
import { provideStorage } from './phases/provide-storage.js';

/**
 * Step 7 of the document on one host, by itself. Start it with the workflow ID `host/<address>:<port>`, which is the
 * host's lock. It asks for approval itself. Where data was moved and the layout is `root-dir`, kubelet and containerd
 * stay stopped until `provisionCluster` has written their new flags.
 */
export async function migrateStorage(input: OneHostInput): Promise<HostOutcome> {
  return onStorageHost(input, async (run, { specification, host, storage }) => {
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
