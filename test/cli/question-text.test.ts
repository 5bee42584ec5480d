import { describe, expect, it } from 'vitest';
import {
  deletionText,
  failureText,
  howToAnswer,
  questionKey,
  type DecisionQuestion,
} from '../../src/cli/question-text.js';

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
