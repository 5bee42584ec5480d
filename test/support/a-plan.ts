import type { HostFacts } from '../../src/cluster/facts/facts.js';
import type { ClusterPlan } from '../../src/cluster/plan/plan.js';
import { planAdvice } from '../../src/cluster/plan/plan-advice.js';
import { planDigest } from '../../src/cluster/plan/plan-digest.js';
import { workOrder } from '../../src/cluster/plan/work-order.js';
import type { Specification } from '../../src/cluster/specification/specification.js';
import { storageLayouts } from '../../src/cluster/storage/storage-layouts.js';
import { aSpecification } from './builders.js';

interface Parts extends Partial<Omit<ClusterPlan, 'cluster' | 'digest' | 'order'>> {
  readonly specification?: Specification;
  readonly facts?: Readonly<Record<string, HostFacts>>;
}

/** A plan of storage plans and findings that nobody has looked for: no facts would make them. */
export function aPlan({ specification = aSpecification(), facts = {}, ...parts }: Parts = {}): ClusterPlan {
  const {
    storage = {},
    findings = [],
    release = { name: 'v2.24.1', why: 'The specification names it.' },
  } = parts;
  const order = workOrder({ specification, facts, storage });
  const sources = { specification, release: release.name, storage: storageLayouts(storage) };
  return {
    cluster: specification.name,
    digest: planDigest(storage, order),
    ...{ release, storage, order, findings },
    advice: planAdvice(sources),
    ...parts,
  };
}
