import { createActivities } from '../../src/activities/index.js';
import { createDependencies } from '../../src/workers/dependencies.js';
import { steps } from '../../src/workflows/step-table.js';
import type { Cell } from './fault-run.js';
import type { Fault } from './faults.js';
import type { Outcome } from './fault-stage.js';
import type { State } from './world-state.js';

/** Every difference between what a disturbed and an undisturbed run have left, one sentence each. */
export function differences(disturbed: Outcome, undisturbed: Outcome): string[] {
  const { report } = disturbed;
  return [
    ...(report.result === undisturbed.report.result ? [] : [`The report says ${report.result}.`]),
    ...failedChecks(disturbed).filter((failed) => !failedChecks(undisturbed).includes(failed)),
    ...(disturbed.dataIsWhole ? [] : ['The data of kubelet and containerd is not what it was.']),
    ...Object.entries(undisturbed.states).flatMap(([host, state]) =>
      differencesOfStates(host, disturbed.states[host] ?? {}, state),
    ),
    ...differencesOfJobs(disturbed, undisturbed),
    ...differencesOfBoots(disturbed, undisturbed),
    ...disturbed.cells
      .filter(({ recovery }) => recovery === undefined)
      .map(({ step, host }) => `${step} on ${host} never went on.`),
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

function differencesOfJobs(disturbed: Outcome, undisturbed: Outcome): string[] {
  const mayBeCutOff = disturbed.cells.some(({ fault, asked }) => fault.restarts !== 'nothing' || asked > 0);
  return Object.entries(undisturbed.jobs).flatMap(([host, jobs]) => {
    const found = disturbed.jobs[host] ?? [];
    const twice = found
      .filter((job) => !/ [01]$/.test(job))
      .map((job) => `A job on ${host} was executed more than once: ${job}.`);
    if (mayBeCutOff || found.join() === jobs.join()) return twice;
    return [...twice, `The jobs on ${host} are ${found.join(', ')}, not ${jobs.join(', ')}.`];
  });
}

function differencesOfBoots(disturbed: Outcome, undisturbed: Outcome): string[] {
  // What works on no machine of its own, such as a playbook, meets its faults on the worker.
  const onWorker = ({ host }: Cell) => host === disturbed.worker || !(host in disturbed.places);
  const byFaults = disturbed.cells.filter((cell) => cell.fault.restarts === 'host' && onWorker(cell)).length;
  const { boots } = disturbed;
  // A restart that a fault brings about at the right moment may be the one that the procedure needs.
  if (boots >= Math.max(undisturbed.boots, byFaults) && boots <= undisturbed.boots + byFaults) return [];
  return [
    `The worker was started ${boots} times; ${byFaults} times by faults, and the procedure needs ${undisturbed.boots}.`,
  ];
}

/** Activities that an `up` never comes to when all goes well: beside-an-up.faults.test.ts lets them meet the faults. */
export const elsewhere: readonly string[] = [
  'undoStorage',
  'measureOldData',
  'deleteOldData',
  'restoreDataDirectories',
  'stopJob',
  'findHostHolder',
];

/** Activities that should have met the fault and did not. The list of activities is the code's own. */
export function missing(outcome: Outcome, fault: Fault): string[] {
  const met = new Set(outcome.cells.map(({ step }) => step));
  const all = Object.keys(createActivities(createDependencies()));
  return all.filter((step) => !met.has(step) && !elsewhere.includes(step) && fault.appliesTo(step));
}

/** One line for each step and host, one column for each fault: seconds until it went on. */
export function table(cells: readonly Cell[]): string {
  const columns = [...new Set(cells.map(({ fault }) => fault))];
  const order = Object.keys(steps);
  const rows = [...new Set(cells.map(nameOf))].sort(
    (one, other) => order.indexOf(stepOf(one)) - order.indexOf(stepOf(other)),
  );
  const textAt = (row: string, fault: Fault) =>
    cells
      .filter((cell) => nameOf(cell) === row && cell.fault === fault)
      .map(textOf)
      .join(' ') || '–';
  const medianOf = (fault: Fault) => median(recoveries(cells.filter((cell) => cell.fault === fault)));
  return aligned([
    ['Step', ...columns.map(({ name }) => name)],
    ...rows.map((row) => [row, ...columns.map((fault) => textAt(row, fault))]),
    ['Median', ...columns.map((fault) => seconds(medianOf(fault)))],
  ]);
}

const nameOf = ({ step, host }: Cell) => `${step} on ${host}`;
const stepOf = (name: string) => name.slice(0, name.indexOf(' '));
const seconds = (milliseconds: number) => `${(milliseconds / 1000).toFixed(1)} s`;

function textOf({ recovery, asked }: Cell): string {
  if (recovery === undefined) return 'FAILED';
  return `${seconds(recovery)}${asked > 0 ? ', retry' : ''}`;
}

function aligned(lines: readonly (readonly string[])[]): string {
  const widths = (lines[0] ?? []).map((_, column) =>
    Math.max(...lines.map((line) => (line[column] ?? '').length)),
  );
  return lines
    .map((line) =>
      line
        .map((text, column) =>
          column === 0 ? text.padEnd(widths[0] ?? 0) : text.padStart(widths[column] ?? 0),
        )
        .join('  '),
    )
    .join('\n');
}

/** Milliseconds until another attempt of each of the steps began, where one did. */
export function resumptions(cells: readonly Cell[]): number[] {
  return cells.flatMap(({ resumed }) => (resumed === undefined ? [] : [resumed]));
}

/** Milliseconds until each of the steps went on: with its first success on the host, however long that takes there. */
export function recoveries(cells: readonly Cell[]): number[] {
  return cells.flatMap(({ recovery }) => (recovery === undefined ? [] : [recovery]));
}

/** NaN of nothing. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? NaN;
}

/** A line of progress, with the time of day. */
export function say(line: string): void {
  console.log(`${new Date().toISOString().slice(11, 19)} ${line}`);
}
