import { describe, expect, it } from 'vitest';
import {
  deletionText,
  failureText,
  howToAnswer,
  questionKey,
  resetText,
} from '../../../src/cli/questions/question-text.js';
import type { DecisionQuestion } from '../../../src/protocol/progress.js';
import { whatResetDoes } from '../../../src/cluster/rerun/reset-node.js';
import { aTarget } from '../../support/builders.js';

const failed: DecisionQuestion = {
  kind: 'decision',
  host: 'control host',
  step: 'runKubespray',
  message: 'The playbook failed.',
  command: 'ansible-playbook cluster.yml',
  output: Array.from({ length: 30 }, (_, i) => `line ${i}\x1b[31m`).join('\n'),
  advice: 'Read the log.',
  choices: ['retry', 'abort'],
};

describe('questions as text', () => {
  it('gives the commands that answer, quoted where needed, and only those that are possible', () => {
    expect(howToAnswer(failed, { cluster: 'blue' })).toEqual([
      'Waiting for a decision. Answer in another terminal:',
      "  slipway retry blue --host 'control host' --step runKubespray",
      "  slipway abort blue --host 'control host' --step runKubespray",
    ]);
  });

  it('names the digest that is to be approved', () => {
    const plan = `sha256:${'a'.repeat(64)}`;
    const lines = howToAnswer({ kind: 'approval', plan, hosts: ['a'] }, { cluster: 'blue' });
    expect(lines[1]).toBe(`  slipway approve blue --plan ${plan}`);
  });

  it('tells a deletion from a plan, names each directory, and whom to answer', () => {
    const plan = `sha256:${'b'.repeat(64)}`;
    const oldData = [{ path: '/var/lib/kubelet.slipway-old', bytes: 43_000_000_000 }];
    const question = { kind: 'approval' as const, plan, hosts: ['w1'], oldData };
    expect(howToAnswer(question, { cluster: 'blue' }, 'host/10.0.0.9:22')).toEqual([
      'Waiting for the approval of the deletion. Answer in another terminal:',
      `  slipway approve blue --plan ${plan} --workflow host/10.0.0.9:22`,
      `  slipway deny blue --plan ${plan} --workflow host/10.0.0.9:22`,
    ]);
    expect(deletionText(question)).toEqual([
      'To be deleted for good on w1',
      '  /var/lib/kubelet.slipway-old, 43 GB (43000000000 bytes)',
    ]);
  });

  it('tells what a reset deletes and keeps, and what happens without it', () => {
    const plan = `sha256:${'c'.repeat(64)}`;
    const reset = {
      evidence: ['there: config.yaml\x1b[31m', 'missing: admin.conf'],
      effect: 'cluster.yml skips it.',
      ...whatResetDoes({ isEtcd: true, target: aTarget({ layout: 'root-dir' }) }),
    };
    const question = { kind: 'approval' as const, plan, hosts: ['cp'], reset };
    expect(howToAnswer(question, { cluster: 'blue' })[0]).toContain('approval of the reset');
    const text = resetText(question.hosts, reset).join('\n');
    expect(text).toMatch(/^cp is half-initialised[^]*missing: admin\.conf[^]*cluster\.yml skips it\./);
    expect(text).toMatch(/deletes:[^]*\/data\/kubelet[^]*kept:[^]*the array[^]*etcd's data/);
    expect(text).not.toContain('\x1b');
  });

  it('shows message, command, the last 20 lines of output and the advice', () => {
    const text = failureText(failed);
    expect(text[0]).toBe('control host: runKubespray failed');
    expect(text.filter((line) => line.startsWith('  | '))).toHaveLength(20);
    expect(text).toContain('  | line 29');
    expect(text.at(-1)).toBe('  advice: Read the log.');
    expect(text).toContain('  command: ansible-playbook cluster.yml');
  });

  it('tells the same question from the next failure of the same step', () => {
    expect(questionKey({ ...failed, since: 1 })).toBe(questionKey({ ...failed, since: 1, output: 'x' }));
    expect(questionKey({ ...failed, since: 1 })).not.toBe(questionKey({ ...failed, since: 2 }));
  });
});
