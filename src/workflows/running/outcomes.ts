import { ApplicationFailure } from '@temporalio/workflow';
import type { ReportedHost } from '../../cluster/report/report.js';
import type { HostState, StepProgress } from '../../protocol/progress.js';

type Result = ReportedHost['result'];

/** Type of the failure that ends one host's work, while the others' goes on. */
const abortedType = 'Aborted';
const stoppedType = 'Stopped';

/** A person said `abort`. */
export function aborted(why: string): ApplicationFailure {
  return ApplicationFailure.create({ message: why, type: abortedType, nonRetryable: true });
}

/** The host cannot or must not be worked on: its plan was refused or denied. */
export function stopped(result: Result, why: string): ApplicationFailure {
  return ApplicationFailure.create({
    message: why,
    type: stoppedType,
    nonRetryable: true,
    details: [result],
  });
}

/** How a failure ends a host's work; undefined when it is none of the ways above. */
export function endingOf(failure: unknown): { readonly result: Result; readonly why: string } | undefined {
  if (!(failure instanceof ApplicationFailure)) return undefined;
  if (failure.type === abortedType) return { result: 'aborted', why: failure.message };
  if (failure.type !== stoppedType) return undefined;
  const [result] = failure.details as [Result];
  return { result, why: failure.message };
}

const states: Readonly<Record<Result, HostState>> = {
  done: 'done',
  failed: 'failed',
  aborted: 'aborted',
  refused: 'skipped',
  denied: 'skipped',
  skipped: 'skipped',
};

export function stateAfter(result: Result): HostState {
  return states[result];
}

/** In which state a host is whose work was ended half-way, for a reader who has to decide what to do with it. */
export function whereItStands(steps: readonly StepProgress[]): string {
  const finished = steps.filter(({ state }) => state === 'changed' || state === 'unchanged');
  const last = finished.at(-1);
  if (last === undefined) return 'Nothing was done on it.';
  if (last.step === 'undoStorage' && last.state === 'changed') {
    return 'Step 7 was undone on it: running the procedure again begins it anew.';
  }
  const end = finished.findLast(
    ({ step }) => step === 'stopAndDisableUnits' || step === 'startAndEnableUnits',
  );
  return `Its last finished step is ${last.step}. ${unitsAfter(end)}`;
}

/** A run that found the units stopped did not stop them itself, but nobody has started them since either. */
function unitsAfter(end: StepProgress | undefined): string {
  if (end?.step !== 'stopAndDisableUnits') return 'Running the procedure again goes on from there.';
  return end.state === 'changed'
    ? 'kubelet and containerd are stopped and disabled: run the procedure again, or start and enable them.'
    : 'kubelet and containerd may be stopped and disabled since an earlier run: run the procedure again, or look at them.';
}
