import { MockActivityEnvironment } from '@temporalio/testing';
import { describe, expect, it } from 'vitest';
import { confirmNodes } from '../../../src/activities/step-09-confirm/confirm-nodes.js';
import type { StepResult, VerificationResult } from '../../../src/protocol/step-inputs.js';
import { forgetPods } from '../../../src/activities/cluster-in-use/forget-pods.js';
import { notePods } from '../../../src/activities/cluster-in-use/note-pods.js';
import { FakeHost } from '../../fakes/fake-host.js';
import { FakeHostPool } from '../../fakes/fake-host-pool.js';

const host = { kind: 'local', name: 'cp1', cluster: 'akash' } as const;
const list = (...items: readonly unknown[]) => JSON.stringify({ items });

/** An API server with nodes and the pods of `worker`, each in one container. */
class Cluster {
  readonly host = new FakeHost('cp1');
  readonly annotations: Record<string, Record<string, string>> = { cp1: {}, worker: {} };
  ready = 'True';
  container = 'containerd://before';

  constructor() {
    this.host
      .when(/v1\/nodes\?/, () =>
        list(
          ...Object.entries(this.annotations).map(([name, annotations]) => ({
            metadata: { name, annotations },
            status: {
              conditions: [{ type: 'Ready', status: this.ready }],
              nodeInfo: { kubeletVersion: 'v1.28.6' },
            },
          })),
        ),
      )
      .when(/leases\?/, list())
      .when(/api\/v1\/pods\?.*fieldSelector=spec\.nodeName%3D(\w+)/, ({ match: [, node] }) =>
        node === 'worker' ? list(this.pod()) : list(),
      )
      .when(/kubectl .*patch node\/(\w+) .*--patch '(\{.*\})'/, ({ match: [, node = '', patch = ''] }) => {
        const { metadata } = JSON.parse(patch) as {
          metadata: { annotations: Record<string, string | null> };
        };
        const annotations = this.annotations[node] ?? {};
        for (const [name, value] of Object.entries(metadata.annotations)) {
          if (value === null) Reflect.deleteProperty(annotations, name);
          else annotations[name] = value;
        }
        return `node/${node}`;
      })
      .when(/^date \+%s$/, '1795356030');
  }

  private pod() {
    return {
      metadata: { name: 'web', namespace: 'default', uid: 'u1' },
      status: {
        phase: 'Running',
        containerStatuses: [
          { name: 'main', ready: true, state: { running: {} }, containerID: this.container },
        ],
      },
    };
  }

  note(...nodes: readonly string[]): Promise<StepResult> {
    return this.run(notePods, nodes);
  }

  forget(...nodes: readonly string[]): Promise<StepResult> {
    return this.run(forgetPods, nodes);
  }

  private run(make: typeof notePods | typeof forgetPods, nodes: readonly string[]): Promise<StepResult> {
    return new MockActivityEnvironment().run(make({ hosts: new FakeHostPool([this.host]) }), { host, nodes });
  }

  async nodePods(nodes: readonly string[] = ['cp1', 'worker']) {
    const hosts = new FakeHostPool([this.host]);
    const input = { host, nodes, release: 'v2.24.1', upstreamDns: null };
    const step = confirmNodes({ hosts });
    const { checks }: VerificationResult = await new MockActivityEnvironment().run(step, input);
    return checks.filter(({ check }) => check === 'node-pods').map(({ host, passed }) => [host, passed]);
  }
}

describe('the pods of a node', () => {
  it('are noted before step 7 and compared afterwards', async () => {
    const cluster = new Cluster();
    expect(await cluster.note('worker')).toEqual({ outcome: 'changed', summary: 'noted: worker (1 pod)' });
    expect(await cluster.nodePods()).toEqual([['worker', false]]);
    cluster.container = 'containerd://after';
    expect(await cluster.nodePods()).toEqual([['worker', true]]);
    expect(await cluster.nodePods(['cp1'])).toEqual([]);
  });

  it('are not asked about where nothing was noted', async () => {
    const cluster = new Cluster();
    expect(await cluster.nodePods()).toEqual([]);
    expect(cluster.host.scripts(/api\/v1\/pods/)).toEqual([]);
  });

  it('keep the note of an earlier run that has stopped the node', async () => {
    const cluster = new Cluster();
    await cluster.note('worker');
    cluster.container = 'containerd://unknown';
    cluster.ready = 'Unknown';
    expect(await cluster.note('worker')).toEqual({
      ...{ outcome: 'unchanged', summary: 'none of the nodes is Ready' },
    });
    cluster.container = 'containerd://before';
    expect(await cluster.nodePods()).toEqual([['worker', false]]);
  });

  it('are forgotten of the nodes that are named, and of no other', async () => {
    const cluster = new Cluster();
    await cluster.note('cp1', 'worker');
    expect(await cluster.forget('worker', 'new')).toEqual({
      ...{ outcome: 'changed', summary: 'no longer noted: worker' },
    });
    expect(await cluster.nodePods()).toEqual([['cp1', true]]);
    expect(await cluster.forget('worker')).toMatchObject({ outcome: 'unchanged' });
  });

  it('are not noted of a host that is no node yet, nor where there is no Kubernetes', async () => {
    const cluster = new Cluster();
    expect(await cluster.note('new')).toMatchObject({ outcome: 'unchanged' });
    cluster.host.when(/kubectl/, { exitCode: 97 });
    expect(await cluster.note('worker')).toEqual({
      ...{ outcome: 'unchanged', summary: 'there is no Kubernetes yet' },
    });
  });
});
