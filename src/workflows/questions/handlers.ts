import { ApplicationFailure, setHandler } from '@temporalio/workflow';
import type { SignalDefinition, UpdateDefinition } from '@temporalio/common';
import type { RunProgress } from '../progress/run-progress.js';
import type { OpenQuestions } from './open-questions.js';
import { answerMessages, progressQuery, stepNewsSignal } from '../../protocol/messages.js';
import type { Verb } from '../../protocol/progress.js';

const descriptions: Readonly<Record<Verb, string>> = {
  approve: 'Approves the plan of this digest: { "plan": "sha256:…", "by": "name", "hosts"?: ["…"] }',
  deny: 'Denies it: { "plan": "sha256:…", "by": "name", "hosts"?: ["…"], "reason"?: "…" }',
  retry: 'Tries a failed step again: { "by": "name", "host"?: "…", "step"?: "…" }',
  skip: 'Goes on without a failed step: { "by": "name", "host"?: "…", "step"?: "…" }',
  abort: 'Ends the work where a step failed: { "by": "name", "host"?: "…", "step"?: "…" }',
};

/**
 * Lets a person ask for the progress and answer questions. To be called before the workflow's first `await`.
 * An update is refused at once by its validator and leaves no trace; a refused signal is shown in the progress.
 */
export function setHandlers(progress: RunProgress, questions: OpenQuestions): void {
  setHandler(progressQuery, () => progress.progress(), {
    description: 'Phase, steps, questions, plan and report.',
  });
  setHandler(
    stepNewsSignal,
    (news: unknown) => {
      progress.showNews(news);
    },
    { description: 'Sent by a long step itself: { "step": "…", "summary": "…" }' },
  );
  for (const verb of Object.keys(answerMessages) as Verb[]) {
    const { signal, update } = answerMessages[verb];
    const receive = (message: unknown) => questions.receive(verb, message);
    setHandler(
      signal as SignalDefinition<[unknown]>,
      (message) => {
        const { accepted, sentence } = receive(message);
        if (!accepted) progress.refuse(sentence);
      },
      { description: descriptions[verb] },
    );
    setHandler(
      update as UpdateDefinition<string, [unknown]>,
      (message) => {
        const { accepted, sentence } = receive(message);
        if (!accepted) throw refused(sentence);
        return sentence;
      },
      {
        validator: (message) => {
          const why = questions.refusalOf(verb, message);
          if (why !== null) throw refused(why);
        },
        description: descriptions[verb],
      },
    );
  }
}

function refused(why: string): ApplicationFailure {
  return ApplicationFailure.create({ message: why, type: 'Refused', nonRetryable: true });
}
