import { steps } from '../../../src/protocol/steps.js';
import { mayAsk, type Fault } from './faults.js';
import type { Outcome } from './fault-stage.js';
import { momentText, type Cell, type Moment } from './moments.js';
import type { State } from './world-state.js';

/** Every difference between what a disturbed and an undisturbed run have left, one sentence each. */
export function differences(disturbed: Outcome, undisturbed: Outcome): string[] {
  const { report } = disturbed;
  return [
    ...(report.result === undisturbed.report.result ? [] : [`The report says ${report.result}.`]),
    ...failedChecks(disturbed).filter((failed) => !failedChecks(undisturbed).includes(failed)),
    ...(disturbed.dataIsWhole ? [] : ['The data of kubelet and containerd is not what it was.']),
    ...(disturbed.original === undisturbed.original
      ? []
      : [`The data from before the migration is ${disturbed.original}, not ${undisturbed.original}.`]),
    ...Object.entries(undisturbed.states).flatMap(([host, state]) =>
      differencesOfStates(host, disturbed.states[host] ?? {}, state),
    ),
    ...differencesOfJobs(disturbed, undisturbed),
    ...differencesOfBoots(disturbed, undisturbed),
    ...disturbed.cells.flatMap(differencesOfCell),
    ...disturbed.failedReplays,
  ];
}

function failedChecks({ report }: Outcome): string[] {
  return report.checks
    .filter(({ state }) => state === 'failed')
    .map(({ check, host, is }) => `${check} on ${host} failed: ${is}.`);
}

function differencesOfStates(host: string, is: State, shouldBe: State): string[] {
  return [...new Set([...Object.keys(is), ...Object.keys(shouldBe)])]
    .filter((name) => is[name] !== shouldBe[name])
    .map(
      (name) => `${name} on ${host} is ${JSON.stringify(is[name])}, not ${JSON.stringify(shouldBe[name])}.`,
    );
}

/** A job is done again, under another key or put aside, only for a step whose machine was restarted or that a person let. */
function differencesOfJobs({ jobs, cells }: Outcome, undisturbed: Outcome): string[] {
  const places = [...new Set([...Object.keys(jobs), ...Object.keys(undisturbed.jobs)])];
  return places.flatMap((host) => {
    const found = jobs[host] ?? [];
    const usual = undisturbed.jobs[host] ?? [];
    const twice = found
      .filter(({ executions }) => executions > 1)
      .map(({ step, executions }) => `A job of ${step} on ${host} was executed ${executions} times.`);
    const counts = [...new Set([...found, ...usual].map(({ step }) => step))].flatMap((step) => {
      const [is, least] = [found, usual].map((all) => all.filter((job) => job.step === step).length) as [
        number,
        number,
      ];
      const most =
        least + cells.filter((cell) => cell.step === step && cell.host === host).reduce(sumOfAgain, 0);
      if (is >= least && is <= most) return [];
      return [`There are ${is} jobs of ${step} on ${host}, not ${least} to ${most}.`];
    });
    return [...twice, ...counts];
  });
}

const sumOfAgain = (sum: number, { fault, asked }: Cell) =>
  sum + asked + (fault.restarts === 'nothing' ? 0 : 1);

function differencesOfBoots(disturbed: Outcome, undisturbed: Outcome): string[] {
  return Object.entries(disturbed.boots).flatMap(([host, boots]) => {
    // What works on no machine of its own, such as a playbook, meets its faults on the worker.
    const isMet = (cell: Cell) =>
      cell.host === host || (host === disturbed.worker && !(cell.host in disturbed.places));
    const byFaults = disturbed.cells.filter((cell) => cell.fault.restarts === 'host' && isMet(cell)).length;
    const needed = undisturbed.boots[host] ?? 0;
    // A restart that a fault brings about at the right moment may be the one that the procedure needs; and two steps
    // side by side on the control plane may meet the same one.
    const least = host === disturbed.worker ? Math.max(needed, byFaults) : needed;
    if (boots >= least && boots <= needed + byFaults) return [];
    return [
      `${host} was started ${boots} times; ${byFaults} times by faults, and the procedure needs ${needed}.`,
    ];
  });
}

function differencesOfCell(cell: Cell): string[] {
  const { fault, recovery, asked, step } = cell;
  const where = momentText(cell);
  if (recovery === undefined) return [`${where} never went on.`];
  return [
    ...(asked > 0 && !mayAsk(fault, step) ? [`${where} asked a person instead of going on by itself.`] : []),
    ...(recovery < (fault.lasts ?? 0)
      ? [`${where} went on after ${recovery} ms, before its host was back.`]
      : []),
  ];
}

/** Activities that an `up` never comes to when all goes well: beside-an-up.faults.test.ts lets them meet the faults. */
export const elsewhere: readonly string[] = [
  'pauseProvider',
  'resumeProvider',
  'notePods',
  'forgetPods',
  'undoStorage',
  'measureOldData',
  'deleteOldData',
  'restoreDataDirectories',
];

/**
 * The lab's stand-in for Kubespray brings no API server, and without its addresses no node tries the network. The step only
 * looks, and cancel.system.test.ts cuts it off.
 */
export const withoutApi: readonly string[] = ['confirmPodNetwork'];

/** The lab's clusters take nothing from a mirror. The step only looks, and is its probe's, which is tested by itself. */
export const withoutMirror: readonly string[] = ['confirmMirror'];

/** Activities of the code that an `up` does not come to, though they are not known for that. */
export function unknown(undisturbed: Outcome): string[] {
  const known = new Set([
    ...undisturbed.done.map(({ step }) => step),
    ...elsewhere,
    ...withoutApi,
    ...withoutMirror,
  ]);
  return Object.keys(steps).filter((step) => !known.has(step));
}

/** The moments of an `up` that meet the fault. */
export function expected({ done, places }: Outcome, fault: Fault): Moment[] {
  return done.filter(({ step, host }) => fault.appliesTo(step, places[host] ?? 'control host'));
}

/** Those that should have met the fault and did not. */
export function missing(outcome: Outcome, moments: readonly Moment[]): string[] {
  const met = new Set(outcome.cells.map(momentText));
  return moments.map(momentText).filter((moment) => !met.has(moment));
}

/** A line of progress, with the time of day. */
export function say(line: string): void {
  console.log(`${new Date().toISOString().slice(11, 19)} ${line}`);
}
