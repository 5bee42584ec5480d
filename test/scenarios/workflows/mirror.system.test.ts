import { afterAll, beforeAll, expect, it } from 'vitest';
import type { MirrorAnswers } from '../../../src/cluster/mirror/mirror-answers.js';
import { FakeMachines } from '../../fakes/fake-machines.js';
import { until, WorkflowLab } from '../../support/environment.js';
import { aCluster } from '../../support/specifications.js';

let lab: WorkflowLab;
beforeAll(async () => {
  lab = await WorkflowLab.start();
});
afterAll(async () => {
  await lab.stop();
});

const address = 'http://mirror.lan/dl.k8s.io/release/v1.35.4/bin/linux/amd64/kubelet';
const whole: MirrorAnswers = {
  ...{ hosts: ['cp1'], problems: [], unknown: [] },
  asked: { files: 1, images: 0, digests: 1 },
};
const lacking: MirrorAnswers = {
  ...whole,
  problems: [{ kind: 'file', address, problem: 'wrong-digest', detail: 'sha256:0123', hosts: ['cp1'] }],
};

it('changes nothing while a mirror lacks what will be wanted', { timeout: 300_000 }, async () => {
  const machines = new FakeMachines();
  machines.mirror = lacking;
  const specification = aCluster('mirror-lacking', {
    hosts: [{ name: 'cp1', address: '10.202.1.1', roles: ['control-plane', 'etcd', 'worker'] }],
    ephemeralStorage: false,
    mirror: { files: 'http://mirror.lan' },
  });
  await lab.with(machines, async (run) => {
    const handle = await run.provision(specification);
    const { questions } = await until(handle, (progress) => progress.questions.length === 1);
    expect(questions).toMatchObject([{ kind: 'decision', step: 'plan', host: 'control host' }]);
    expect(JSON.stringify(questions)).toContain(
      `mirror-files: is 1 file with another digest than it should have: ${address} (sha256:0123)`,
    );
    for (const step of ['cloneKubespray', 'runKubespray', 'applyFirewallRules'] as const)
      expect(machines.callsOf(step)).toEqual([]);
    machines.mirror = whole;
    await handle.executeUpdate('retry', { args: [{ by: 'ann', host: 'control host' }] });
    await expect(handle.result()).resolves.toMatchObject({ result: 'ready' });
  });
  expect(machines.callsOf('confirmMirror')).toMatchObject([
    { input: { processors: { cp1: 'amd64' } } },
    { input: { release: 'v2.31.0' } },
  ]);
  expect(machines.callsOf('installRequirements')).toHaveLength(1);
});

it('asks nobody where no mirror is named', { timeout: 300_000 }, async () => {
  const machines = new FakeMachines();
  const specification = aCluster('mirror-none', {
    hosts: [{ name: 'cp1', address: '10.202.2.1', roles: ['control-plane', 'etcd', 'worker'] }],
    ephemeralStorage: false,
  });
  await lab.with(machines, async (run) => {
    const handle = await run.provision(specification);
    await expect(handle.result()).resolves.toMatchObject({ result: 'ready' });
  });
  expect(machines.callsOf('confirmMirror')).toEqual([]);
});
