import { existsSync } from 'node:fs';
import { inspect } from 'node:util';
import { ApplicationFailure, CancelledFailure } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { DefaultLogger } from '@temporalio/worker';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createActivities } from '../../../src/activities/index.js';
import { failureText } from '../../../src/cli/questions/question-text.js';
import { FakeJobs } from '../../fakes/fake-jobs.js';
import type { Host } from '../../../src/hosts/host.js';
import { JobRunner } from '../../../src/hosts/jobs/job-runner.js';
import { describeFailure } from '../../../src/workflows/running/failures.js';
import { obeyed } from '../../support/hostile.js';
import { canary, commands, hostileInputs, runningJob, type Inputs } from './hostile-inputs.js';
import type { Texts } from './hostile-specification.js';
import { machineAnswers } from './machine-answers.js';
import { SealedMachine } from '../../support/sealed-machine.js';

/**
 * Every activity, given hostile text wherever its input has text, with its scripts run by a real `sh`. Whatever of it is
 * executed leaves a file behind.
 */

const stateFolder = "/var/it's $(touch CANARY)";
let machine: SealedMachine;
beforeEach(() => {
  machine = SealedMachine.open(stateFolder);
});
afterEach(() => {
  machine.remove();
});

/** Milliseconds after which an activity is cancelled: some wait for a machine that is never as they want it. */
const patience = 500;

type Activity = (input: unknown) => Promise<unknown>;

/** @returns what it throws */
async function failureOf(activity: Activity, input: unknown): Promise<unknown> {
  const logger = new DefaultLogger('ERROR', () => undefined);
  const environment = new MockActivityEnvironment({}, { logger });
  const timer = setTimeout(() => environment.cancel(), patience);
  try {
    await environment.run(activity, input);
    return undefined;
  } catch (error) {
    return error;
  } finally {
    clearTimeout(timer);
  }
}

/** Each time another one; all that were given are kept. */
function textsOf(words: readonly string[]): { readonly text: Texts; readonly given: string[] } {
  const given: string[] = [];
  const text = () => {
    const word = words[given.length % words.length] ?? '';
    given.push(word);
    return word;
  };
  return { text, given };
}

const unit = `slipway-job-${runningJob}-0123abcd`;

/** A job that runs, and does not end when it is asked to. @param comm what its process calls itself */
function putRunningJob(comm: string): void {
  const folder = `${stateFolder}/jobs/${runningJob}`;
  machine.put(`${folder}/started/none`, '');
  for (const [file, text] of Object.entries({ pid: '7 100', 'boot-id': 'boot', unit })) {
    machine.put(`${folder}/${file}`, `${text}\n`);
  }
  machine.put('/proc/7/stat', `7 (${comm.replaceAll('\n', ' ')}) S 1 7 7 ${'0 '.repeat(15)}100\n`);
}

type Ran = (name: keyof Inputs, calls: readonly string[][], failure: unknown) => void;

async function runAll(inputs: Inputs, ran: Ran): Promise<void> {
  const kubespray = `${stateFolder}/clusters/${inputs.writeInventory.cluster}/kubespray`;
  for (const path of ['requirements.txt', 'ansible.cfg', 'inventory/sample/group_vars/x']) {
    machine.put(`${kubespray}/${path}`, '');
  }
  const hosts = { connect: async () => Promise.resolve(machine), closeAll: async () => Promise.resolve() };
  const readSecret = async () => Promise.resolve('secret');
  // Jobs run through the machine itself, and are stopped as real ones are.
  const stop = async (host: Host, key: string) => new JobRunner().stop(host, key);
  const dependencies = { hosts, jobs: Object.assign(new FakeJobs(), { stop }), readSecret };
  const activities = (await createActivities(dependencies)) as unknown as Record<keyof Inputs, Activity>;
  for (const name of Object.keys(inputs) as (keyof Inputs)[]) {
    const failure = await failureOf(activities[name], inputs[name]);
    ran(name, machine.calls(), failure);
  }
  expect(machine.endless).toEqual([]);
}

/** An error that says whose it is, and that no terminal obeys when it is shown. */
function expectProper(step: keyof Inputs, failure: unknown): void {
  if (failure === undefined || failure instanceof CancelledFailure) return;
  expect(failure, `${step} threw ${inspect(failure)}`).toBeInstanceOf(ApplicationFailure);
  expect((failure as ApplicationFailure).details).toEqual([expect.objectContaining({ host: machine.name })]);
  const { message, details } = describeFailure(failure);
  const question = { kind: 'decision', host: machine.name, step, message, ...details } as const;
  expect(failureText(question).join('\n')).not.toMatch(obeyed);
}

/** How many different texts must at least have come to a program; a machine on which all fails asks for few. */
const leastWhole = { silent: 15, willing: 15, failing: 3, talking: 10 };

describe.each(['silent', 'willing', 'failing', 'talking'] as const)('on a %s machine', (manner) => {
  it('nothing of a hostile text is executed, and each arrives as a part of one argument', { timeout: 60_000 }, async () => {
    const whole = new Set<string>();
    const words = fc.sample(commands, 600);
    const { text, given } = textsOf(words);
    const inputs = hostileInputs({ free: text, checked: text });
    const said = words.slice(0, 20);
    machineAnswers(machine, { manner, said, target: inputs.copyData.target });
    putRunningJob(said[0] ?? '');
    await runAll(inputs, (name, calls, failure) => {
      const known = [stateFolder, ...given, ...said].flatMap((each) => [each, ...each.split('\n')]);
      for (const word of calls.flat().filter((each) => each.includes(canary))) {
        const kept = known.filter((each) => each.includes(canary) && word.includes(each));
        expect(kept, `${name} broke a text apart: ${JSON.stringify(word)}`).not.toEqual([]);
        for (const each of kept.filter((one) => given.includes(one))) whole.add(each);
      }
      expect(machine.found(canary), `${name} executed a text`).toEqual([]);
      expectProper(name, failure);
      if (name === 'stopJob') expect(calls).toContainEqual(['systemctl', 'kill', '--signal=TERM', unit]);
    });
    expect(given.length).toBeGreaterThan(100);
    expect(whole.size).toBeGreaterThan(leastWhole[manner]);
    expect(existsSync(canary)).toBe(false);
  }); // prettier-ignore

  /**
   * What a specification may hold in the other places is checked to begin as a path or name does, see
   * hostile-options.test.ts; free are the words of hosts and what people write.
   */
  it('no text that begins as an option is taken for one', { timeout: 60_000 }, async () => {
    const words = fc.sample(commands, 300).map((each) => `-${each}`);
    const { text, given } = textsOf(words);
    const inputs = hostileInputs({ free: text, checked: (kind) => (kind === 'path' ? '/x' : 'x') });
    const said = words.slice(0, 20);
    machineAnswers(machine, { manner, said, target: inputs.copyData.target });
    putRunningJob(said[0] ?? '');
    const taken: string[] = [];
    await runAll(inputs, (name, calls) => {
      for (const [program = '', ...args] of calls) {
        const before = args.slice(0, args.includes('--') ? args.indexOf('--') : undefined);
        const isTaken = (arg: string, index: number) =>
          isGiven(arg, [...given, ...said]) && !takesValue(program, before[index - 1]);
        if (before.some(isTaken)) taken.push(`${name}: ${program} ${JSON.stringify(args)}`);
      }
    });
    expect(taken).toEqual([]);
  });
});

const isGiven = (arg: string, texts: readonly string[]) => texts.some((each) => arg.startsWith(each));

/** Options of which the next word is the value, whatever it begins with. */
const valued: Readonly<Record<string, readonly string[]>> = { grep: ['-e'], install: ['-g'] };

function takesValue(program: string, before: string | undefined): boolean {
  return before !== undefined && (valued[program] ?? []).includes(before);
}
