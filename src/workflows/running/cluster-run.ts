import {
  allHandlersFinished,
  CancellationScope,
  condition,
  isCancellation,
  setHandler,
  upsertSearchAttributes,
} from '@temporalio/workflow';
import type { CheckResult } from '../../protocol/step-inputs.js';
import type { HostFacts } from '../../cluster/facts/facts.js';
import { isOfControlPlane } from '../../cluster/specification/members.js';
import type { ClusterPlan } from '../../cluster/plan/plan.js';
import type { Report, ReportedApproval, ReportedHost } from '../../cluster/report/report.js';
import type { HostSpecification, Specification } from '../../cluster/specification/specification.js';
import { RunProgress } from '../progress/run-progress.js';
import { controlHostName } from '../../protocol/host-addresses.js';
import { OpenQuestions } from '../questions/open-questions.js';
import { setHandlers } from '../questions/handlers.js';
import { hostReportSignal, type HostReport } from '../../protocol/host-messages.js';
import { aborted, endingOf, stateAfter, whereItStands } from './outcomes.js';
import { makeReport } from './make-report.js';
import { clusterAttribute } from '../../protocol/search-attributes.js';
import { StepRunner } from './step-runner.js';

type Ending = Pick<ReportedHost, 'result' | 'why'>;

/** What the workflow of a whole cluster knows, and the rules by which hosts drop out of it and it comes to its end. */
export class ClusterRun {
  readonly progress: RunProgress;
  readonly questions: OpenQuestions;
  readonly controlHost: StepRunner;
  readonly facts = new Map<string, HostFacts>();
  readonly approvals: ReportedApproval[] = [];
  readonly checks: CheckResult[] = [];
  /** Hosts on which Slipway's own firewall, of an earlier run, does not let in all the others. */
  outdatedFirewalls: ReadonlySet<string> = new Set();
  plan: ClusterPlan | null = null;
  playbook: Report['playbook'];
  private readonly runners = new Map<string, StepRunner>();
  private readonly endings = new Map<string, Ending>();
  private readonly reports = new Map<string, (report: HostReport) => void>();

  /** Sets the handlers; to be made before the workflow's first `await`. */
  constructor(
    readonly specification: Specification,
    { asksAboutFailures = true }: { readonly asksAboutFailures?: boolean } = {},
  ) {
    const names = specification.hosts.map(({ name }) => name);
    this.progress = new RunProgress(specification.name, names);
    this.questions = new OpenQuestions(this.progress);
    const asked = asksAboutFailures ? this.questions : null;
    const stepsOf = (name: string) => new StepRunner(name, this.progress, asked, names.length);
    this.controlHost = stepsOf(controlHostName);
    for (const name of names) this.runners.set(name, stepsOf(name));
    setHandlers(this.progress, this.questions);
    setHandler(hostReportSignal, (report) => this.reports.get(report.host)?.(report));
    upsertSearchAttributes([{ key: clusterAttribute, value: specification.name }]);
    this.progress.setPhase('checking');
  }

  stepsOn(host: HostSpecification): StepRunner {
    const steps = this.runners.get(host.name);
    if (!steps) throw aborted(`${host.name} is not in the specification.`);
    return steps;
  }

  /** Hosts that have not dropped out, in the specification's order. */
  activeHosts(): HostSpecification[] {
    return this.specification.hosts.filter(({ name }) => !this.endings.has(name));
  }

  /** The specification as it stands without the hosts that dropped out: what Kubespray may touch. */
  activeSpecification(): Specification {
    return { ...this.specification, hosts: this.activeHosts() };
  }

  /** Control planes and etcd members that dropped out. */
  missingControlPlanes(): HostSpecification[] {
    return this.specification.hosts.filter((host) => this.endings.has(host.name) && isOfControlPlane(host));
  }

  /** Does something for a host; if that ends the host's work, the host drops out and the others go on. */
  async forHost(host: HostSpecification, work: (steps: StepRunner) => Promise<void>): Promise<void> {
    try {
      await work(this.stepsOn(host));
    } catch (failure) {
      const ending = endingOf(failure);
      if (ending === undefined) throw failure;
      this.drop(host.name, ending);
    }
  }

  drop(host: string, ending: Ending): void {
    this.endings.set(host, ending);
    this.progress.setHostState(host, stateAfter(ending.result));
  }

  hasEnded(host: string): boolean {
    return this.endings.has(host);
  }

  /** Hears the reports of a host's own workflow. */
  onReport(host: string, hear: (report: HostReport) => void): void {
    this.reports.set(host, hear);
  }

  /**
   * Follows the procedure to its report, whichever way it ends.
   * @param letGo ends what is under way, and tells what the operator has to know of what is left; empty: nothing
   */
  async reportOf(procedure: () => Promise<void>, letGo: (why: string) => Promise<string>): Promise<Report> {
    try {
      await procedure();
      return await this.end('done', undefined);
    } catch (failure) {
      const ending = endingOf(failure);
      if (ending !== undefined) {
        const left = await letGo(ending.why);
        return await this.end('failed', sentences(ending.why, left));
      }
      if (isCancellation(failure)) {
        await CancellationScope.nonCancellable(async () => {
          const left = await letGo('The procedure was cancelled.');
          await this.end('failed', sentences('The procedure was cancelled.', left));
        });
      }
      throw failure;
    }
  }

  private async end(phase: 'done' | 'failed', whyAborted: string | undefined): Promise<Report> {
    for (const { name } of this.activeHosts()) {
      if (whyAborted === undefined) this.drop(name, { result: 'done', why: null });
      else
        this.drop(name, {
          result: 'aborted',
          why: sentences(whyAborted, whereItStands(this.progress.stepsOf(name))),
        });
    }
    const report = makeReport({
      specification: this.specification,
      plan: this.plan,
      approvals: this.approvals,
      checks: this.checks,
      hosts: this.specification.hosts.map(({ name }) => ({
        host: name,
        ...(this.endings.get(name) ?? { result: 'failed', why: null }),
        steps: this.progress.stepsOf(name),
      })),
      facts: this.facts,
      playbook: this.playbook,
      isAborted: whyAborted !== undefined,
    });
    this.progress.setQuestions([]);
    this.progress.setReport(report);
    this.progress.setPhase(phase);
    await condition(allHandlersFinished);
    return report;
  }
}

function sentences(...all: readonly string[]): string {
  return all.filter((each) => each !== '').join(' ');
}
