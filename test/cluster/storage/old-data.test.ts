import { describe, expect, it } from 'vitest';
import { keptOldData, oldDataAdvice } from '../../../src/cluster/storage/old-data.js';
import { planStorage } from '../../../src/cluster/storage/make-storage-plan.js';
import { factsOf, freshFacts, stagesOf, storageOf } from '../../support/storage-facts.js';

const storage = storageOf({ layout: 'bind' });

describe('keptOldData', () => {
  it('names the same directories at every stage of a migration, and none once they are deleted', () => {
    const facts = factsOf();
    const plan = planStorage({ facts, host: 'w1', storage });
    if (plan.kind !== 'apply') throw new Error(plan.kind);
    const stages = stagesOf(facts, plan.target);
    expect(stages.length).toBeGreaterThan(10);
    for (const stage of stages) {
      const kept = keptOldData(stage.facts, planStorage({ facts: stage.facts, host: 'w1', storage }));
      expect(kept, stage.name).toEqual(
        stage.name === 'old copies deleted'
          ? []
          : ['/var/lib/kubelet.slipway-old', '/var/lib/containerd.slipway-old'],
      );
    }
  });

  it('names none on a fresh host, and none where nothing is planned', () => {
    const facts = freshFacts();
    expect(keptOldData(facts, planStorage({ facts, host: 'w1', storage }))).toEqual([]);
    expect(keptOldData(factsOf(), { kind: 'none' })).toEqual([]);
  });
});

describe('oldDataAdvice', () => {
  it('tells hosts that keep the same together, with the command', () => {
    const advice = oldDataAdvice([
      { host: 'a', paths: ['/var/lib/kubelet.slipway-old'] },
      { host: 'b', paths: [] },
      { host: 'c', paths: ['/var/lib/kubelet.slipway-old'] },
    ]);
    expect(advice).toEqual([expect.stringMatching(/^a, c keep .* in \/var\/lib\/kubelet\.slipway-old\. /)]);
    expect(advice[0]).toContain('slipway delete-old-data cluster.yaml');
  });
});
