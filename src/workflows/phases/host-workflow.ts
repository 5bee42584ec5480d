import {
  condition,
  getExternalWorkflowHandle,
  isCancellation,
  ParentClosePolicy,
  rootCause,
  startChild,
  type ChildWorkflowHandle,
} from '@temporalio/workflow';
import { WorkflowExecutionAlreadyStartedError } from '@temporalio/common';
import type { HostSpecification } from '../../cluster/specification/specification.js';
import type { StoragePlan } from '../../cluster/storage/storage-plan.js';
import type { ClusterRun } from '../running/cluster-run.js';
import { waitForHostLock } from './host-lock.js';
import {
  finishSignal,
  type HostOutcome,
  type HostReport,
  type PrepareHost,
  type PrepareHostInput,
} from '../../protocol/host-messages.js';
import { hostWorkflowId } from '../../protocol/messages.js';
import { whereItStands } from '../running/outcomes.js';
import { clusterAttribute } from '../../protocol/search-attributes.js';

/** The cluster's side of one host's workflow: starts it, hears its reports, passes answers on, takes its outcome. */
export class HostWorkflow {
  /** As it was applied, or found satisfied. */
  storage: StoragePlan | null = null;
  private child: ChildWorkflowHandle<PrepareHost> | undefined;
  private isOver = false;
  private whyLetGo = 'Its work was cancelled.';
  /** Where each of the child's steps is in the host's list, which has steps of the cluster's workflow too. */
  private readonly positions = new Map<number, number>();

  constructor(
    private readonly run: ClusterRun,
    readonly host: HostSpecification,
  ) {
    run.onReport(host.name, (report) => {
      this.hear(report);
    });
  }

  /** Starts the work, and waits until the host is prepared for Kubespray, has ended, or waits for a person. */
  async prepare(input: PrepareHostInput): Promise<void> {
    await this.run.forHost(this.host, async () => {
      this.child = await this.start(input);
    });
    if (!this.child) {
      this.isOver = true;
      return;
    }
    void this.follow(this.child);
    await condition(() => this.isPreparedOrOver() || this.run.questions.isAsking(this.host.name));
  }

  /** Also when a person was asked on the way. */
  async preparedOrOver(): Promise<void> {
    await condition(() => this.isPreparedOrOver());
  }

  isPreparedOrOver(): boolean {
    return this.isOver || this.run.progress.hostState(this.host.name) === 'prepared';
  }

  /** Lets it do the finishing steps, and waits until it has ended or waits for a person. */
  async finish(): Promise<void> {
    if (this.isOver || !this.child) return;
    this.run.progress.setHostState(this.host.name, 'working');
    await this.child.signal(finishSignal);
    await condition(() => this.isOver || this.run.questions.isAsking(this.host.name));
  }

  /** Its turn does not come: nothing is begun on it. */
  leaveOut(): void {
    this.isOver = true;
  }

  async over(): Promise<void> {
    await condition(() => this.isOver);
  }

  /** Ends the work before its next step, and waits for that. @param why for the report: one sentence or more */
  async letGo(why: string): Promise<void> {
    if (this.isOver || !this.child) return;
    this.whyLetGo = why;
    try {
      await getExternalWorkflowHandle(this.child.workflowId).cancel();
    } catch {
      // It has ended by itself in the meantime.
    }
    await this.over();
  }

  private async start(input: PrepareHostInput): Promise<ChildWorkflowHandle<PrepareHost>> {
    const workflowId = hostWorkflowId(this.host.address, this.host.port);
    for (let tried = 1; ; tried += 1) {
      try {
        return await startChild<PrepareHost>('prepareHost', {
          workflowId,
          args: [input],
          // A terminated parent must not leave the lock behind for ever, and TERMINATE would give it back while a job
          // still runs on the host. Asked to cancel, the child ends its step in order, stops, and then gives it back.
          parentClosePolicy: ParentClosePolicy.REQUEST_CANCEL,
          typedSearchAttributes: [{ key: clusterAttribute, value: this.run.specification.name }],
          staticSummary: `${this.host.name}: everything on this host, of cluster ${this.run.specification.name}`,
        });
      } catch (failure) {
        if (!(failure instanceof WorkflowExecutionAlreadyStartedError)) throw failure;
        await waitForHostLock(this.run, { host: this.host.name, workflowId, tried });
      }
    }
  }

  private hear({ state, steps, questions, storage, refusals = [] }: HostReport): void {
    const { progress, questions: open } = this.run;
    const { name } = this.host;
    for (const refusal of refusals) this.run.progress.refuse(`${name}: ${refusal}`);
    if (this.isOver) return;
    this.showSteps(steps);
    progress.setHostState(name, state);
    if (storage !== null) {
      this.storage = storage;
      progress.setStoragePlan(name, storage);
    }
    open.mirror(name, questions, (verb, message) => {
      // If the host's workflow has ended in the meantime, its outcome is on the way.
      this.child?.signal(verb, message).catch(() => undefined);
    });
  }

  private showSteps(steps: HostReport['steps']): void {
    for (const { position, ...step } of steps) {
      const known = this.positions.get(position);
      const shown = known ?? this.run.progress.beginStep(this.host.name, step.step, step.summary);
      this.positions.set(position, shown);
      this.run.progress.setStep(this.host.name, shown, step);
    }
  }

  private async follow(child: ChildWorkflowHandle<PrepareHost>): Promise<void> {
    const { name } = this.host;
    try {
      this.take(await child.result());
    } catch (failure) {
      const stands = whereItStands(this.run.progress.stepsOf(name));
      this.run.drop(
        name,
        isCancellation(failure)
          ? { result: 'aborted', why: `${this.whyLetGo} ${stands}` }
          : { result: 'failed', why: `${rootCause(failure) ?? 'Its workflow failed.'} ${stands}` },
      );
    } finally {
      this.isOver = true;
      this.run.questions.mirror(name, [], () => undefined);
    }
  }

  private take(outcome: HostOutcome): void {
    const { name } = this.host;
    this.showSteps(outcome.steps.map((step, position) => ({ ...step, position })));
    this.storage = outcome.storage;
    for (const approval of outcome.approvals) this.run.approvals.push({ ...approval, hosts: [name] });
    if (outcome.result === 'done') this.run.progress.setHostState(name, 'done');
    else this.run.drop(name, outcome);
  }
}
