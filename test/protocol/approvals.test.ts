import { readdirSync, readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import type { ApprovedPlans } from '../../src/protocol/approvals.js';
import type { StorageWork } from '../../src/protocol/host-messages.js';
import type { StepInput } from '../../src/protocol/steps.js';

const digest = 'sha256:of-a-plan' as string;
const playbookRun = {
  ...{ host: { kind: 'local' as const, name: 'control', cluster: 'c1' }, cluster: 'c1', jobKey: 'k' },
  ...{ virtualEnvironment: '/venv', release: 'v2.31.0', hostCount: 1, extraVariables: {} },
};

it('takes no digest of a plan for an approval: the type checker refuses what nobody was asked about', () => {
  // @ts-expect-error: this is what a host's workflow was given once
  const toHost: StorageWork['approvedPlan'] = digest;
  // @ts-expect-error: neither is it by another way
  const toCluster: ApprovedPlans = new Map([['w1', { digest, by: 'nobody', at: 0 }]]);
  // @ts-expect-error: the steps that destroy something cannot be called without
  const toStep: Pick<StepInput<'createRaidArray'>, 'approved'> = {};
  // @ts-expect-error: a node's reset neither, whereas other playbooks need none
  const toReset: StepInput<'runKubespray'> = { ...playbookRun, playbook: 'reset.yml' };
  const toCreate: StepInput<'runKubespray'> = { ...playbookRun, playbook: 'cluster.yml' };
  expect([toHost, toCluster.size, toStep]).toEqual([digest, 1, {}]);
  expect([toReset.playbook, toCreate.playbook]).toEqual(['reset.yml', 'cluster.yml']);
});

it('is made in one place, where answers are judged', () => {
  const source = new URL('../../src/', import.meta.url);
  const makers = readdirSync(source, { recursive: true, encoding: 'utf8' }).filter(
    (name) =>
      name.endsWith('.ts') && readFileSync(new URL(name, source), 'utf8').includes('as ApprovedDigest'),
  );
  expect(makers).toEqual(['workflows/questions/open-questions.ts']);
});
