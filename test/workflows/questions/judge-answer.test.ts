import { describe, expect, it } from 'vitest';
import { judgeApproval, judgeDecision } from '../../../src/workflows/questions/judge-answer.js';
import type { Question } from '../../../src/protocol/progress.js';

const plan = 'sha256:aaaa';
const approval: Question = { kind: 'approval', plan, hosts: ['w1', 'w2'] };
const failed: Question = {
  kind: 'decision',
  host: 'w1',
  step: 'mountData',
  message: 'no',
  choices: ['retry', 'abort'],
};
const skippable: Question = { kind: 'decision', host: 'w2', step: 'checkJournals', message: 'no' };
const questions = [approval, failed, skippable];
const none = new Map<string, string>();

describe('judgeApproval', () => {
  it('accepts the digest that is asked about', () => {
    expect(judgeApproval('approve', { plan, by: 'ann' }, questions, none)).toEqual({
      accepted: true,
      answer: { plan, by: 'ann' },
      questions: [approval],
    });
  });

  it.each([
    [null, 'not understood'],
    ['sha256:aaaa', 'not understood'],
    [{ plan }, 'by'],
    [{ plan, by: '   ' }, 'by'],
    [{ plan, by: 'ann', hosts: [] }, 'hosts'],
    [{ plan: 'sha256:bbbb', by: 'ann' }, 'it names plan sha256:bbbb'],
    [{ plan, by: 'ann', hosts: ['w1', 'w9'] }, 'w9 is not among'],
  ])('refuses %j', (message, why) => {
    const judgement = judgeApproval('approve', message, questions, none);
    expect(judgement.accepted).toBe(false);
    expect(!judgement.accepted && judgement.why).toContain(why);
  });

  it('says what became of a plan that was asked about before', () => {
    const closed = new Map([[plan, 'has expired']]);
    const judgement = judgeApproval('deny', { plan, by: 'ann' }, [failed], closed);
    expect(!judgement.accepted && judgement.why).toBe(
      'The "deny" by ann changes nothing: that plan has expired.',
    );
  });

  it('says that nothing is asked', () => {
    const judgement = judgeApproval('approve', { plan, by: 'ann' }, [failed], none);
    expect(!judgement.accepted && judgement.why).toContain('no plan is waiting');
  });
});

describe('judgeDecision', () => {
  it('is meant for every failed step when it names no host', () => {
    const judgement = judgeDecision('retry', { by: 'ann' }, questions);
    expect(judgement.accepted && judgement.questions).toEqual([failed, skippable]);
  });

  it('does not skip what later steps need', () => {
    const all = judgeDecision('skip', { by: 'ann' }, questions);
    expect(all.accepted && all.questions).toEqual([skippable]);
    const one = judgeDecision('skip', { by: 'ann', host: 'w1' }, questions);
    expect(!one.accepted && one.why).toContain('later steps need mountData on w1');
  });

  it.each([
    [{ by: 'ann', host: 'w9' }, 'on w9'],
    [{ by: 'ann', host: 'w1', step: 'createRaidArray' }, 'createRaidArray on w1'],
    [{ host: 'w1' }, 'by'],
  ])('refuses %j', (message, why) => {
    const judgement = judgeDecision('retry', message, questions);
    expect(!judgement.accepted && judgement.why).toContain(why);
  });
});
