import { WorkflowFailedError } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Report } from '../../../src/cluster/report/report.js';
import type { SpecificationInput } from '../../../src/cluster/specification/specification.js';
import type { StepName } from '../../../src/protocol/steps.js';
import { asked, details, until, WorkflowLab } from '../../support/environment.js';
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

const controlPlanes = ['cp1', 'cp2', 'cp3'];
const workers = ['w1', 'w2', 'w3'];

/** Three control planes with etcd and three workers of a cluster that is in use, and a host that is new. */
function inUse(
  name: string,
  network: string,
  change: Partial<SpecificationInput> = {},
): { machines: FakeMachines; specification: SpecificationInput } {
  const machines = new FakeMachines();
  for (const host of [...controlPlanes, ...workers]) machines.machine(host).hasData = true;
  for (const host of controlPlanes) machines.machine(host).runsEtcd = true;
  const names = [...controlPlanes, ...workers, 'new'];
  const hosts = names.map((host, index) => ({
    name: host,
    address: `${network}.${index + 1}`,
    roles: host.startsWith('cp')
      ? (['control-plane', 'etcd', 'worker'] as const).slice()
      : ['worker' as const],
  }));
  return { machines, specification: aCluster(name, { hosts, ...change }) };
}

interface Time {
  readonly begin: number;
  readonly end: number;
}

/** From the first moment of step 7 on a host to its last, the units' start. */
function timeOf(machines: FakeMachines, host: string): Time {
  return timeBetween(machines.callsOf('backUpFstab', host), machines.callsOf('checkJournals', host));
}

type Calls = ReturnType<FakeMachines['callsOf']>;

function timeBetween([first]: Calls, [last]: Calls): Time {
  if (first === undefined || last?.ended == null) throw new Error('Not all of the steps came to their end.');
  return { begin: first.began, end: last.ended };
}

/** How many of these hosts were in step 7 at the same time, at most. */
function mostAtOnce(machines: FakeMachines, hosts: readonly string[]): number {
  const times = hosts.map((host) => timeOf(machines, host));
  return Math.max(
    ...times.map(({ begin }) => times.filter((other) => other.begin <= begin && begin < other.end).length),
  );
}

describe.concurrent('step 7 under a cluster that is in use', { timeout: patience }, () => {
  it('has one control plane at a time, then so many workers as are allowed, and blank hosts beside them', async () => {
    const { machines, specification } = inUse('in-use', '10.201.1', { maintenance: { maxUnavailable: 2 } });
    const held = machines.hold('copyData', 'cp1');
    await lab.with(machines, async (run) => {
      const handle = await run.provision(specification);
      const { plan } = await asked(handle);
      const text = await details(handle);
      expect(text).toContain('control planes and etcd members in use, one at a time: cp1, cp2, cp3');
      expect(text).toContain('at most 2 at a time');
      await handle.signal('approve', { plan: plan?.digest, by: 'ann' });

      await held.reached;
      await until(handle, ({ hosts }) =>
        hosts.some(({ host, state }) => host === 'new' && state === 'prepared'),
      );
      for (const host of ['cp2', 'cp3', ...workers]) {
        expect(machines.stepsOn(host)).toEqual(['copySshKey', 'confirmSsh', 'gatherFacts']);
      }
      held.release();
      await expect(handle.result()).resolves.toMatchObject({ result: 'ready' });
    });
    expect(mostAtOnce(machines, controlPlanes)).toBe(1);
    expect(mostAtOnce(machines, workers)).toBe(2);
    // Nothing is stopped while akash-provider runs (trap T14), and it runs again before the cluster is confirmed.
    expect(machines.callsOf('pauseProvider')).toMatchObject([{ host: 'cp1' }]);
    expect(machines.callsOf('resumeProvider')).toMatchObject([{ host: 'cp1' }]);
    // Which pods are well is noted of all of them before the first one is stopped, for step 7.16.
    const nodes = [...controlPlanes, ...workers];
    expect(machines.callsOf('notePods')).toMatchObject([{ host: 'cp1', input: { nodes } }]);
    const timeOfStep = (step: StepName) => timeBetween(machines.callsOf(step), machines.callsOf(step));
    const [paused, resumed] = [timeOfStep('pauseProvider'), timeOfStep('resumeProvider')];
    const stopped = [...controlPlanes, ...workers].map((host) => timeOf(machines, host).begin);
    expect(paused.end).toBeLessThan(Math.min(...stopped));
    expect(timeOfStep('notePods').end).toBeLessThan(Math.min(...stopped));
    expect(resumed.begin).toBeGreaterThan(timeOfStep('runKubespray').end);
    expect(resumed.end).toBeLessThan(timeOfStep('confirmNodes').begin);
    const lastControlPlane = Math.max(...controlPlanes.map((host) => timeOf(machines, host).end));
    for (const host of workers) expect(timeOf(machines, host).begin).toBeGreaterThan(lastControlPlane);
  });

  it('does not begin the next control plane while the one before waits for a decision, nor when it is given up', async () => {
    const { machines, specification } = inUse('in-use-fails', '10.201.2');
    machines.failTimes('createRaidArray', 'cp1', 1);
    machines.failTimes('createRaidArray', 'cp2', 1);
    await lab.with(machines, async (run) => {
      const handle = await run.provision(specification);
      const { plan } = await asked(handle);
      await handle.signal('approve', { plan: plan?.digest, by: 'ann' });
      const waitsFor = (name: string) =>
        until(handle, ({ questions }) =>
          questions.some((question) => question.kind === 'decision' && question.host === name),
        );
      await waitsFor('cp1');
      expect(machines.stepsOn('cp2')).toEqual(['copySshKey', 'confirmSsh', 'gatherFacts']);
      await handle.executeUpdate('retry', { args: [{ by: 'ann', host: 'cp1' }] });
      await waitsFor('cp2');
      await handle.executeUpdate('abort', { args: [{ by: 'ann', host: 'cp2' }] });

      const report = (await handle.result()) as Report;
      expect(report.result).toBe('aborted');
      expect(machines.callsOf('resumeProvider')).toEqual([]);
      for (const host of ['cp3', ...workers]) {
        expect(machines.stepsOn(host)).toEqual(['copySshKey', 'confirmSsh', 'gatherFacts']);
        const why = report.hosts.find((one) => one.host === host)?.why;
        expect(why).toContain('the control plane is not complete without cp2');
        expect(why).toContain('akash-services/akash-provider (1 replica) is still scaled to 0');
      }
      expect(machines.callsOf('runKubespray')).toEqual([]);
    });
  });

  it('lets a worker that waits for a decision keep its place, and goes on to the next when that one is given up', async () => {
    const { machines, specification } = inUse('in-use-worker', '10.201.3');
    machines.failTimes('createRaidArray', 'w1', 1);
    await lab.with(machines, async (run) => {
      const handle = await run.provision(specification);
      const { plan } = await asked(handle);
      await handle.signal('approve', { plan: plan?.digest, by: 'ann' });
      await until(handle, ({ questions }) => questions.some(({ kind }) => kind === 'decision'));
      expect(machines.callsOf('backUpFstab', 'w2')).toEqual([]);
      await handle.executeUpdate('abort', { args: [{ by: 'ann', host: 'w1' }] });
      const report = (await handle.result()) as Report;
      expect(report.hosts.filter(({ result }) => result === 'done')).toHaveLength(6);
      expect(mostAtOnce(machines, ['w2', 'w3'])).toBe(1);
    });
  });

  it('stops no host when it is cancelled while akash-provider is scaled to 0, and scales it back when started again', async () => {
    const { machines, specification } = inUse('in-use-cancelled', '10.201.4');
    const held = machines.hold('pauseProvider', 'cp1');
    await lab.with(machines, async (run) => {
      const handle = await run.provision(specification);
      const { plan } = await asked(handle);
      await handle.signal('approve', { plan: plan?.digest, by: 'ann' });
      await held.reached;
      await handle.cancel();
      held.release();
      await expect(handle.result()).rejects.toThrow(WorkflowFailedError);
      expect(machines.callsOf('backUpFstab')).toEqual([]);
      expect(machines.callsOf('resumeProvider')).toEqual([]);

      const again = await run.provision(specification);
      await asked(again);
      await again.signal('approve', { plan: plan?.digest, by: 'ann' });
      await expect(again.result()).resolves.toMatchObject({ result: 'ready' });
    });
    expect(machines.callsOf('pauseProvider')).toHaveLength(2);
    expect(machines.callsOf('resumeProvider')).toHaveLength(1);
  });
});

describe.concurrent('a worker that comes to a cluster with Slipway’s firewall', { timeout: patience }, () => {
  const ports = [{ protocol: 'tcp' as const, port: 6443, what: 'API server' }];
  const outdated = [...controlPlanes, ...workers].map((host) => ({
    ...{ host, ports, peers: ['new'], peerCount: 1 },
  }));

  it('waits for nobody, and is let in before Kubespray lets it join', async () => {
    const { machines, specification } = inUse('in-use-firewall', '10.201.9', { ephemeralStorage: false });
    machines.reachability = { blocked: [], narrow: [], outdated };
    machines.on('applyFirewallRules', 'w3', () => {
      machines.reachability = { blocked: [], narrow: [] };
    });
    await lab.with(machines, async (run) => {
      const handle = await run.provision(specification);
      await expect(handle.result()).resolves.toMatchObject({ result: 'ready' });
    });
    const [playbook] = machines.callsOf('runKubespray');
    const first = (host: string) => machines.callsOf('applyFirewallRules', host)[0];
    for (const host of [...controlPlanes, ...workers]) {
      expect(first(host)?.ended ?? Infinity).toBeLessThan(playbook?.began ?? 0);
      expect(first(host)?.input['ruleSet']).toContain('10.201.9.7');
      expect(machines.callsOf('applyFirewallRules', host)).toHaveLength(2);
    }
    // The new one has no rules yet; they come where they always do.
    expect(machines.callsOf('applyFirewallRules', 'new')).toHaveLength(1);
    expect(first('new')?.began).toBeGreaterThan(playbook?.ended ?? Infinity);
  });

  it('is not joined while something else keeps it out, which shows only now', async () => {
    const { machines, specification } = inUse('in-use-another', '10.201.11', { ephemeralStorage: false });
    machines.reachability = { blocked: [], narrow: [], outdated };
    const blocked = { host: 'cp1', direction: 'in' as const, obstacle: 'timed-out' as const };
    machines.on('applyFirewallRules', 'cp1', () => {
      machines.reachability = {
        narrow: [],
        blocked: [{ ...blocked, ports, peers: ['new'], peerCount: 1 }],
      };
    });
    await lab.with(machines, async (run) => {
      const handle = await run.provision(specification);
      const { questions } = await until(handle, (progress) => progress.questions.length === 1);
      expect(questions).toMatchObject([{ kind: 'decision', step: 'checkReachability' }]);
      expect(JSON.stringify(questions)).toContain('cp1: is no answer to new on tcp 6443 (API server)');
      expect(machines.callsOf('runKubespray')).toEqual([]);
      machines.reachability = { blocked: [], narrow: [] };
      await handle.executeUpdate('retry', { args: [{ by: 'ann', host: 'control host' }] });
      await expect(handle.result()).resolves.toMatchObject({ result: 'ready' });
    });
    expect(machines.callsOf('runKubespray')).toHaveLength(1);
  });

  it('is not let in by a firewall that Slipway is not to write: the control planes wait to be mended', async () => {
    const change = { ephemeralStorage: false as const, firewall: { enabled: false } };
    const { machines, specification } = inUse('in-use-abandoned', '10.201.10', change);
    machines.reachability = { blocked: [], narrow: [], outdated };
    await lab.with(machines, async (run) => {
      const handle = await run.provision(specification);
      const { questions } = await until(handle, (progress) => progress.questions.length === 3);
      expect(questions.map((question) => question.kind === 'decision' && question.host).sort()).toEqual(
        controlPlanes,
      );
      machines.reachability = { blocked: [], narrow: [] };
      for (const host of controlPlanes) {
        await handle.executeUpdate('retry', { args: [{ by: 'ann', host }] });
      }
      await expect(handle.result()).resolves.toMatchObject({ result: 'ready' });
    });
    expect(machines.callsOf('applyFirewallRules')).toEqual([]);
  });
});
