import type { ClusterProgress, HostProgress, StepProgress } from '../../src/protocol/progress.js';

/** A progress for tests; only what matters to a test is given. */
export function progressOf(parts: Partial<ClusterProgress> = {}): ClusterProgress {
  return {
    cluster: 'blue',
    phase: 'preparing',
    release: 'v2.24.1',
    controlHost: [],
    hosts: [],
    questions: [],
    refusals: [],
    plan: null,
    report: null,
    ...parts,
  };
}

export function hostOf(
  host: string,
  steps: readonly StepProgress[] = [],
  state: HostProgress['state'] = 'working',
): HostProgress {
  return { host, state, steps };
}

export function stepOf(step: string, state: StepProgress['state'], summary = ''): StepProgress {
  return { step, state, summary };
}
