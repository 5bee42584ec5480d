import { WorkflowFailedError } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Report } from '../../../src/cluster/report/report.js';
import type { StepName } from '../../../src/protocol/steps.js';
import { asked, until, WorkflowLab } from '../../support/environment.js';
import { FakeMachines } from '../../fakes/fake-machines.js';
import { aCluster } from '../../support/specifications.js';

/** Milliseconds; a machine that runs virtual machines beside is slow. */
const patience = 300_000;

let lab: WorkflowLab;
beforeAll(async () => {
  lab = await WorkflowLab.start();
});
afterAll(async () => {
  await lab.stop();
});

const beforeTheSwitch: readonly StepName[] = [
  'backUpFstab',
  'stopAndDisableUnits',
  'waitForReboot',
  'confirmDirectoriesUnused',
  'selectDisks',
  'createRaidArray',
  'makeFileSystem',
  'updateFstab',
  'mountData',
  'writeMdadmConf',
  'regenerateInitramfs',
  'copyData',
  'switchData',
];

describe('a step 7 that a person ends', { timeout: patience }, () => {
  it('is undone once, at whichever step before the end of the switch, with what became of it in the report', async () => {
    const machines = new FakeMachines();
    for (const step of beforeTheSwitch) {
      machines.machine(step.toLowerCase()).hasData = true;
      machines.failTimes(step, step.toLowerCase(), 1);
    }
    const workers = beforeTheSwitch.map((step) => step.toLowerCase());
    await lab.with(machines, async (run) => {
      const handle = await run.provision(
        aCluster('undone', { workers, maintenance: { maxUnavailable: 100 } }),
      );
      const { plan } = await asked(handle);
      await handle.signal('approve', { plan: plan?.digest, by: 'ann' });
      await until(handle, ({ questions }) => questions.length === workers.length);
      await handle.executeUpdate('abort', { args: [{ by: 'bob' }] });
      const report = (await handle.result()) as Report;
      for (const step of beforeTheSwitch) {
        const host = step.toLowerCase();
        const [undo, ...more] = machines.callsOf('undoStorage', host);
        expect(more, step).toEqual([]);
        expect(undo?.jobKey, step).toMatch(/^undo-storage-[0-9a-f]{8}-g1$/);
        expect(machines.stepsOn(host).slice(-2), step).toEqual([step, 'undoStorage']);
        expect(report.hosts.find((one) => one.host === host)).toMatchObject({
          result: 'aborted',
          why: `${step} failed and was aborted by bob. mdadm: cannot do that undoStorage on ${host}`,
        });
      }
    });
  });

  it('is undone too where there was nothing to move, also after its restart, but never once data was switched', async () => {
    const machines = new FakeMachines();
    machines.machine('old').hasData = true;
    for (const host of ['new', 'old']) machines.failTimes('confirmStorage', host, 1);
    await lab.with(machines, async (run) => {
      const handle = await run.provision(aCluster('late', { workers: ['new', 'old'] }));
      const { plan } = await asked(handle);
      await handle.signal('approve', { plan: plan?.digest, by: 'ann' });
      await until(handle, ({ questions }) => questions.length === 2);
      await handle.executeUpdate('abort', { args: [{ by: 'bob' }] });
      const report = (await handle.result()) as Report;
      expect(machines.callsOf('undoStorage').map(({ host }) => host)).toEqual(['new']);
      expect(report.hosts.map(({ result }) => result)).toEqual(['done', 'aborted', 'aborted']);
      expect(report.hosts[2]?.why).toBe(
        'confirmStorage failed and was aborted by bob. mdadm: cannot do that',
      );
    });
  });

  it('is not undone when it is cancelled, also while it waits for a decision', async () => {
    const machines = new FakeMachines();
    for (const host of ['asking', 'copying']) machines.machine(host).hasData = true;
    machines.failTimes('mountData', 'asking', 1);
    const held = machines.hold('copyData', 'copying');
    await lab.with(machines, async (run) => {
      const handle = await run.provision(
        aCluster('cancelled', { workers: ['asking', 'copying'], maintenance: { maxUnavailable: 2 } }),
      );
      const { plan } = await asked(handle);
      await handle.signal('approve', { plan: plan?.digest, by: 'ann' });
      await held.reached;
      await until(handle, ({ questions }) => questions.some((one) => one.kind === 'decision'));
      await handle.cancel();
      await expect(handle.result()).rejects.toThrow(WorkflowFailedError);
      expect(machines.callsOf('undoStorage')).toEqual([]);
    });
  });

  it('comes to its undoing in spite of a cancellation in the middle of it', async () => {
    const machines = new FakeMachines();
    machines.failTimes('mountData', 'w1', 1);
    const held = machines.hold('undoStorage', 'w1');
    await lab.with(machines, async (run) => {
      const handle = await run.provision(aCluster('finished'));
      const { plan } = await asked(handle);
      await handle.signal('approve', { plan: plan?.digest, by: 'ann' });
      await until(handle, ({ questions }) => questions.some((one) => one.kind === 'decision'));
      await handle.executeUpdate('abort', { args: [{ by: 'bob' }] });
      await held.reached;
      await handle.cancel();
      await new Promise((resolve) => setTimeout(resolve, 500));
      expect((await handle.describe()).status.name).toBe('RUNNING');
      held.release();
      await expect(handle.result()).rejects.toThrow(WorkflowFailedError);
      const { hosts, report } = await until(handle, (progress) => progress.report !== null);
      const last = hosts[1]?.steps.at(-1);
      expect([last?.step, last?.state]).toEqual(['undoStorage', 'changed']);
      expect(report?.hosts[1]?.why).toContain('undoStorage on w1');
    });
  });

  it.each<['skip' | 'abort', RegExp]>([
    ['skip', /Skipped by ann. It had failed: umount: target is busy$/],
    ['abort', /undoStorage failed and was aborted by ann. umount: target is busy$/],
  ])('asks what to do when undoing fails, can be told to %s it, and says what is left', async (verb, why) => {
    const machines = new FakeMachines();
    machines.failTimes('mountData', 'w1', 1);
    machines.failTimes('undoStorage', 'w1', 2, 'umount: target is busy');
    await lab.with(machines, async (run) => {
      const handle = await run.provision(aCluster(`stuck-${verb}`));
      const { plan } = await asked(handle);
      await handle.signal('approve', { plan: plan?.digest, by: 'ann' });
      const asking = (step: StepName) =>
        until(handle, ({ questions }) =>
          questions.some((one) => one.kind === 'decision' && one.step === step),
        );
      await asking('mountData');
      await handle.executeUpdate('abort', { args: [{ by: 'bob' }] });
      const { questions } = await asking('undoStorage');
      expect(questions).toMatchObject([{ choices: ['retry', 'skip', 'abort'] }]);
      await handle.executeUpdate('retry', { args: [{ by: 'ann' }] });
      await until(handle, () => machines.callsOf('undoStorage').length === 2);
      await asking('undoStorage');
      await handle.executeUpdate(verb, { args: [{ by: 'ann' }] });
      const report = (await handle.result()) as Report;
      expect(report.hosts[1]?.result).toBe('aborted');
      expect(report.hosts[1]?.why).toMatch(
        /^mountData failed and was aborted by bob\. mdadm: cannot do that /,
      );
      expect(report.hosts[1]?.why).toMatch(why);
    });
  });
});

describe('the histories of these runs', { timeout: patience }, () => {
  it('can be replayed by the code as it is', async () => {
    const { replayed, failures } = await lab.replayEverything();
    expect(failures).toEqual([]);
    expect(replayed).toBeGreaterThan(5);
  });
});
