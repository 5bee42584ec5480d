import type { CheckResult } from '../../protocol/step-inputs.js';
import type { HostFacts } from '../../cluster/facts/facts.js';
import { keptOldData, oldDataAdvice } from '../../cluster/storage/old-data.js';
import type { ClusterPlan } from '../../cluster/plan/plan.js';
import { reportedCheck, type Report, type ReportedHost } from '../../cluster/report/report.js';
import type { StoragePlan } from '../../cluster/storage/storage-plan.js';
import type { Specification } from '../../cluster/specification/specification.js';
import { noOrder } from '../../cluster/plan/work-order.js';
import type { StepProgress, StepState } from '../../protocol/progress.js';

interface Ended {
  readonly specification: Specification;
  readonly plan: ClusterPlan | null;
  readonly approvals: Report['approvals'];
  readonly checks: readonly CheckResult[];
  readonly hosts: readonly (Pick<ReportedHost, 'host' | 'result' | 'why'> & {
    readonly steps: readonly StepProgress[];
  })[];
  /** By host, as they were when the plan was made. */
  readonly facts: ReadonlyMap<string, HostFacts>;
  readonly playbook?: Report['playbook'] | undefined;
  readonly isAborted: boolean;
}

/** The end of the procedure in one value. */
export function makeReport(ended: Ended): Report {
  const { specification, plan, approvals, checks, hosts, playbook, isAborted } = ended;
  const reported = withoutRepeats(checks).map((check) => reportedCheck(check, specification));
  const isReady =
    hosts.every(({ result }) => result === 'done') && reported.every(({ state }) => state !== 'failed');
  return {
    cluster: specification.name,
    result: isAborted ? 'aborted' : isReady ? 'ready' : 'incomplete',
    release: plan?.release.name ?? 'none',
    approvals,
    hosts: hosts.map(({ host, result, why, steps }) => ({
      host,
      result,
      why,
      changed: named(steps, 'changed'),
      unchanged: named(steps, 'unchanged'),
      skipped: named(steps, 'skipped'),
    })),
    ...(playbook !== undefined && { playbook }),
    checks: reported,
    plan: plan
      ? shortened(plan)
      : {
          cluster: specification.name,
          digest: null,
          release: { name: 'none', why: 'The procedure ended before a release was chosen.' },
          storage: {},
          order: noOrder,
          findings: [],
          advice: [],
        },
    advice: oldDataAdvice(
      hosts
        .filter(({ result }) => result === 'done')
        .map(({ host }) => ({ host, paths: keptOn(host, ended) })),
    ),
  };
}

function keptOn(host: string, { plan, facts }: Ended): readonly string[] {
  const known = facts.get(host);
  const storage = plan?.storage[host];
  return known === undefined || storage === undefined ? [] : keptOldData(known, storage);
}

/** Several steps may run into the same: an API server that does not answer is told once. */
function withoutRepeats(checks: readonly CheckResult[]): CheckResult[] {
  const seen = new Set<string>();
  return checks.filter((check) => {
    const text = JSON.stringify(check);
    return !seen.has(text) && seen.add(text);
  });
}

/** With more hosts than this a report that told every device and command would not fit into a workflow's result. */
const hostsInFull = 100;

function shortened(plan: ClusterPlan): ClusterPlan {
  const entries = Object.entries(plan.storage);
  if (entries.length <= hostsInFull) return plan;
  const storage: Record<string, StoragePlan> = {};
  for (const [host, planned] of entries) {
    storage[host] =
      planned.kind === 'apply' ? { ...planned, excluded: [], commands: [], advice: [] } : planned;
  }
  return { ...plan, storage };
}

function named(steps: readonly StepProgress[], state: StepState): string[] {
  return [...new Set(steps.filter((step) => step.state === state).map(({ step }) => step))];
}
