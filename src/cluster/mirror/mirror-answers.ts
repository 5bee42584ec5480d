import type { MirrorQuestion } from './mirror-questions.js';

/** What stands in the way of a download, by its name; what a person reads of it. */
export const mirrorProblemTexts = {
  missing: 'not there',
  login: 'refused without a login',
  status: 'answered by an error',
  unreachable: 'out of reach',
  'timed-out': 'without an answer in time',
  certificate: 'behind a certificate that the host does not trust',
  'no-tls': 'behind a server that speaks no TLS',
  'wrong-digest': 'with another digest than it should have',
  'cut-off': 'cut off before the end',
  'no-http-answer': 'at a registry without TLS that does not answer TLS by a line of HTTP',
} as const;
export type MirrorProblemName = keyof typeof mirrorProblemTexts;

/** What one host has asked, and what came of it, in the same order; null: it is there. */
export interface MirrorTrial {
  readonly host: string;
  readonly questions: readonly MirrorQuestion[];
  readonly answers: readonly (readonly [problem: MirrorProblemName | null, detail: string])[];
}

/** Something that hosts cannot have from the mirror. */
export interface MirrorProblem extends Pick<MirrorQuestion, 'kind' | 'address'> {
  readonly problem: MirrorProblemName;
  /** In the host's or the server's own words; may be empty. */
  readonly detail: string;
  /** Inventory names of those that it concerns. */
  readonly hosts: readonly string[];
}

/** What the hosts have found in the mirror. */
export interface MirrorAnswers {
  /** Inventory names of those that have asked. */
  readonly hosts: readonly string[];
  /** How many different files and images were asked for, and how many digests compared. */
  readonly asked: { readonly files: number; readonly images: number; readonly digests: number };
  readonly problems: readonly MirrorProblem[];
  /** What nobody could ask for, a phrase each. */
  readonly unknown: readonly string[];
}

/** Puts together what the hosts were told: the same problem of the same thing once, with its hosts. */
export function sumUpTrials(trials: readonly MirrorTrial[], unknown: readonly string[]): MirrorAnswers {
  const problems = new Map<string, MirrorProblem>();
  for (const { host, questions, answers } of trials) {
    questions.forEach(({ kind, address }, index) => {
      const [problem, detail] = answers[index] ?? ['timed-out', ''];
      if (problem === null) return;
      const key = JSON.stringify([kind, address, problem, detail]);
      const hosts = [...(problems.get(key)?.hosts ?? []), host];
      problems.set(key, { kind, address, problem, detail, hosts });
    });
  }
  const all = trials.flatMap(({ questions }) => questions);
  const count = (kind: MirrorQuestion['kind']) =>
    new Set(all.filter((one) => one.kind === kind).map(({ address }) => address)).size;
  return {
    hosts: trials.map(({ host }) => host),
    asked: {
      files: count('file'),
      images: count('image'),
      digests: all.filter(({ digest }) => digest !== undefined).length,
    },
    problems: [...problems.values()],
    unknown,
  };
}
