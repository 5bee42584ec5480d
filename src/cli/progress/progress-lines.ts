import { plainText } from '../../cluster/text/plain-text.js';
import type { ClusterProgress, StepProgress } from '../../protocol/progress.js';

/** One thing that happened between two looks at the progress. */
export interface ProgressLine {
  /** A step that has only begun: worth a line in a log, too much for a screen that shows it anyway. */
  readonly kind: 'phase' | 'begun' | 'ended' | 'refusal';
  readonly text: string;
}

const controlHost = 'control host';
const widest = { machine: 20, step: 26 };

/**
 * What has changed since the last look, a line each, in the order of machines and steps.
 * @param before undefined at the first look: then everything counts as new
 */
export function progressLines(before: ClusterProgress | undefined, now: ClusterProgress): ProgressLine[] {
  const lines: ProgressLine[] = [];
  if (before?.phase !== now.phase) {
    const release = now.release === null ? '' : ` (Kubespray ${plainText(now.release)})`;
    lines.push({ kind: 'phase', text: `${plainText(now.cluster)}: ${now.phase}${release}` });
  }
  for (const [machine, steps] of machines(now)) {
    const known = before === undefined ? [] : (machines(before).get(machine) ?? []);
    for (const step of newSteps(known, steps)) {
      lines.push({ kind: step.state === 'running' ? 'begun' : 'ended', text: stepLine(now, machine, step) });
    }
  }
  for (const refusal of now.refusals.slice(newRefusals(before, now))) {
    lines.push({ kind: 'refusal', text: `refused: ${plainText(refusal)}` });
  }
  return lines;
}

function newSteps(before: readonly StepProgress[], now: readonly StepProgress[]): StepProgress[] {
  return now.filter(
    (step, position) => before[position]?.state !== step.state || before[position].step !== step.step,
  );
}

/** "worker-1      createRaidArray             changed    /dev/md0 of 2 disks", in the columns of all machines. */
export function stepLine(progress: ClusterProgress, machine: string, step: StepProgress): string {
  const name = plainText(machine).padEnd(nameWidth(progress));
  const words = [
    name,
    plainText(step.step).padEnd(widest.step),
    step.state.padEnd(9),
    plainText(step.summary),
  ];
  return words.join('  ').trimEnd();
}

/** What is being done, a sentence each: "control host: runKubespray: about 40 %". */
export function runningSteps(progress: ClusterProgress): string[] {
  return [...machines(progress)].flatMap(([machine, steps]) =>
    steps
      .filter(({ state }) => state === 'running')
      .map(({ step, summary }) => plainText([machine, step, summary].filter(Boolean).join(': '))),
  );
}

function machines(progress: ClusterProgress): Map<string, readonly StepProgress[]> {
  return new Map([
    [controlHost, progress.controlHost],
    ...progress.hosts.map(({ host, steps }) => [host, steps] as const),
  ]);
}

function nameWidth({ hosts }: ClusterProgress): number {
  const longest = Math.max(controlHost.length, ...hosts.map(({ host }) => host.length));
  return Math.min(longest, widest.machine);
}

/** Refusals are kept to a number, so old ones fall out at the front: what is new follows the last known one. */
function newRefusals(before: ClusterProgress | undefined, { refusals }: ClusterProgress): number {
  const last = before?.refusals.at(-1);
  return last === undefined ? 0 : refusals.lastIndexOf(last) + 1;
}
