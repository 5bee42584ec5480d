import {
  allHandlersFinished,
  CancellationScope,
  condition,
  isCancellation,
  setHandler,
  upsertSearchAttributes,
} from '@temporalio/workflow';
import type { CheckResult } from '../../protocol/steps.js';
import type { HostFacts } from '../../cluster/facts/facts.js';
import { isOfControlPlane } from '../../cluster/specification/members.js';
import type { ClusterPlan } from '../../cluster/plan/plan.js';
import type { Report, ReportedHost } from '../../cluster/report/report.js';
import type { HostSpecification, Specification } from '../../cluster/specification/specification.js';
import { Board } from '../progress/run-progress.js';
import { controlHostStation } from '../../protocol/targets.js';
import { Desk } from '../questions/open-questions.js';
import { listen } from '../questions/handlers.js';
import { hostReportSignal, type HostReport } from '../../protocol/host-messages.js';
import { aborted, endingOf, stateAfter, whereItStands } from './outcomes.js';
import { makeReport } from './make-report.js';
import { clusterAttribute } from '../../protocol/search-attributes.js';
import { Station } from './step-runner.js';

type Ending = Pick<ReportedHost, 'result' | 'why'>;

/** What the workflow of a whole cluster knows, and the rules by which hosts drop out of it and it comes to its end. */
export class ClusterRun {
  readonly board: Board;
  readonly desk: Desk;
  readonly controlHost: Station;
  readonly facts = new Map<string, HostFacts>();
  readonly approvals: { plan: string; by: string; hosts: string[] }[] = [];
  readonly checks: CheckResult[] = [];
  /** Hosts on which Slipway's own firewall, of an earlier run, does not let in all the others. */
  outdatedFirewalls: ReadonlySet<string> = new Set();
  plan: ClusterPlan | null = null;
  playbook: Report['playbook'];
  private readonly stations = new Map<string, Station>();
  private readonly endings = new Map<string, Ending>();
  private readonly reports = new Map<string, (report: HostReport) => void>();

  /** Sets the handlers; to be made before the workflow's first `await`. */
  constructor(
    readonly specification: Specification,
    { asksAboutFailures = true }: { readonly asksAboutFailures?: boolean } = {},
  ) {
    const names = specification.hosts.map(({ name }) => name);
    this.board = new Board(specification.name, names);
    this.desk = new Desk(this.board);
    const desk = asksAboutFailures ? this.desk : null;
    const stationOf = (name: string) => new Station(name, this.board, desk, names.length);
    this.controlHost = stationOf(controlHostStation);
    for (const name of names) this.stations.set(name, stationOf(name));
    listen(this.board, this.desk);
    setHandler(hostReportSignal, (report) => this.reports.get(report.host)?.(report));
    upsertSearchAttributes([{ key: clusterAttribute, value: specification.name }]);
    this.board.setPhase('checking');
  }

  station(host: HostSpecification): Station {
    const station = this.stations.get(host.name);
    if (!station) throw aborted(`${host.name} is not in the specification.`);
    return station;
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
  async forHost(host: HostSpecification, work: (station: Station) => Promise<void>): Promise<void> {
    try {
      await work(this.station(host));
    } catch (failure) {
      const ending = endingOf(failure);
      if (ending === undefined) throw failure;
      this.drop(host.name, ending);
    }
  }

  drop(host: string, ending: Ending): void {
    this.endings.set(host, ending);
    this.board.setHostState(host, stateAfter(ending.result));
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
          why: sentences(whyAborted, whereItStands(this.board.stepsOf(name))),
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
        steps: this.board.stepsOf(name),
      })),
      facts: this.facts,
      playbook: this.playbook,
      isAborted: whyAborted !== undefined,
    });
    this.board.setQuestions([]);
    this.board.setReport(report);
    this.board.setPhase(phase);
    await condition(allHandlersFinished);
    return report;
  }
}

function sentences(...all: readonly string[]): string {
  return all.filter((each) => each !== '').join(' ');
}
