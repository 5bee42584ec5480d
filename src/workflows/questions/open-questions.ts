import { ApplicationFailure, condition } from '@temporalio/workflow';
import type { ApprovedDigest, ApprovedPlan, ApprovedPlans } from '../../protocol/approvals.js';
import type { OldDirectory } from '../../cluster/storage/old-data.js';
import type { NodeReset } from '../../cluster/rerun/reset-node.js';
import { judgeApproval, judgeDecision } from './judge-answer.js';
import type { RunProgress } from '../progress/run-progress.js';
import type { Approval, Decision, Denial } from '../../protocol/messages.js';
import {
  approvalKindOf,
  approvalNames,
  type ApprovalVerb,
  type DecisionQuestion,
  type DecisionVerb,
  type Question,
  type Verb,
} from '../../protocol/progress.js';

/** How a plan was answered, by host: the approval, or the sentence why there is none. */
export interface ApprovalOutcome {
  readonly approved: ApprovedPlans;
  readonly denied: ReadonlyMap<string, string>;
}

/** What is to be approved. */
interface Asked {
  /** Its digest. */
  readonly plan: string;
  /** Digest of each host's part, by inventory name. */
  readonly digests: ReadonlyMap<string, string>;
  readonly hours: number;
  /** What is deleted, where that is asked about and not the plan. */
  readonly oldData?: readonly OldDirectory[] | undefined;
  /** What is reset, where that is asked about and not the plan. */
  readonly reset?: NodeReset | undefined;
}

export interface DecisionOutcome extends Decision {
  readonly verb: DecisionVerb;
}

type Answer =
  | { readonly verb: ApprovalVerb; readonly message: Approval | Denial }
  | { readonly verb: DecisionVerb; readonly message: Decision };

interface OpenQuestion {
  question: Question;
  /** Whose it is: undefined for this workflow's own, else the host whose workflow asks. */
  readonly asker: string | undefined;
  readonly answer: (answer: Answer) => void;
}

const firstReminder = 60 * 60 * 1000;
const longestReminder = 24 * firstReminder;

/**
 * Where questions to a person lie until they are answered, by signal or by update. Questions of a host's own workflow
 * lie here too, so that a person has one place to look at; their answers are passed on.
 */
export class OpenQuestions {
  private open: OpenQuestion[] = [];
  private readonly closedPlans = new Map<string, string>();

  constructor(private readonly progress: RunProgress) {}

  /** Asks for an approval. Hosts may be answered for one by one; who is not answered for in time is denied. */
  async askApproval({ plan, digests, hours, oldData, reset }: Asked): Promise<ApprovalOutcome> {
    const hosts = [...digests.keys()];
    const kind = approvalKindOf({ oldData, reset });
    const approved = new Map<string, ApprovedPlan>();
    const denied = new Map<string, string>();
    const since = Date.now();
    const expires = since + hours * 3_600_000;
    const entry: OpenQuestion = {
      question: { kind: 'approval', plan, hosts, since, expires, oldData, reset },
      asker: undefined,
      answer: ({ verb, message }) => {
        const meant = (message as Approval).hosts ?? hosts;
        for (const [host, digest] of digests) {
          if (!meant.includes(host) || approved.has(host) || denied.has(host)) continue;
          if (verb === 'approve') approved.set(host, approvalOf(digest, message.by));
          else denied.set(host, denialOf(message as Denial));
        }
        const rest = hosts.filter((host) => !approved.has(host) && !denied.has(host));
        entry.question = { kind: 'approval', plan, hosts: rest, since, expires, oldData, reset };
        if (rest.length === 0) this.close(entry, 'has been answered already');
        else this.show();
      },
    };
    this.put(entry);
    try {
      await this.untilClosed(entry, `Waiting for the approval of the ${approvalNames[kind]}`, expires);
    } finally {
      this.close(entry, `was not answered within ${hours} h and has expired`);
    }
    for (const host of hosts.filter((name) => !approved.has(name) && !denied.has(name))) {
      denied.set(host, `Nobody approved it within ${hours} h.`);
    }
    return { approved, denied };
  }

  /** Asks what is to be done about a failed step. */
  async askDecision(question: Omit<DecisionQuestion, 'kind' | 'since'>): Promise<DecisionOutcome> {
    let outcome: DecisionOutcome | undefined;
    const entry: OpenQuestion = {
      question: { kind: 'decision', since: Date.now(), ...question },
      asker: undefined,
      answer: ({ verb, message }) => {
        outcome = { ...(message as Decision), verb: verb as DecisionVerb };
        this.close(entry);
      },
    };
    this.put(entry);
    try {
      await this.untilClosed(entry, `Waiting for a decision about ${question.step} on ${question.host}`);
    } finally {
      this.close(entry);
    }
    if (!outcome) throw ApplicationFailure.nonRetryable('A question was closed without an answer.');
    return outcome;
  }

  /** Lays the questions of a host's own workflow here, instead of those laid before. */
  mirror(
    host: string,
    questions: readonly Question[],
    passOn: (verb: Verb, message: Approval | Denial | Decision) => void,
  ): void {
    this.open = this.open.filter(({ asker }) => asker !== host);
    for (const question of questions) {
      const entry: OpenQuestion = {
        question,
        asker: host,
        answer: ({ verb, message }) => {
          this.close(entry);
          passOn(verb, message);
        },
      };
      this.open.push(entry);
    }
    this.show();
  }

  isAsking(host: string): boolean {
    return this.open.some(({ asker }) => asker === host);
  }

  questions(): readonly Question[] {
    return this.open.map(({ question }) => question);
  }

  /** @returns why the answer would be refused, one sentence, or null */
  refusalOf(verb: Verb, message: unknown): string | null {
    const judgement = this.judge(verb, message);
    return judgement.accepted ? null : judgement.why;
  }

  /** Takes an answer. A refused one changes nothing; the sentence says why. */
  receive(verb: Verb, message: unknown): { readonly accepted: boolean; readonly sentence: string } {
    const judgement = this.judge(verb, message);
    if (!judgement.accepted) return { accepted: false, sentence: judgement.why };
    const settled: readonly Question[] = judgement.questions;
    for (const entry of this.open.filter(({ question }) => settled.includes(question))) {
      entry.answer({ verb, message: judgement.answer } as Answer);
    }
    const about = settled.map(subjectOf);
    return { accepted: true, sentence: `${verb} by ${judgement.answer.by}: ${about.join(', ')}.` };
  }

  private judge(verb: Verb, message: unknown) {
    return verb === 'approve' || verb === 'deny'
      ? judgeApproval(verb, message, this.questions(), this.closedPlans)
      : judgeDecision(verb, message, this.questions());
  }

  private async untilClosed(entry: OpenQuestion, summary: string, expires = Infinity): Promise<void> {
    const isClosed = () => !this.open.includes(entry);
    for (let wait = firstReminder; ; wait = Math.min(wait * 2, longestReminder)) {
      const left = expires - Date.now();
      if (left <= 0 || (await condition(isClosed, Math.min(wait, left), { summary }))) return;
      this.progress.remind();
    }
  }

  private put(entry: OpenQuestion): void {
    this.open.push(entry);
    this.show();
  }

  private close(entry: OpenQuestion, why?: string): void {
    if (!this.open.includes(entry)) return;
    this.open = this.open.filter((other) => other !== entry);
    if (entry.question.kind === 'approval' && why !== undefined) {
      this.closedPlans.set(entry.question.plan, why);
    }
    this.show();
  }

  private show(): void {
    this.progress.setQuestions(this.questions());
  }
}

/** Nothing else makes an approval: what destroys something takes one, and gets it only from an answer to a question. */
function approvalOf(digest: string, by: string): ApprovedPlan {
  return { digest: digest as ApprovedDigest, by, at: Date.now() };
}

/** What an answer is about. */
function subjectOf(question: Question): string {
  if (question.kind === 'decision') return `${question.step} on ${question.host}`;
  const { plan, hosts } = question;
  const kind = approvalKindOf(question);
  return kind === 'plan' ? `plan ${plan}` : `${approvalNames[kind]} on ${hosts.join(', ')} (${plan})`;
}

function denialOf(message: Denial): string {
  return `${message.by} denied it${message.reason === undefined ? '' : `: ${message.reason}`}.`;
}
