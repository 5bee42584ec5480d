import { describe, expect, it } from 'vitest';
import { currentDetails } from '../../../src/workflows/progress/current-details.js';
import type { ClusterProgress, Question } from '../../../src/protocol/progress.js';
import { anApplyPlan } from '../../support/builders.js';

function aProgress(progress: Partial<ClusterProgress> = {}): ClusterProgress {
  return {
    cluster: 'blue',
    phase: 'preparing',
    release: null,
    controlHost: [],
    hosts: [],
    questions: [],
    refusals: [],
    plan: null,
    report: null,
    ...progress,
  };
}

const storage = anApplyPlan();
const approval: Question = { kind: 'approval', plan: storage.digest, hosts: ['node4'] };
const plan: ClusterProgress['plan'] = {
  cluster: 'blue',
  digest: storage.digest,
  release: { name: 'v2.31.0', why: 'It fits.' },
  storage: { node3: anApplyPlan(), node4: storage },
  order: {
    sideBySide: [],
    oneByOne: ['node4'],
    workers: ['node3'],
    maxUnavailable: 1,
    runningControlPlanes: ['node4'],
  },
  findings: [],
  advice: [],
};

describe('currentDetails', () => {
  it('names the disks that are destroyed, and the lines to paste', () => {
    const text = currentDetails(aProgress({ questions: [approval], plan }), 'cluster/blue');
    expect(text).toContain('S0');
    expect(text).toContain('- control planes and etcd members in use, one at a time: node4');
    expect(text).toContain(
      `temporal workflow signal --workflow-id cluster/blue --name approve --input '{"plan":"${storage.digest}","by":"YOUR NAME"}'`,
    );
    expect(text).toContain(`slipway approve blue --plan ${storage.digest}`);
  });

  it('shows what a host said as text, not as markup', () => {
    const question: Question = {
      kind: 'decision',
      host: 'w1',
      step: 'mountData',
      message: '<img src=x> | [click](http://evil)',
      output: '```\n# heading',
    };
    const hosts = [{ host: 'w1', state: 'failed' as const, steps: [] }];
    const text = currentDetails(
      aProgress({ questions: [question], hosts, refusals: ['**bold** |'] }),
      'cluster/blue',
    );
    expect(text).not.toMatch(/(?<!\\)<img/);
    expect(text).not.toMatch(/(?<!\\)\[click/);
    expect(text).not.toMatch(/(?<!\\)\*bold/);
    expect(text).toContain('````\n```\n# heading\n````');
  });

  it('has a column for each of a few hosts', () => {
    const steps = [{ step: 'mountData', state: 'changed' as const, summary: 'mounted' }];
    const hosts = [
      { host: 'w1', state: 'working' as const, steps },
      { host: 'w2', state: 'waiting' as const, steps: [] },
    ];
    const text = currentDetails(aProgress({ hosts }), 'cluster/blue');
    expect(text).toContain('| | w1 | w2 |');
    expect(text).toContain('| mountData | changed |  |');
  });

  it('stays short with a thousand hosts, and shows those that failed', () => {
    const hosts = Array.from({ length: 1000 }, (_, index) => ({
      host: `w${index}`,
      state: index === 999 ? ('failed' as const) : ('working' as const),
      steps: [{ step: 'mountData', state: 'running' as const, summary: 'x'.repeat(1000) }],
    }));
    const text = currentDetails(aProgress({ hosts }), 'cluster/blue');
    expect(text).toContain('| w999 | failed |');
    expect(text).toContain('and 900 more');
    expect(text.length).toBeLessThan(30_000);
  });
});
