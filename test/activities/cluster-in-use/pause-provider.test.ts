import { MockActivityEnvironment } from '@temporalio/testing';
import { beforeEach, describe, expect, it } from 'vitest';
import type { HostInput, StepResult } from '../../../src/protocol/step-inputs.js';
import { pauseProvider } from '../../../src/activities/cluster-in-use/pause-provider.js';
import { resumeProvider } from '../../../src/activities/cluster-in-use/resume-provider.js';
import { replicasBefore } from '../../../src/cluster/kubernetes/akash-provider.js';
import { FakeHost } from '../../fakes/fake-host.js';
import { FakeHostPool } from '../../fakes/fake-host-pool.js';

interface Workload {
  readonly namespace: string;
  replicas: number;
  pods: number;
  annotations: Record<string, string>;
}

/** An API server's side of it: merge patches of workloads. */
class Cluster {
  readonly host = new FakeHost('node1');
  readonly workloads: Workload[] = [];
  /** Whether its pods come and go as soon as they should. */
  isPrompt = true;

  constructor() {
    this.host
      .when(/get statefulsets,deployments/, () => this.shown())
      .when(/--namespace (\S+) patch .* --patch '(\{.*\})'/, ({ match: [, namespace, patch = ''] }) => {
        const { metadata, spec } = JSON.parse(patch) as {
          metadata: { annotations: Record<string, string | null> };
          spec: { replicas: number };
        };
        const workload = this.workloads.find((each) => each.namespace === namespace);
        if (workload === undefined) return { exitCode: 1, stderr: 'Error from server (NotFound)' };
        for (const [name, value] of Object.entries(metadata.annotations)) {
          if (value === null) Reflect.deleteProperty(workload.annotations, name);
          else workload.annotations[name] = value;
        }
        workload.replicas = spec.replicas;
        if (this.isPrompt) workload.pods = spec.replicas;
        return 'statefulset.apps/akash-provider';
      });
  }

  add(workload: Partial<Workload> = {}): Workload {
    const { replicas = 1 } = workload;
    const whole = { namespace: 'akash-services', replicas, pods: replicas, annotations: {}, ...workload };
    this.workloads.push(whole);
    return whole;
  }

  private shown(): string {
    return JSON.stringify({
      items: this.workloads.map(({ namespace, annotations, replicas, pods }) => ({
        kind: 'StatefulSet',
        metadata: { name: 'akash-provider', namespace, annotations, generation: 1 },
        spec: { replicas },
        status: { replicas: pods, observedGeneration: 1 },
      })),
    });
  }
}

let cluster: Cluster;
beforeEach(() => {
  cluster = new Cluster();
});
const steps = { pauseProvider, resumeProvider };
const input: HostInput = { host: { kind: 'local', name: 'node1', cluster: 'akash' } };
const run = (step: keyof typeof steps): Promise<StepResult> =>
  new MockActivityEnvironment().run(steps[step]({ hosts: new FakeHostPool([cluster.host]) }), input);

describe('akash-provider', () => {
  it('is scaled to 0, whatever namespace it is in, and back to what it had', async () => {
    const workloads = [cluster.add({ replicas: 2 }), cluster.add({ namespace: 'mine' })];
    expect(await run('pauseProvider')).toMatchObject({
      outcome: 'changed',
      paused: ['akash-services/akash-provider (2 replicas)', 'mine/akash-provider (1 replica)'],
    });
    expect(workloads.map(({ replicas }) => replicas)).toEqual([0, 0]);
    expect(await run('resumeProvider')).toMatchObject({
      outcome: 'changed',
      summary: 'scaled back: akash-services/akash-provider (2 replicas), mine/akash-provider (1 replica)',
    });
    expect(workloads.map(({ replicas }) => replicas)).toEqual([2, 1]);
    expect(workloads.map(({ annotations }) => annotations)).toEqual([{}, {}]);
  });

  it('keeps the first number, when a run that was cut off is done again', async () => {
    const workload = cluster.add({ replicas: 2 });
    await run('pauseProvider');
    expect(await run('pauseProvider')).toMatchObject({
      outcome: 'unchanged',
      paused: ['akash-services/akash-provider (2 replicas)'],
    });
    await run('resumeProvider');
    expect(workload.replicas).toBe(2);
    expect(await run('resumeProvider')).toMatchObject({ outcome: 'unchanged' });
  });

  it('is left alone where somebody else has scaled it to 0', async () => {
    const workload = cluster.add({ replicas: 0 });
    expect(await run('pauseProvider')).toMatchObject({ outcome: 'unchanged', paused: [] });
    expect(await run('resumeProvider')).toMatchObject({ outcome: 'unchanged' });
    expect(workload).toMatchObject({ replicas: 0, annotations: {} });
  });

  it('keeps what somebody has scaled it to meanwhile', async () => {
    const workload = cluster.add({ replicas: 1 });
    await run('pauseProvider');
    workload.replicas = 3;
    await run('resumeProvider');
    expect(workload).toMatchObject({ replicas: 3, annotations: {} });
  });

  it('comes back with one replica where the note was spoilt', async () => {
    const workload = cluster.add({ replicas: 0, annotations: { [replicasBefore]: 'many' } });
    await run('resumeProvider');
    expect(workload).toMatchObject({ replicas: 1, annotations: {} });
  });

  it('is waited for until its pods are gone', async () => {
    const workload = cluster.add();
    cluster.isPrompt = false;
    const paused = run('pauseProvider');
    await expect.poll(() => workload.replicas).toBe(0);
    const ended = await Promise.race([paused.then(() => 'ended'), new Promise((go) => setTimeout(go, 500))]);
    expect(ended).toBeUndefined();
    workload.pods = 0;
    await expect(paused).resolves.toMatchObject({ outcome: 'changed' });
  });

  it.each(['pauseProvider', 'resumeProvider'] as const)(
    'is not missed by %s where there is none, nor any Kubernetes',
    async (step) => {
      expect(await run(step)).toMatchObject({ outcome: 'unchanged' });
      cluster.host.when(/kubectl/, { exitCode: 97 });
      expect(await run(step)).toMatchObject({ outcome: 'unchanged' });
    },
  );
});
