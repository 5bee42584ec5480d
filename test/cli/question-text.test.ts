import { describe, expect, it } from 'vitest';
import { failureText, howToAnswer, questionKey, type DecisionQuestion } from '../../src/cli/question-text.js';

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
