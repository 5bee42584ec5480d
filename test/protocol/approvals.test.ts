import { readdirSync } from 'node:fs';
import { posix } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { ApprovedPlans } from '../../src/protocol/approvals.js';
import type { StorageWork } from '../../src/protocol/host-messages.js';
import type { StepInput, StepName } from '../../src/protocol/steps.js';
import type { StepRunner } from '../../src/workflows/running/step-runner.js';
import { type ApprovalMaker, approvalMakers } from '../support/approval-makers.js';

type Given<Name extends StepName> = Omit<StepInput<Name>, 'jobKey'>;

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

it('is asked for by a loop over steps of which one destroys something', () => {
  const together = async (steps: StepRunner, input: Given<'selectDisks'>) => {
    for (const name of ['selectDisks', 'createRaidArray', 'makeFileSystem'] as const) {
      // @ts-expect-error: with no approval none of them is called
      await steps.need(name, input);
    }
  };
  const harmless = async (steps: StepRunner, input: Given<'selectDisks'>) => {
    for (const name of ['selectDisks', 'updateFstab'] as const) await steps.need(name, input);
  };
  const playbook = async (steps: StepRunner) => {
    await steps.need('runKubespray', { ...playbookRun, playbook: 'cluster.yml' });
    // @ts-expect-error: of one step with a choice, the choice stays
    await steps.need('runKubespray', { ...playbookRun, playbook: 'reset.yml' });
  };
  expect([together, harmless, playbook].map(({ length }) => length)).toEqual([2, 2, 1]);
});

/** Assertions that make an approval of a text, and the statements in which they stand, where these are not plain. */
const assertions = {
  'by its name': ['text as ApprovedDigest'],
  'in front': ['<ApprovedDigest>text'],
  'by way of unknown': ['text as unknown as ApprovedDigest'],
  'by another name': ['text as Renamed'],
  'by where it belongs': ["text as StorageWork['approvedPlan']"],
  'of a whole approval': ["{ digest: text, by: 'nobody', at: 0 } as ApprovedPlan"],
  'of many': ["new Map([['w1', { digest: text, by: 'nobody', at: 0 }]]) as unknown as ApprovedPlans"],
  'deep inside': ["JSON.parse(text) as StepInput<'createRaidArray'>"],
  'of what gives one': ['(() => text) as unknown as () => Promise<ApprovedPlan>'],
  'that fits everything': [
    'text as never',
    "const made: ApprovedPlan = { digest: text as never, by: 'nobody', at: 0 }",
  ],
  'that nobody checks': [
    'text as any',
    "const made: ApprovedPlan = { digest: text as any, by: 'nobody', at: 0 }",
  ],
  'that a function is believed': [
    'digest is ApprovedDigest',
    'const isOne = (digest: string): digest is ApprovedDigest => digest !== text',
  ],
} satisfies Record<string, readonly [made: string, statement?: string]>;

/** What is asserted of something else, or of what is an approval already. */
const harmless = `
  declare const work: StorageWork;
  export const lists = ['a'] as const;
  export const never = lists.includes(text as never);
  export const known = work.approvedPlan as ApprovedDigest;
  export const plan: ApprovedPlan = { digest: known, by: 'somebody', at: 0 };
  export const call = isNaN as unknown as (input: unknown) => boolean;`;

describe('an assertion that makes one', () => {
  const source = readdirSync('src', { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => posix.join('src', name));
  const names = Object.keys(assertions);
  const fileOf = (name: string) => `src/protocol/made-up-${names.indexOf(name)}.ts`;
  const withImports = (code: string) => `
    import type { ApprovedDigest, ApprovedPlan, ApprovedPlans } from './approvals.js';
    import type { ApprovedDigest as Renamed } from './approvals.js';
    import type { StorageWork } from './host-messages.js';
    import type { StepInput } from './steps.js';
    declare const text: string;
    ${code}`;
  let makers: readonly ApprovalMaker[] = [];
  const madeIn = (file: string) => makers.filter((maker) => maker.file === file).map((maker) => maker.text);

  beforeAll(() => {
    const samples = Object.entries(assertions).map(
      ([name, [made, statement = `const made = ${made}`]]) =>
        [fileOf(name), withImports(`export ${statement};`)] as const,
    );
    makers = approvalMakers(source, {
      ...Object.fromEntries(samples),
      'src/protocol/harmless.ts': withImports(harmless),
    });
  }, 120_000);

  it('is in one place, where answers are judged', () => {
    expect(makers.filter(({ file }) => source.includes(file))).toEqual([
      { file: 'src/workflows/questions/open-questions.ts', text: 'digest as ApprovedDigest' },
    ]);
  });

  it.each(Object.entries(assertions))('is found %s', (name, [made]) => {
    expect(madeIn(fileOf(name))).toEqual([made]);
  });

  it('is none that is of something else, or of an approval already', () => {
    expect(madeIn('src/protocol/harmless.ts')).toEqual([]);
  });
});
