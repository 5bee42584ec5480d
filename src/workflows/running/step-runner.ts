import {
  ApplicationFailure,
  CancellationScope,
  isCancellation,
  proxyActivities,
  workflowInfo,
} from '@temporalio/workflow';
import type { HostInput, StepResult } from '../../protocol/step-inputs.js';
import {
  steps,
  type Activities,
  type StepDefinition,
  type StepInput,
  type StepName,
  type StepOutput,
} from '../../protocol/steps.js';
import type { HousekeepingActivities } from '../../protocol/housekeeping.js';
import { kebabCase } from '../../cluster/text/kebab-case.js';
import { digestOf } from '../../cluster/values/digest.js';
import {
  decisionVerbs,
  type DecisionQuestion,
  type DecisionVerb,
  type StepProgress,
} from '../../protocol/progress.js';
import type { RunProgress } from '../progress/run-progress.js';
import type { OpenQuestions } from '../questions/open-questions.js';
import { describeFailure, isCutOff } from './failures.js';
import { aborted, stopped } from './outcomes.js';
import { heartbeatTimeoutFor, paces } from './paces.js';

/**
 * What a step is given; the job's key is added here. Of several names it is what all of them take together: which of
 * them it will be is not known, and one of them may take an approval.
 */
type Given<Name extends StepName> = (
  Name extends StepName ? (take: { readonly given: Without<StepInput<Name>, 'jobKey'> }) => void : never
) extends (take: { readonly given: infer All extends object }) => void
  ? All
  : never;
/** `Omit` that leaves each choice of a union as it is. */
type Without<Input, Key extends string> = Input extends unknown ? Omit<Input, Key> : never;

/**
 * Runs steps one after the other for one host, or for the control host: each is shown in the progress, and one that
 * failed in spite of its retries waits for `retry`, `skip` or `abort` instead of ending the workflow.
 */
export class StepRunner {
  private readonly generations = new Map<StepName, number>();

  /**
   * @param name a host's inventory name or `controlHostName`
   * @param questions where failures wait for a decision; null: they end the host's work at once
   * @param hostCount how many hosts are worked on besides it; more of them have more patience with a silent worker
   */
  constructor(
    readonly name: string,
    private readonly progress: RunProgress,
    private readonly questions: OpenQuestions | null,
    private readonly hostCount = 1,
  ) {}

  /**
   * Runs a step whose result later steps need, so that it cannot be skipped.
   * @throws ApplicationFailure of type Aborted when a person said so
   */
  async need<Name extends StepName>(step: Name, input: Given<Name>): Promise<StepOutput<Name>> {
    const result = await this.perform(step, input, ['retry', 'abort']);
    if (result === null) throw ApplicationFailure.nonRetryable(`${step} cannot be skipped.`);
    return result;
  }

  /**
   * Runs a step that may be skipped.
   * @param beforeRetry what has to be done before it is tried again, because a person has said so or it was cut off
   * @returns its result; null when a person skipped it
   * @throws ApplicationFailure of type Aborted when a person said so
   */
  async run<Name extends StepName>(
    step: Name,
    input: Given<Name>,
    { beforeRetry }: { readonly beforeRetry?: () => Promise<void> } = {},
  ): Promise<StepOutput<Name> | null> {
    return this.perform(step, input, decisionVerbs, beforeRetry);
  }

  private async perform<Name extends StepName>(
    step: Name,
    input: Given<Name>,
    choices: readonly DecisionVerb[],
    beforeRetry?: () => Promise<void>,
  ): Promise<StepOutput<Name> | null> {
    await throwIfCancelled();
    const position = this.progress.beginStep(this.name, step, steps[step].title);
    const show = (state: StepProgress['state'], summary: string) => {
      this.progress.setStep(this.name, position, { step, state, summary });
    };
    for (let cutOff = 0; ;) {
      try {
        const result = await this.execute(step, input);
        show(outcomeOf(step, result), summaryOf(step, result));
        return result;
      } catch (failure) {
        if (isCancellation(failure)) {
          show('failed', 'Cancelled before it came to its end.');
          throw failure;
        }
        const { message, details } = describeFailure(failure);
        show('failed', message);
        let why = 'because it was cut off';
        if (isCutOff(failure) && cutOff < mostCutOff) cutOff += 1;
        else {
          const { verb, said } = await this.decide({ step, message, choices, ...details });
          if (verb === 'skip') {
            show('skipped', `Skipped by ${said}. It had failed: ${message}`);
            return null;
          }
          why = `as ${said} decided`;
        }
        await beforeRetry?.();
        show('running', `${steps[step].title}, again, ${why}`);
      }
    }
  }

  /**
   * What a person wants done about a step that failed.
   * @throws ApplicationFailure: they want nothing more done, or nobody is asked
   */
  private async decide(
    failed: Omit<DecisionQuestion, 'kind' | 'since' | 'host'>,
  ): Promise<{ readonly verb: Exclude<DecisionVerb, 'abort'>; readonly said: string }> {
    if (this.questions === null) throw stopped('failed', failed.message);
    this.progress.setHostState(this.name, 'failed');
    const { verb, by, reason } = await this.questions.askDecision({ host: this.name, ...failed });
    const said = `${by}${reason === undefined ? '' : `: ${reason}`}`;
    this.progress.setHostState(this.name, 'working');
    if (verb === 'abort')
      throw aborted(`${failed.step} failed and was aborted by ${said}. ${failed.message}`);
    return { verb, said };
  }

  private async execute<Name extends StepName>(step: Name, input: Given<Name>): Promise<StepOutput<Name>> {
    const { title, pace, onCancel } = steps[step];
    const generation = (this.generations.get(step) ?? 0) + 1;
    this.generations.set(step, generation);
    const jobKey = jobKeyOf(step, generation);
    const activities = proxyActivities<Activities>({
      ...paces[pace],
      heartbeatTimeout: heartbeatTimeoutFor(this.hostCount),
      summary: `${this.name}: ${title}`,
    });
    const activity = activities[step] as unknown as (input: unknown) => Promise<StepOutput<Name>>;
    const call = () => activity({ ...input, jobKey });
    if (onCancel === 'leave') return call();
    if (onCancel === 'finish') return toItsEnd(call);
    try {
      return await call();
    } catch (failure) {
      if (isCancellation(failure)) await stopJob(input, jobKey);
      throw failure;
    }
  }
}

/** A step that must not be left half-way: cancellation takes effect before it or after it. */
async function toItsEnd<T>(call: () => Promise<T>): Promise<T> {
  await throwIfCancelled();
  return CancellationScope.nonCancellable(call);
}

/** A step that came to its end in spite of a cancellation was the last one. */
async function throwIfCancelled(): Promise<void> {
  const scope = CancellationScope.current();
  if (scope.consideredCancelled) await scope.cancelRequested;
}

/** Best effort: the cancelled workflow ends whether or not the host can be reached. */
async function stopJob(input: object, jobKey: string): Promise<void> {
  const { host } = input as HostInput;
  const { stopJob: stop } = proxyActivities<HousekeepingActivities>({
    ...paces.stop,
    heartbeatTimeout: heartbeatTimeoutFor(1),
    summary: `${host.name}: stop the job ${jobKey}`,
  });
  try {
    await CancellationScope.nonCancellable(() => stop({ host, jobKey }));
  } catch {
    return;
  }
}

/** The run's ID is part of the key: a later run of the same cluster starts jobs of its own. */
function jobKeyOf(step: StepName, generation: number): string {
  const { workflowId, runId } = workflowInfo();
  const run = digestOf({ workflowId, runId }).slice('sha256:'.length, 'sha256:'.length + 8);
  return `${kebabCase(step)}-${run}-g${generation}`;
}

/** What has ended with its machine is done again without a question; something that ends it each time is no accident. */
const mostCutOff = 10;

function outcomeOf<Name extends StepName>(step: Name, result: StepOutput<Name>): StepResult['outcome'] {
  return steps[step].result === 'outcome' ? (result as StepResult).outcome : 'unchanged';
}

function summaryOf<Name extends StepName>(step: Name, result: StepOutput<Name>): string {
  const { summaryOf: describe } = steps[step] as unknown as StepDefinition<never, StepOutput<Name>>;
  return describe(result);
}
