import type { HostFacts } from '../../src/cluster/facts/facts.js';
import { planStorage } from '../../src/cluster/storage/make-storage-plan.js';
import type { EphemeralStorage } from '../../src/cluster/specification/specification.js';
import type { StoragePlan } from '../../src/cluster/storage/storage-plan.js';
import { storageOf } from './storage-facts.js';

/** What step 7 is to do on a host of these facts. */
export function plan(facts: HostFacts, storage: EphemeralStorage | false = storageOf()): StoragePlan {
  return planStorage({ facts, host: 'worker-1', storage });
}

/** The plan that waits for an approval. @throws Error where there is none */
export function applied(
  facts: HostFacts,
  storage?: EphemeralStorage,
): Extract<StoragePlan, { kind: 'apply' }> {
  const made = plan(facts, storage);
  if (made.kind !== 'apply') throw new Error(`Not to apply: ${JSON.stringify(made)}`);
  return made;
}

/** Why there is no plan. @throws Error where there is one */
export function refusal(facts: HostFacts, storage?: EphemeralStorage): string {
  const made = plan(facts, storage);
  if (made.kind !== 'refused') throw new Error(`Not refused: ${made.kind}`);
  return made.why;
}
