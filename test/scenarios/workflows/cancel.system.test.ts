import { WorkflowFailedError, type WorkflowHandle } from '@temporalio/client';
import { CancelledFailure } from '@temporalio/common';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Report } from '../../../src/cluster/report/report.js';
import type { SpecificationInput } from '../../../src/cluster/specification/specification.js';
import { hostWorkflowId } from '../../../src/protocol/messages.js';
import { steps, type StepName } from '../../../src/protocol/steps.js';
import { asked, LabRun, until, WorkflowLab } from '../../support/environment.js';
import { activitiesByCluster, FakeMachines, type Call } from '../../fakes/fake-machines.js';
import { historyOf, stepsScheduledAfterCancel, tasksThatFailed } from '../../support/history-of.js';
import { aCluster } from '../../support/specifications.js';

/**
 * Cancels the procedure in every step, wherever and however often it runs, and starts it again. Which steps there are
 * comes from the table of steps and from a run that nobody disturbs.
 */

/** Steps that this procedure never does, and why. */
const elsewhere: Partial<Record<StepName, string>> = {
  pauseProvider:
    'Only before nodes of a running cluster are stopped, as cluster-in-use.system.test.ts beside this file shows.',
  resumeProvider: 'Likewise.',
  notePods: 'Likewise.',
  forgetPods: 'Only of deleteOldData, another workflow.',
  undoStorage:
    'Only after an abort; it comes to its end, as undo-storage.system.test.ts beside this file shows.',
  measureOldData: 'Only of deleteOldData, another workflow.',
  deleteOldData: 'Another workflow.',
  restoreDataDirectories:
    'Only after the approved reset of a node, as rerun.system.test.ts beside this file shows.',
};

/** Milliseconds; a machine that runs virtual machines beside is slow. */
const patience = 300_000;
// Most of the time a case waits for Temporal's timers.
vi.setConfig({ maxConcurrency: 12 });

/** One moment of the undisturbed run: the nth time that a step runs on a machine. */
interface Moment {
  readonly step: StepName;
  readonly machine: string;
  readonly nth: number;
}

let lab: WorkflowLab;
let run: LabRun;
let moments: readonly Moment[];
let undisturbed: object;
const machinesByCluster = new Map<string, FakeMachines>();

beforeAll(async () => {
  lab = await WorkflowLab.start();
  const machinesOf = (cluster: string) => machinesByCluster.get(cluster) ?? new FakeMachines();
  run = new LabRun(lab, { activities: () => activitiesByCluster(machinesOf) }, 'cancel');
  await run.startWorker();
  const { machines, specification } = aWorld('undisturbed');
  await toItsEnd(specification);
  moments = momentsOf(machines.calls);
  undisturbed = machines.state();
}, patience);

afterAll(async () => {
  await run.close();
  await lab.stop();
});

describe.concurrent('the procedure, cancelled', { timeout: patience }, () => {
  it.each(Object.keys(steps) as StepName[])(
    'in %s, stops there, and goes on when started again',
    async (step) => {
      const here = moments.filter((moment) => moment.step === step);
      expect(here.length > 0, `${step}: ${elsewhere[step] ?? 'It never runs; cover it, or say why.'}`).toBe(
        elsewhere[step] === undefined,
      );
      await Promise.all(here.map(cancelIn));
    },
  );

  it('while it waits for an approval, asks nothing more, and asks again when started again', async () => {
    const { machines, specification } = aWorld('asking');
    const handle = await run.provision(specification);
    const { questions } = await asked(handle);
    const before = machines.stepsOn('w1');
    await handle.cancel();
    await expectCancelled(handle);
    expect((await until(handle, ({ report }) => report !== null)).questions).toEqual([]);
    await expect(handle.signal('approve', { plan: 'any', by: 'late' })).rejects.toThrow(
      /not found|completed/i,
    );
    expect(machines.stepsOn('w1')).toEqual(before);
    const again = await run.provision(specification);
    expect((await asked(again)).questions).toMatchObject([
      { plan: questions[0]?.kind === 'approval' && questions[0].plan },
    ]);
    await approveUntil(again, again.result());
    expect(machines.state()).toEqual(undisturbed);
  });

  it('while it waits for an approval and installs Ansible, stops that too', async () => {
    const { machines, specification } = aWorld('installing');
    const held = machines.hold('cloneKubespray', 'control host');
    const handle = await run.provision(specification);
    await Promise.all([held.reached, asked(handle)]);
    await handle.cancel();
    await expectCancelled(handle);
    expect(machines.callsOf('stopJob').map(({ jobKey }) => jobKey)).toEqual(
      machines.callsOf('cloneKubespray').map(({ jobKey }) => jobKey),
    );
    await expectNothingMore(handle);
  });

  it('while several hosts are worked on at once, lets each come to the end of its step', async () => {
    const { machines, specification } = aWorld('side-by-side');
    const changes = machines.hold('copySshKey', 'w1');
    const looks = machines.hold('confirmSsh', 'cp');
    const handle = await run.provision(specification);
    await Promise.all([changes.reached, looks.reached]);
    await handle.cancel();
    await vi.waitFor(() => {
      expect(machines.busy).toBe(1);
    }, patience);
    changes.release();
    await expectCancelled(handle);
    const { report } = await until(handle, (progress) => progress.report !== null);
    expect(report?.hosts[1]?.why).toContain('Its last finished step is copySshKey.');
  });

  it('while a failed step waits for a decision, says which it was, and goes on when started again', async () => {
    const { machines, specification } = aWorld('deciding');
    machines.failTimes('mountData', 'w1', 1, 'mount: no');
    const handle = await run.provision(specification);
    const failed = until(handle, ({ questions }) => questions.some(({ kind }) => kind === 'decision'));
    await approveUntil(handle, failed);
    await handle.cancel();
    await expectCancelled(handle);
    const { report } = await until(handle, (progress) => progress.report !== null);
    expect(report?.hosts[1]?.why).toMatch(/last finished step is updateFstab\..*stopped and disabled/);
    await toItsEnd(specification);
    expect(machines.state()).toEqual(undisturbed);
  });

  it('twice, still says that the units of the host may be stopped', async () => {
    const { machines, specification } = aWorld('twice');
    for (const time of ['first', 'second']) {
      const held = machines.hold('copyData', 'w1');
      const handle = await run.provision(specification);
      await approveUntil(handle, held.reached);
      await handle.cancel();
      await expectCancelled(handle);
      const { report } = await until(handle, (progress) => progress.report !== null);
      expect(report?.hosts[1]?.why).toMatch(
        time === 'first' ? /are stopped/ : /may be stopped .* earlier run/,
      );
    }
    await toItsEnd(specification);
    expect(machines.state()).toEqual(undisturbed);
  });
});

async function cancelIn({ step, machine, nth }: Moment): Promise<void> {
  const { machines, specification } = aWorld(`${machine}-${step}-${nth}`);
  const held = machines.hold(step, machine, nth);
  const handle = await run.provision(specification);
  const worker = await approveUntil(handle, held.reached);
  const call = machines.callsOf(step, machine)[nth - 1] as Call;
  await handle.cancel();
  await vi.waitFor(
    async () => {
      expect(await stepsScheduledAfterCancel(lab.client, worker)).not.toBeNull();
    },
    { timeout: patience, interval: 500 },
  );
  if (steps[step].onCancel === 'finish') held.release();
  await expectCancelled(handle);

  expect(call.ended !== null, 'whether the step came to its end').toBe(steps[step].onCancel === 'finish');
  expect(machines.callsOf('stopJob').map(({ host, jobKey }) => [host, jobKey])).toEqual(
    steps[step].onCancel === 'stop' ? [[machine, call.jobKey]] : [],
  );
  await expectNothingMore(handle);
  await expectLocksFree(specification);
  await expectReport(handle, machines);

  await toItsEnd(specification);
  expect(machines.state()).toEqual(undisturbed);
}

/** A control plane, and a worker whose data is to be moved. */
function aWorld(name: string): { machines: FakeMachines; specification: SpecificationInput } {
  const cluster = name.toLowerCase().replace(/[^a-z0-9]+/g, '-');
  const machines = new FakeMachines();
  machines.machine('w1').hasData = true;
  machinesByCluster.set(cluster, machines);
  return { machines, specification: aCluster(cluster, { mirror: { files: 'http://mirror.lan' } }) };
}

function momentsOf(calls: readonly Call[]): Moment[] {
  const count = new Map<string, number>();
  return calls.map(({ step, host }) => {
    const key = `${step} ${host}`;
    const nth = (count.get(key) ?? 0) + 1;
    count.set(key, nth);
    return { step: step as StepName, machine: host, nth };
  });
}

/** Runs the procedure, approves what it asks, and expects every host to be done. */
async function toItsEnd(specification: SpecificationInput): Promise<void> {
  const handle = await run.provision(specification);
  const report = (await approveUntil(handle, handle.result())) as Report;
  expect(report.hosts.map(({ host, result, why }) => [host, result, why])).toEqual(
    specification.hosts.map(({ name }) => [name, 'done', null]),
  );
  expect(report.result).toBe('ready');
}

/** Approves the plan when it is asked for, if that comes before `end`. */
async function approveUntil<T>(handle: WorkflowHandle, end: Promise<T>): Promise<T> {
  let isOver = false;
  const over = end.finally(() => (isOver = true));
  const approve = async () => {
    const { questions } = await until(
      handle,
      (progress) => isOver || progress.questions.length > 0 || progress.report !== null,
    );
    for (const question of questions) {
      if (question.kind === 'approval') await handle.signal('approve', { plan: question.plan, by: 'ann' });
    }
  };
  await Promise.all([over, approve()]);
  return over;
}

async function expectCancelled(handle: WorkflowHandle): Promise<void> {
  const failure = await handle.result().then(
    () => undefined,
    (error: unknown) => error,
  );
  expect(failure).toBeInstanceOf(WorkflowFailedError);
  expect((failure as WorkflowFailedError).cause).toBeInstanceOf(CancelledFailure);
  expect((await handle.describe()).status.name).toBe('CANCELLED');
}

/** Neither the cluster's workflow nor those of its hosts began a step after they were told to stop. */
async function expectNothingMore(handle: WorkflowHandle): Promise<void> {
  const { workflowId } = handle;
  const { children } = await historyOf(lab.client, { workflowId });
  for (const execution of [{ workflowId }, ...children]) {
    const later = await stepsScheduledAfterCancel(lab.client, execution);
    expect(await tasksThatFailed(lab.client, execution)).toEqual([]);
    expect((later ?? []).filter((step) => step !== 'stopJob')).toEqual([]);
  }
}

async function expectLocksFree(specification: SpecificationInput): Promise<void> {
  for (const { address } of specification.hosts) {
    const lock = lab.client.workflow.getHandle(hostWorkflowId(address, 22));
    const status = await lock.describe().then(
      ({ status: { name } }) => name,
      () => 'never taken',
    );
    expect(['never taken', 'CANCELLED', 'COMPLETED']).toContain(status);
  }
}

/** The report names for each host the last step that was finished on it, and whether its units are stopped. */
async function expectReport(handle: WorkflowHandle, machines: FakeMachines): Promise<void> {
  const { report } = await until(handle, (progress) => progress.report !== null);
  expect(report?.result).toBe('aborted');
  for (const { host, result, why } of report?.hosts ?? []) {
    expect(result).toBe('aborted');
    const said = /last finished step is (\w+)\./.exec(why ?? '')?.[1];
    const last = lastFinished(machines.calls.filter((call) => call.host === host));
    if (last.length === 0) expect(why).toContain('Nothing was done on it.');
    else expect(last, `${host}: ${why ?? ''}`).toContain(said);
    expect(/kubelet and containerd are stopped/.test(why ?? ''), `${host}: ${why ?? ''}`).toBe(
      machines.machine(host).unitsAreOff,
    );
  }
}

/**
 * Steps that came to an end and after which no other one began: two of them where a host's steps ran side by side. One
 * that only looks may have come to its end on the machine, and for the workflow have been cancelled.
 */
function lastFinished(calls: readonly Call[]): string[] {
  const finished = calls.filter(({ step, ended }) => step !== 'stopJob' && ended !== null);
  const last = finished.filter(({ ended }) => !finished.some(({ began }) => began > (ended ?? 0)));
  const changes = last.filter(({ step }) => steps[step as StepName].onCancel !== 'leave');
  const rest = finished.filter((call) => !last.includes(call) || changes.includes(call));
  const before = changes.length === last.length ? [] : lastFinished(rest);
  return [...last.map(({ step }) => step), ...before];
}
