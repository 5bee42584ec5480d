import { z } from 'zod';
import type { Architecture } from '../cluster/mirror/architecture.js';
import {
  mirrorProblemTexts,
  sumUpTrials,
  type MirrorAnswers,
  type MirrorProblemName,
  type MirrorTrial,
} from '../cluster/mirror/mirror-answers.js';
import { mirrorQuestions, type MirrorQuestion } from '../cluster/mirror/mirror-questions.js';
import type { Specification } from '../cluster/specification/specification.js';
import { plainText } from '../cluster/text/plain-text.js';
import { forEachBounded } from '../cluster/values/for-each-bounded.js';
import type { Host } from '../hosts/host.js';
import { sh } from '../hosts/script.js';
import { hostAddressOf, type HostAddress } from '../protocol/host-addresses.js';
import { findPython, noPython } from './find-python.js';
import { mirrorProgram, mirrorSeconds } from './mirror-program.js';
import { understood } from './understood.js';

/** How many hosts ask at the same time, so that a mirror which a cluster needs is not what fails. */
const hostsAtOnce = 10;

/**
 * Asks the mirror from every host for what it will download, and changes nothing on any of them.
 * @param processors of those hosts that are to ask, by inventory name
 * @param open connects to a host; it is closed here
 * @throws HostError when a host cannot be asked
 */
export async function askMirror({
  specification,
  release,
  processors,
  open,
}: {
  readonly specification: Specification;
  readonly release: string;
  readonly processors: Readonly<Record<string, Architecture>>;
  readonly open: (address: HostAddress) => Promise<Host>;
}): Promise<MirrorAnswers> {
  const { questions, unknown } = mirrorQuestions({ specification, release, processors });
  const trials = new Map<string, MirrorTrial>();
  await forEachBounded(
    specification.hosts.filter(({ name }) => (questions[name] ?? []).length > 0),
    async (specified) => {
      const { name } = specified;
      const asked = questions[name] ?? [];
      const host = await open(hostAddressOf(specification, specified));
      try {
        const answers = await answersOf(host, asked);
        if (answers !== undefined) trials.set(name, { host: name, questions: asked, answers });
      } finally {
        await host.close();
      }
    },
    { atOnce: hostsAtOnce, afterFailure: 'goOn' },
  );
  const inOrder = specification.hosts.flatMap(({ name }) => trials.get(name) ?? []);
  return sumUpTrials(inOrder, unknown);
}

const answerSchema = z.array(
  z.tuple([z.enum(Object.keys(mirrorProblemTexts) as MirrorProblemName[]).nullable(), z.string()]),
);

/**
 * What a host is answered; undefined where it has no Python, of which another check tells.
 * @throws NotUnderstoodError when the answer has another form
 */
export async function answersOf(
  host: Host,
  questions: readonly MirrorQuestion[],
): Promise<MirrorTrial['answers'] | undefined> {
  const { exitCode, stdout } = await host.run(
    sh`${findPython}
exec "$python" -c ${mirrorProgram}`,
    {
      accept: [0, noPython],
      stdin: JSON.stringify(questions),
      timeout: (mirrorSeconds + 60) * 1000,
      what: 'ask the mirror for what Kubespray downloads',
    },
  );
  if (exitCode === noPython) return undefined;
  return understood(host, 'The answer about the mirror', () => {
    const answers = answerSchema.parse(JSON.parse(stdout));
    if (answers.length !== questions.length) throw new Error('it is not as long as the question');
    return answers.map(([problem, detail]) => [problem, plainText(detail)] as const);
  });
}
