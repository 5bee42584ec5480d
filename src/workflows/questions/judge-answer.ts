import { z } from 'zod';
import type { Approval, Decision, Denial } from '../../protocol/messages.js';
import type {
  ApprovalQuestion,
  ApprovalVerb,
  DecisionQuestion,
  DecisionVerb,
  Question,
} from '../../protocol/progress.js';

/**
 * Judges what people answer. Everything here may come from `temporal workflow signal`, so nothing about its shape is
 * taken for granted. Pure: the same judgement serves a signal, an update's validator and its handler.
 */

const who = z.string().trim().min(1).max(200);
const approvalSchema = z.object({
  plan: z.string().max(200),
  by: who,
  hosts: z.array(z.string().max(200)).min(1).max(1000).optional(),
  reason: z.string().max(500).optional(),
});
const decisionSchema = z.object({
  by: who,
  host: z.string().max(200).optional(),
  step: z.string().max(200).optional(),
  reason: z.string().max(500).optional(),
});

/** Either the questions that an answer settles, or one sentence that says why it settles none. */
export type AnswerJudgement<Answer, Asked> =
  | { readonly accepted: true; readonly answer: Answer; readonly questions: readonly Asked[] }
  | { readonly accepted: false; readonly why: string };

/** @param closed what became of plans that were asked about earlier, one clause by digest */
export function judgeApproval(
  verb: ApprovalVerb,
  message: unknown,
  questions: readonly Question[],
  closed: ReadonlyMap<string, string>,
): AnswerJudgement<Approval | Denial, ApprovalQuestion> {
  const parsed = approvalSchema.safeParse(message);
  if (!parsed.success) return refuse(`This "${verb}" is not understood: ${problemsOf(parsed.error)}.`);
  const { plan, by, hosts, reason } = parsed.data;
  const asked = questions.filter((question) => question.kind === 'approval');
  const matching = asked.filter((question) => question.plan === plan);
  const [question] = matching;
  if (!question) return refuse(`The "${verb}" by ${by} changes nothing: ${whyNoPlan(plan, asked, closed)}`);
  const strangers = (hosts ?? []).filter((host) => !question.hosts.includes(host));
  if (strangers.length > 0) {
    return refuse(
      `The "${verb}" by ${by} changes nothing: ${strangers.join(', ')} is not among the hosts that are asked about ` +
        `(${question.hosts.join(', ')}).`,
    );
  }
  const answer = { plan, by, ...(hosts && { hosts }), ...(reason !== undefined && { reason }) };
  return { accepted: true, answer, questions: [question] };
}

export function judgeDecision(
  verb: DecisionVerb,
  message: unknown,
  questions: readonly Question[],
): AnswerJudgement<Decision, DecisionQuestion> {
  const parsed = decisionSchema.safeParse(message);
  if (!parsed.success) return refuse(`This "${verb}" is not understood: ${problemsOf(parsed.error)}.`);
  const { by, host, step, reason } = parsed.data;
  const failed = questions.filter((question) => question.kind === 'decision');
  const matching = failed
    .filter((question) => host === undefined || question.host === host)
    .filter((question) => step === undefined || question.step === step);
  if (matching.length === 0) {
    return refuse(
      `The "${verb}" by ${by} changes nothing: no failed step${step === undefined ? '' : ` ${step}`}` +
        `${host === undefined ? '' : ` on ${host}`} waits for a decision.`,
    );
  }
  const allowed = matching.filter((question) => question.choices?.includes(verb) ?? true);
  if (allowed.length === 0) {
    const what = matching.map((question) => `${question.step} on ${question.host}`).join(', ');
    return refuse(
      `The "${verb}" by ${by} changes nothing: later steps need ${what}. Mend it and retry, or abort.`,
    );
  }
  const answer = {
    by,
    ...(host !== undefined && { host }),
    ...(step !== undefined && { step }),
    ...(reason !== undefined && { reason }),
  };
  return { accepted: true, answer, questions: allowed };
}

function whyNoPlan(
  plan: string,
  asked: readonly ApprovalQuestion[],
  closed: ReadonlyMap<string, string>,
): string {
  const before = closed.get(plan);
  if (before !== undefined) return `that plan ${before}.`;
  if (asked.length === 0) return 'no plan is waiting for approval.';
  return `it names plan ${plan}, and what is asked about is ${asked.map((question) => question.plan).join(', ')}.`;
}

function refuse(why: string): { readonly accepted: false; readonly why: string } {
  return { accepted: false, why };
}

function problemsOf(error: z.ZodError): string {
  return error.issues
    .map((issue) => [issue.path.join('.'), issue.message].filter(Boolean).join(': '))
    .join('; ');
}
