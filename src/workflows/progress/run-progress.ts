import { setCurrentDetails, upsertSearchAttributes, workflowInfo } from '@temporalio/workflow';
import type { ClusterPlan } from '../../cluster/plan/plan.js';
import type { Report } from '../../cluster/report/report.js';
import type { StoragePlan } from '../../cluster/storage/storage-plan.js';
import { noOrder } from '../../cluster/plan/work-order.js';
import { currentDetails } from './current-details.js';
import type { ClusterProgress, HostState, Phase, Question, StepProgress } from '../../protocol/progress.js';
import { phaseAttribute, waitingForAttribute } from '../../protocol/search-attributes.js';
import { controlHostName } from '../../protocol/host-addresses.js';

/** Only the newest refusals are kept: anybody who may signal could send any number. */
const refusalsKept = 50;
/** Characters. */
const longestNews = 300;

/**
 * What is known about the run, and the one place that tells the outside of it: the query `progress`, the current
 * details in Temporal's UI and the search attributes.
 */
export class RunProgress {
  private readonly controlHost: StepProgress[] = [];
  private readonly hosts = new Map<string, { state: HostState; steps: StepProgress[] }>();
  private readonly refusals: string[] = [];
  private questions: readonly Question[] = [];
  private phase: Phase = 'checking';
  private release: string | null = null;
  private plan: ClusterPlan | null = null;
  private report: Report | null = null;
  private isStale = false;
  private shownWaitingFor: string | null = null;

  /**
   * @param onChange called once for each burst of changes, for example to tell the parent
   * @param onRefusal called for each answer that was refused, before that
   */
  constructor(
    private readonly cluster: string,
    hosts: readonly string[],
    private readonly onChange: () => void = () => undefined,
    private readonly onRefusal: (why: string) => void = () => undefined,
  ) {
    for (const host of hosts) this.hosts.set(host, { state: 'waiting', steps: [] });
  }

  setPhase(phase: Phase): void {
    this.phase = phase;
    upsertSearchAttributes([{ key: phaseAttribute, value: phase }]);
    this.changed();
  }

  setHostState(host: string, state: HostState): void {
    const entry = this.hosts.get(host);
    if (entry) entry.state = state;
    this.changed();
  }

  hostState(host: string): HostState | undefined {
    return this.hosts.get(host)?.state;
  }

  setRelease(release: string): void {
    this.release = release;
    this.changed();
  }

  setPlan(plan: ClusterPlan): void {
    this.plan = plan;
    this.changed();
  }

  /** A host's storage was planned anew, shortly before use. */
  setStoragePlan(host: string, storage: StoragePlan): void {
    const plan = this.plan ?? {
      cluster: this.cluster,
      digest: null,
      release: { name: 'none', why: 'Only the storage of one host is worked on.' },
      storage: {},
      order: noOrder,
      findings: [],
      advice: [],
    };
    this.plan = { ...plan, storage: { ...plan.storage, [host]: storage } };
    this.changed();
  }

  setReport(report: Report): void {
    this.report = report;
    this.changed();
  }

  /** Puts a new step at the end of a machine's list. @returns its position */
  beginStep(machine: string, step: string, summary: string): number {
    const list = this.stepsOf(machine);
    list.push({ step, state: 'running', summary });
    this.changed();
    return list.length - 1;
  }

  setStep(machine: string, position: number, progress: StepProgress): void {
    this.stepsOf(machine)[position] = progress;
    this.changed();
  }

  /** A running step of the control host says how far it is. Anybody may signal, so what is no news is passed over. */
  showNews(news: unknown): void {
    if (typeof news !== 'object' || news === null || !('step' in news) || !('summary' in news)) return;
    const { step, summary } = news;
    if (typeof summary !== 'string') return;
    const position = this.controlHost.findLastIndex((known) => known.step === step);
    const known = this.controlHost[position];
    if (known?.state !== 'running') return;
    this.controlHost[position] = { ...known, summary: summary.slice(0, longestNews) };
    this.changed();
  }

  /** @param machine a host's inventory name or {@link controlHostName} */
  stepsOf(machine: string): StepProgress[] {
    if (machine === controlHostName) return this.controlHost;
    const entry = this.hosts.get(machine) ?? { state: 'waiting', steps: [] };
    this.hosts.set(machine, entry);
    return entry.steps;
  }

  setQuestions(questions: readonly Question[]): void {
    this.questions = questions;
    const kinds = questions.map((question) => question.kind);
    const waitingFor = kinds.includes('approval') ? 'approval' : (kinds[0] ?? null);
    if (waitingFor !== this.shownWaitingFor) {
      this.shownWaitingFor = waitingFor;
      upsertSearchAttributes([{ key: waitingForAttribute, value: waitingFor }]);
    }
    this.changed();
  }

  /** Something that was answered and changed nothing; an answer by signal has no other way to be told. */
  refuse(why: string): void {
    this.refusals.push(why);
    this.onRefusal(why);
    if (this.refusals.length > refusalsKept) this.refusals.shift();
    this.changed();
  }

  /** Shows everything again, for example because time has passed. */
  remind(): void {
    this.changed();
  }

  progress(): ClusterProgress {
    return {
      cluster: this.cluster,
      phase: this.phase,
      release: this.release,
      controlHost: [...this.controlHost],
      hosts: [...this.hosts].map(([host, { state, steps }]) => ({ host, state, steps: [...steps] })),
      questions: this.questions,
      refusals: [...this.refusals],
      plan: this.plan,
      report: this.report,
    };
  }

  /** Many changes of one moment are shown once: with 1,000 hosts each showing costs a millisecond. */
  private changed(): void {
    if (this.isStale) return;
    this.isStale = true;
    void Promise.resolve().then(() => {
      this.isStale = false;
      setCurrentDetails(currentDetails(this.progress(), workflowInfo().workflowId));
      this.onChange();
    });
  }
}
