import { describe, expect, it } from 'vitest';
import {
  manifests,
  finished,
  joined,
  cluster,
  empty,
  judge,
  worker,
  kinds,
} from '../../support/kubeadm-nodes.js';

describe('what kubeadm has left on a node', () => {
  it('lets cluster.yml run on fresh nodes and on complete ones', () => {
    const fresh = judge([{}, {}, worker({})]);
    expect(kinds(fresh)).toEqual(['absent', 'absent', 'absent']);
    const done = judge([{ ...finished, cluster: cluster() }, finished, finished, worker(joined)]);
    expect(kinds(done)).toEqual(['complete', 'complete', 'complete', 'complete']);
    for (const { trouble } of [...fresh, ...done]) expect(trouble).toBeNull();
  });

  it('takes a control plane whose files are whole for one that runs later, while nobody answers', () => {
    expect(judge([finished])[0]).toMatchObject({ state: { kind: 'unproven' }, trouble: null });
  });

  it('finds an init that ended after config.yaml, which every release skips for ever (T6)', () => {
    for (const rerun of ['ignores-errors', 'strict', 'ignores-four-errors-in-the-run'] as const) {
      const [node] = judge([{ config: true, manifests, cluster: empty }], rerun);
      expect(node?.state.kind).toBe('half-initialised');
      expect(node?.trouble?.effect).toMatch(/skips "kubeadm init".*T6/);
      expect(node?.trouble?.evidence.join()).toMatch(/missing: \/etc\/kubernetes\/admin\.conf/);
    }
  });

  it('does not believe files alone: an init that wrote no cluster-info has not come to its end (T6)', () => {
    const [node] = judge([{ ...finished, cluster: cluster({ ...empty, nodes: ['node1'] }) }]);
    expect(node?.state).toMatchObject({
      kind: 'half-initialised',
      evidence: expect.arrayContaining(['the etcd has no config map kube-public/cluster-info']) as string[],
    });
  });

  it('never lets an initialised control plane be seen as a blank one (T2)', () => {
    const moved = { ...finished, config: false, clientCertificate: 'dangling' as const };
    const [first, second] = judge([{ ...moved, cluster: cluster() }, moved]);
    expect(first).toMatchObject({ state: { kind: 'seen-as-blank' }, trouble: { mayRun: false } });
    expect(first?.trouble?.effect).toContain('"kubeadm init" over the cluster');
    expect(second).toMatchObject({ state: { kind: 'seen-as-blank' }, trouble: { mayRun: false } });
    expect(second?.trouble?.effect).toContain('kubeadm reset -f');
    for (const node of [first, second]) expect(node?.trouble?.whyNoReset).not.toBeNull();
  });

  it('sees a first control plane that was installed anew beside etcd with a cluster (T2)', () => {
    const [first] = judge([{}, { ...finished, cluster: cluster() }]);
    expect(first).toMatchObject({ state: { kind: 'seen-as-blank' }, trouble: { mayRun: false } });
  });

  it('goes on after the reset of a first control plane that only its own cluster, which never worked, knows', () => {
    const seen = cluster({ ...empty, kubeadmConfig: true, nodes: ['node1'] });
    const [first, ...others] = judge([{}, { cluster: seen }, {}]);
    expect(first).toMatchObject({ state: { kind: 'absent' }, trouble: null });
    for (const { trouble } of others) expect(trouble).toBeNull();
    for (const worked of [{ clusterInfo: true }, { workloads: true }, { nodes: ['node1', 'node2'] }]) {
      expect(kinds(judge([{}, { cluster: { ...seen, ...worked } }, {}]))[0]).toBe('seen-as-blank');
    }
  });

  it('runs over no control plane while etcd, which may hold its cluster, does not answer (T2)', () => {
    const silent = { hasData: true, health: null };
    const moved = { ...finished, config: false, etcd: silent };
    for (const rerun of ['ignores-errors', 'strict', 'ignores-four-errors-in-the-run'] as const) {
      for (const node of judge([moved, { ...moved, kubeletIsActive: false }], rerun)) {
        expect(node).toMatchObject({ state: { kind: 'seen-as-blank' }, trouble: { mayRun: false } });
        expect(node.trouble?.evidence.join()).toContain(
          'etcd on node1, node2 has been set up and does not answer',
        );
        expect(node.trouble?.whyNoReset).toContain('start etcd first');
      }
    }
    const [blank, beside] = judge([{}, { ...finished, etcd: silent }, worker(joined)]);
    expect(blank).toMatchObject({ state: { kind: 'seen-as-blank' }, trouble: { mayRun: false } });
    expect(blank?.trouble?.evidence.join()).toContain('parts of a control plane are on node2');
    expect(beside?.state.kind).toBe('unproven');
  });

  it('goes on where the playbook was cut off before kubeadm, and etcd has no majority yet', () => {
    const silent = { hasData: true, health: null };
    expect(kinds(judge([{ etcd: silent }, { etcd: silent }, {}, worker({})]))).toEqual([
      ...['absent', 'absent', 'absent', 'absent'],
    ]);
  });

  it('does not take for joined what has files of another cluster, while the first control plane has none', () => {
    const [first, second, stranger] = judge([{}, finished, worker(joined)]);
    expect(first?.trouble).toBeNull();
    for (const node of [second, stranger]) {
      expect(node?.state.kind).toBe('half-initialised');
      expect(node?.trouble).toMatchObject({ mayRun: true, whyNoReset: null });
      expect(node?.trouble?.evidence.join()).toContain(
        'nothing of Kubernetes is on the first control plane node1',
      );
    }
    expect(stranger?.trouble?.effect).toContain('never joins it again');
    const [, , known] = judge([{}, {}, worker({ ...joined, nodeName: 'node4', cluster: empty })]);
    expect(known?.trouble?.evidence.join()).toContain('no node node4');
  });

  it('finds files that a power cut has left empty, which Kubespray takes for whole (T6)', () => {
    const emptyFiles = ['/var/lib/kubelet/config.yaml'];
    const [cp, node] = judge([
      { ...finished, emptyFiles, cluster: cluster({ nodes: ['node1', 'node2'] }) },
      worker({ ...joined, emptyFiles }),
    ]);
    expect(cp?.trouble).toMatchObject({ mayRun: true, effect: expect.stringMatching(/T6/) as string });
    for (const each of [cp, node]) {
      expect(each?.trouble?.evidence.join()).toContain('empty: /var/lib/kubelet/config.yaml');
    }
  });

  it('tells a worker that joined from one that cannot get in any more (T3), or is not in the API', () => {
    const cp = { ...finished, cluster: cluster({ nodes: ['node1', 'node2'] }) };
    const [, well, dangling, stranger] = judge([
      cp,
      worker(joined),
      worker({ ...joined, clientCertificate: 'dangling' }),
      worker({ ...joined, nodeName: 'node4' }),
    ]);
    expect(well?.state.kind).toBe('complete');
    expect(dangling?.trouble?.evidence.join()).toContain('client certificate');
    expect(dangling?.trouble?.effect).toContain('never joins it again');
    expect(stranger?.trouble?.evidence.join()).toContain('no node of that name');
    expect(stranger?.trouble?.whyNoReset).toBeNull();
  });

  it('knows a node by the name that it has in the cluster, where kube_override_hostname gives it another', () => {
    const cp = { ...finished, nodeName: 'a.example.org' };
    const nodes = ['a.example.org', 'b.example.org', 'c.example.org'];
    const judged = judge([
      { ...cp, cluster: cluster({ nodes }) },
      { ...cp, nodeName: 'b.example.org' },
      worker({ ...joined, nodeName: 'c.example.org' }),
    ]);
    expect(kinds(judged)).toEqual(['complete', 'complete', 'complete']);
    const moved = { ...cp, config: false, nodeName: 'b.example.org' };
    const [, second, gone] = judge([
      { ...cp, cluster: cluster({ nodes: nodes.slice(0, 2) }) },
      moved,
      worker({ ...joined, nodeName: 'c.example.org' }),
    ]);
    expect(second?.state.kind).toBe('seen-as-blank');
    expect(gone?.trouble?.evidence.join()).toContain('no node c.example.org, as it calls itself');
  });

  it('offers no reset where only the name speaks against a node that does not say what it is called', () => {
    const seen = cluster({ nodes: ['a.example.org', 'b.example.org', 'c.example.org'] });
    for (const node of judge([{ ...finished, cluster: seen }, finished, worker(joined)])) {
      expect(node.trouble).toMatchObject({
        mayRun: true,
        whyNoReset: expect.stringContaining('kube_override_hostname') as string,
      });
    }
    const [, , dangling] = judge([
      { ...finished, cluster: seen },
      finished,
      worker({ ...joined, clientCertificate: 'dangling' }),
    ]);
    expect(dangling?.trouble?.whyNoReset).toBeNull();
  });
});
