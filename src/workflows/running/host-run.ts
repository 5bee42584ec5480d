import {
  allHandlersFinished,
  CancellationScope,
  condition,
  getExternalWorkflowHandle,
  isCancellation,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import type { ReportedApproval } from '../../cluster/report/report.js';
import type { StoragePlan } from '../../cluster/storage/storage-plan.js';
import type { ApprovedPlan } from '../../protocol/approvals.js';
import type { OldDirectory } from '../../cluster/storage/old-data.js';
import { RunProgress } from '../progress/run-progress.js';
import { OpenQuestions } from '../questions/open-questions.js';
import { setHandlers } from '../questions/handlers.js';
import { hostReportSignal, type HostOutcome } from '../../protocol/host-messages.js';
import { endingOf, stateAfter, stopped } from './outcomes.js';
import { Reporter } from '../progress/reporter.js';
import { approvalKindOf } from '../../protocol/progress.js';
import { clusterAttribute } from '../../protocol/search-attributes.js';
import { StepRunner } from './step-runner.js';

/** Up to so many hosts tell their cluster about each step; with more, that would fill the cluster's history. */
const hostsToldStepByStep = 50;

interface HostRunOptions {
  readonly cluster: string;
  readonly host: string;
  /** Of the cluster's hosts that are worked on at the same time. */
  readonly hostCount: number;
}

/** What is asked about on one host. */
interface Approvable {
  /** What the approval is bound to. */
  readonly digest: string;
  /** How long the question stays open. */
  readonly hours: number;
  /** What is deleted for good. */
  readonly oldData?: readonly OldDirectory[];
}

/** The work on one host by a workflow of its own: its progress, its questions and, where it has a parent, its reports. */
export class HostRun {
  readonly progress: RunProgress;
  readonly questions: OpenQuestions;
  readonly steps: StepRunner;
  /** The newest plan for step 7, as it is asked about, applied or found satisfied. */
  storage: StoragePlan | null = null;
  readonly approvals: Omit<ReportedApproval, 'hosts'>[] = [];
  private readonly reporter: Reporter | undefined;

  /** Sets the handlers; to be made before the workflow's first `await`. */
  constructor(private readonly options: HostRunOptions) {
    const { cluster, host, hostCount } = options;
    this.progress = new RunProgress(
      cluster,
      [host],
      () => this.reporter?.changed(),
      (why) => this.reporter?.refused(why),
    );
    this.questions = new OpenQuestions(this.progress);
    this.steps = new StepRunner(host, this.progress, this.questions, hostCount);
    this.reporter = this.reporterToParent();
    setHandlers(this.progress, this.questions);
    upsertSearchAttributes([{ key: clusterAttribute, value: cluster }]);
    this.progress.setHostState(host, 'working');
  }

  /**
   * Asks about this host alone, and notes who has approved.
   * @throws ApplicationFailure that ends the host's work: denied, or not answered for in time
   */
  async approvalOf({ digest, ...asked }: Approvable): Promise<ApprovedPlan> {
    const { host } = this.options;
    const { approved, denied } = await this.questions.askApproval({
      plan: digest,
      digests: new Map([[host, digest]]),
      ...asked,
    });
    const approval = approved.get(host);
    if (approval === undefined) throw stopped('denied', denied.get(host) ?? 'Nobody approved it.');
    this.approvals.push({ kind: approvalKindOf(asked), plan: digest, by: approval.by });
    return approval;
  }

  /** Does the work and says how it ended. Cancelled, it tells the parent how far it came, and stays cancelled. */
  async outcomeOf(work: () => Promise<void>): Promise<HostOutcome> {
    const { host } = this.options;
    try {
      await work();
      return await this.end({ result: 'done', why: null });
    } catch (failure) {
      if (isCancellation(failure)) {
        this.progress.setHostState(host, 'aborted');
        await CancellationScope.nonCancellable(async () => this.reporter?.flush());
        throw failure;
      }
      const ending = endingOf(failure);
      if (ending === undefined) throw failure;
      return await this.end(ending);
    }
  }

  private async end({ result, why }: Pick<HostOutcome, 'result' | 'why'>): Promise<HostOutcome> {
    const { host } = this.options;
    this.progress.setHostState(host, stateAfter(result));
    this.progress.setPhase(result === 'done' ? 'done' : 'failed');
    // Cancelled in its last step, it has an outcome all the same, which tells more than that it was cancelled.
    await CancellationScope.nonCancellable(() => condition(allHandlersFinished));
    const steps = [...this.progress.stepsOf(host)];
    return { host, result, why, steps, storage: this.storage, approvals: this.approvals };
  }

  private reporterToParent(): Reporter | undefined {
    const { parent } = workflowInfo();
    if (parent === undefined) return undefined;
    const { host, hostCount } = this.options;
    const handle = getExternalWorkflowHandle(parent.workflowId, parent.runId);
    return new Reporter({
      reportsEveryStep: hostCount <= hostsToldStepByStep,
      send: (report) => handle.signal(hostReportSignal, report),
      look: () => ({
        host,
        state: this.progress.hostState(host) ?? 'waiting',
        steps: this.progress.stepsOf(host),
        questions: this.questions.questions(),
        storage: this.storage,
      }),
    });
  }
}
