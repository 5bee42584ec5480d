import { CancelledFailure } from '@temporalio/activity';
import { MockActivityEnvironment } from '@temporalio/testing';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { confirmPods } from '../../../src/activities/step-09-confirm/confirm-pods.js';
import type { VerificationResult, VerifyKubernetesInput } from '../../../src/protocol/step-inputs.js';
import { lookUntilSettled } from '../../../src/activities/running/look-until-settled.js';
import { verifyEtcd } from '../../../src/activities/step-09-confirm/verify-etcd.js';
import { verifyHost } from '../../../src/activities/step-09-confirm/verify-host.js';
import type { JudgedCheck } from '../../../src/cluster/checks/checks.js';
import { FakeHost } from '../../fakes/fake-host.js';
import { FakeHostPool } from '../../fakes/fake-host-pool.js';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

const input: VerifyKubernetesInput = {
  host: { kind: 'local', name: 'node1', cluster: 'akash' },
  nodes: ['node1'],
  release: 'v2.24.1',
  upstreamDns: ['8.8.8.8'],
};
const patienceMs = 300_000;
const refused = { exitCode: 1, stderr: 'The connection to the server 10.0.0.1:6443 was refused' };
const starting = pods({ waiting: { reason: 'ContainerCreating' } });
const running = pods({ running: {} });

/** The control plane's pods, whose containers are in this state. */
function pods(state: { waiting?: object; running?: object }): string {
  const components = ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler'];
  return JSON.stringify({
    items: components.map((component) => ({
      metadata: { name: component, labels: { component } },
      spec: { nodeName: 'node1' },
      status: {
        phase: 'Running',
        containerStatuses: [{ name: component, ready: state.running !== undefined, state }],
      },
    })),
  });
}

/** Answers with one after another, then with the last of them for good. */
function controlPlane(...answers: readonly (string | { exitCode: number; stderr?: string })[]): FakeHost {
  let asked = 0;
  return new FakeHost('node1')
    .when(/kubectl/, () => answers[Math.min(asked++, answers.length - 1)] ?? '')
    .when(/^date/, () => String(Math.round(Date.now() / 1000)));
}
const looks = (host: FakeHost) => host.scripts(/kubectl/).length;
const failing = ({ checks }: VerificationResult) =>
  checks.filter(({ passed }) => !passed).map(({ check }) => check);

/** Starts the step; `ended` tells after how many milliseconds. */
function confirm(host: FakeHost, about: VerifyKubernetesInput) {
  const environment = new MockActivityEnvironment();
  const began = Date.now();
  const step = confirmPods({ hosts: new FakeHostPool([host]) });
  const checked: Promise<VerificationResult> = environment.run(step, about);
  const ended = checked.then((result) => ({ result, milliseconds: Date.now() - began }));
  return { environment, ended };
}

it('looks once where no patience is asked for', async () => {
  const host = controlPlane(starting, running);
  const { result, milliseconds } = await confirm(host, input).ended;
  expect({ milliseconds, looks: looks(host) }).toEqual({ milliseconds: 0, looks: 1 });
  expect(failing(result)).toEqual(['kube-system-pods']);
});

it('looks again while pods start and the API server does not answer, and ends as soon as all is well', async () => {
  const host = controlPlane(refused, starting, starting, running);
  const { ended } = confirm(host, { ...input, patienceMs });
  await vi.advanceTimersByTimeAsync(patienceMs);
  const { result, milliseconds } = await ended;
  expect(failing(result)).toEqual([]);
  expect({ milliseconds, looks: looks(host) }).toEqual({ milliseconds: 15_000, looks: 4 });
});

it('tells how it is when its patience is at its end', async () => {
  const host = controlPlane(starting);
  const { ended } = confirm(host, { ...input, patienceMs });
  await vi.advanceTimersByTimeAsync(patienceMs);
  const { result, milliseconds } = await ended;
  expect(milliseconds).toBe(patienceMs);
  expect(looks(host)).toBe(patienceMs / 5_000 + 1);
  expect(failing(result)).toEqual(['kube-system-pods']);
  expect(Object.keys(result.checks[0] ?? {})).not.toContain('settles');
});

it.each([97, 98])('does not wait for a kubectl or its access that is not there (%i)', async (exitCode) => {
  const host = controlPlane({ exitCode });
  const { milliseconds } = await confirm(host, { ...input, patienceMs }).ended;
  expect(milliseconds).toBe(0);
});

it('does not wait for what the operator accepts', async () => {
  const overrides = [{ check: 'kube-system-pods', hosts: ['node1'], reason: 'it is known' }];
  const { milliseconds } = await confirm(controlPlane(starting), { ...input, patienceMs, overrides }).ended;
  expect(milliseconds).toBe(0);
});

it('obeys a cancellation while it waits', async () => {
  const host = controlPlane(starting);
  const { environment, ended } = confirm(host, { ...input, patienceMs });
  const rejected = expect(ended).rejects.toBeInstanceOf(CancelledFailure);
  await vi.advanceTimersByTimeAsync(7_000);
  environment.cancel();
  await rejected;
  expect({ looks: looks(host), closed: host.closed }).toEqual({ looks: 2, closed: 1 });
});

it('obeys a cancellation while kubectl is asked', async () => {
  const host = controlPlane(running).when(/kubectl/, () => {
    environment.cancel();
    return running;
  });
  const { environment, ended } = confirm(host, input);
  await expect(ended).rejects.toBeInstanceOf(CancelledFailure);
  expect(host.scripts()).toHaveLength(1);
});

it('waits for etcd and for units too', async () => {
  const host = new FakeHost('node1')
    .when(/etcdctl/, { exitCode: 1, stderr: 'connection refused' })
    .when(/systemctl show/, unit('activating'));
  host.files.set('/etc/etcd.env', { content: 'ETCDCTL_ENDPOINTS=https://10.0.0.1:2379\n', mode: 0o600 });
  const dependencies = { hosts: new FakeHostPool([host]) };
  const patient = { host: input.host, patienceMs: 10_000 };
  const run = Promise.all([
    new MockActivityEnvironment().run(verifyEtcd(dependencies), { ...patient, members: ['node1'] }),
    new MockActivityEnvironment().run(verifyHost(dependencies), {
      ...{ ...patient, units: ['kubelet'] as const, kernelParameters: false },
    }),
  ]);
  await vi.advanceTimersByTimeAsync(5_000);
  host.when(/systemctl show/, unit('active'));
  await vi.advanceTimersByTimeAsync(5_000);
  const [etcd, units] = (await run) as VerificationResult[];
  expect(etcd && failing(etcd)).toEqual(['etcd-members', 'etcd-health', 'etcd-status']);
  expect(units && failing(units)).toEqual([]);
  expect(host.scripts(/etcdctl member list/)).toHaveLength(3);
});

/** What the machine tells of kubelet, three minutes after its start. */
function unit(active: string): string {
  const sub = active === 'active' ? 'running' : 'start';
  return `200\n\nId=kubelet.service\nLoadState=loaded\nActiveState=${active}\nSubState=${sub}\nUnitFileState=enabled\n`;
}

it('waits beside what no time mends, and not for that alone', async () => {
  const lasting: JudgedCheck = {
    ...{ check: 'node-version', host: 'node1', passed: false },
    ...{ is: 'v1.27.6', shouldBe: 'v1.28', advice: 'Upgrade.' },
  };
  const settling: JudgedCheck = { ...lasting, check: 'node-ready', settles: true };
  const answers = [[lasting, settling], [lasting]];
  const run = new MockActivityEnvironment().run(() =>
    lookUntilSettled({ patienceMs }, async () => answers.shift() ?? []),
  );
  await vi.advanceTimersByTimeAsync(patienceMs);
  expect(await run).toEqual({ checks: [lasting] });
  expect(answers).toEqual([]);
});
