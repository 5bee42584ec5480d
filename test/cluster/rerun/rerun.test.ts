import { describe, expect, it } from 'vitest';
import type { ClusterSeen, NodeProbe } from '../../../src/cluster/rerun/kubeadm-probe.js';
import type { NodeRole } from '../../../src/cluster/rerun/whole-cluster.js';
import type { RerunStrictness } from '../../../src/cluster/releases/releases.js';
import { judgeBeforeRerun, type JudgedNode } from '../../../src/cluster/rerun/rerun.js';
import { aProbe, aSpecification } from '../../support/builders.js';

const manifests = ['kube-apiserver', 'kube-controller-manager', 'kube-scheduler'];
const finished: Partial<NodeProbe> = {
  config: true,
  kubeletConf: true,
  adminConf: true,
  caCertificate: true,
  manifests,
  clientCertificate: 'present',
  kubeletIsActive: true,
};
const joined: Partial<NodeProbe> = {
  config: true,
  kubeletConf: true,
  caCertificate: true,
  clientCertificate: 'present',
};
const cluster = (seen: Partial<ClusterSeen> = {}): ClusterSeen => ({
  source: 'etcd',
  kubeadmConfig: true,
  clusterInfo: true,
  workloads: true,
  nodes: ['node1', 'node2', 'node3', 'node4'],
  ...seen,
});
/** etcd runs, and kubeadm has not come so far as to write anything into it. */
const empty = cluster({ kubeadmConfig: false, clusterInfo: false, workloads: false, nodes: [] });

type Node = Partial<NodeProbe> & { role?: NodeRole; isEtcd?: boolean };

/** Judges nodes named node1, node2, …; the first is the first control plane unless something else is said. */
function judge(nodes: readonly Node[], rerun: RerunStrictness = 'strict'): JudgedNode[] {
  return judgeBeforeRerun({
    rerun,
    specification: aSpecification(),
    firstControlPlaneByName: rerun !== 'ignores-four-errors-in-the-run',
    nodes: nodes.map(({ role, isEtcd = role === undefined, ...probe }, index) => ({
      probe: aProbe({ host: `node${index + 1}`, ...probe }),
      role: role ?? (index === 0 ? 'first-control-plane' : 'control-plane'),
      isEtcd,
    })),
  }).judged;
}

const worker = (probe: Partial<NodeProbe>): Node => ({ role: 'worker', ...probe });
const kinds = (judged: readonly JudgedNode[]) => judged.map(({ state }) => state.kind);

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

describe('the control plane that Kubespray takes for the first one (T2)', () => {
  const seen = cluster({ nodes: ['alpha', 'beta', 'zeta'] });
  const zeta: Node = { ...finished, host: 'zeta', cluster: seen };
  const beta: Node = { ...finished, host: 'beta' };
  const byName = ['ignores-errors', 'strict'] as const;
  const byInventory = 'ignores-four-errors-in-the-run';

  it('is the first by name of those that are registered, up to v2.29.1, though nothing is on it', () => {
    for (const rerun of byName) {
      const [first, blank, third] = judge([zeta, { host: 'alpha' }, beta], rerun);
      expect(blank).toMatchObject({ state: { kind: 'seen-as-blank' }, trouble: { mayRun: false } });
      expect(blank?.trouble?.effect).toContain('"kubeadm init" on this one, over the cluster');
      expect(blank?.trouble?.evidence.join()).toContain('holds a cluster with a node of that name');
      expect(blank?.trouble?.whyNoReset).toContain('"kubectl delete node alpha"');
      for (const node of [first, third]) expect(node?.trouble).toBeNull();
    }
    expect(judge([zeta, { host: 'alpha' }, beta], byInventory)[1]).toMatchObject({
      state: { kind: 'absent' },
      trouble: null,
    });
  });

  it('joins like any other once its Node object is gone', () => {
    const left = { ...zeta, cluster: cluster({ nodes: ['beta', 'zeta'] }) };
    expect(judge([left, { host: 'alpha' }, beta])[1]).toMatchObject({
      state: { kind: 'absent' },
      trouble: null,
    });
  });

  it('joins like any other where one that kubeadm has been on comes before it', () => {
    const [, , blank] = judge([{ ...zeta }, { ...finished, host: 'alpha' }, { host: 'beta' }]);
    expect(blank).toMatchObject({ state: { kind: 'absent' }, trouble: null });
    const [, , late] = judge([
      { ...finished, cluster: cluster({ nodes: ['node1', 'node10', 'node2'] }) },
      { ...finished, host: 'node2' },
      { host: 'node10' },
    ]);
    expect(late?.trouble).toBeNull();
  });

  it('goes by the name in the cluster, which Kubespray compares with that of the inventory', () => {
    const renamed = cluster({ nodes: ['a.example.org', 'b.example.org'] });
    const named = { ...finished, nodeName: 'b.example.org', cluster: renamed };
    expect(judge([{ ...named, host: 'zeta' }, { host: 'alpha' }])[1]?.trouble).toBeNull();
  });

  it('is not offered a reset, which would make it a blank one', () => {
    const half: Node = { ...finished, host: 'alpha', clientCertificate: 'dangling' };
    for (const rerun of byName) {
      expect(judge([zeta, half, beta], rerun)[1]?.trouble).toMatchObject({
        mayRun: true,
        whyNoReset: expect.stringContaining('"kubectl delete node alpha"') as string,
      });
    }
    expect(judge([zeta, half, beta], byInventory)[1]?.trouble?.whyNoReset).toBeNull();
    const left = { ...zeta, cluster: cluster({ nodes: ['beta', 'zeta'] }) };
    expect(judge([left, half, beta])[1]?.trouble?.whyNoReset).toBeNull();
  });

  it('is never run over with parts of kubeadm on it either', () => {
    const parts: Node = { host: 'alpha', kubeletConf: true, manifests };
    const [, half] = judge([zeta, parts, beta]);
    expect(half).toMatchObject({ state: { kind: 'seen-as-blank' }, trouble: { mayRun: false } });
    expect(half?.trouble?.effect).toContain('"kubeadm init" on this one');
    expect(judge([zeta, parts, beta], byInventory)[1]?.trouble).toBeNull();
  });

  it('may be a blank one while etcd, which may have its name, does not answer', () => {
    const etcd = { hasData: true, health: null };
    const nodes = [
      { ...finished, host: 'zeta', etcd },
      { host: 'alpha', etcd },
      { host: 'beta', etcd },
    ];
    const [, blank] = judge(nodes);
    expect(blank).toMatchObject({ state: { kind: 'seen-as-blank' }, trouble: { mayRun: false } });
    expect(blank?.trouble?.whyNoReset).toContain('start etcd first');
    expect(judge(nodes, byInventory)[1]?.trouble).toBeNull();
    expect(judge([{ ...finished, etcd }, { etcd }, { etcd }])[1]?.trouble).toBeNull();
  });
});

describe('a run after a failed one, by release (T5)', () => {
  const initFailed: Node = { adminConf: true, kubeletConf: true, clientCertificate: 'present', manifests };
  const joinFailed = worker({ config: true, bootstrapKubeletConf: true, caCertificate: true });
  const cp: Node = { ...finished, cluster: cluster({ nodes: ['node1'] }) };
  const effects = (nodes: readonly Node[], rerun: RerunStrictness) =>
    judge(nodes, rerun).map(({ trouble }) => trouble?.effect ?? null);

  it.each([
    ['ignores-errors', false, null],
    ['strict', false, /kubeadm init.*fails at its preflight.*kube-apiserver\.yaml.*T5/],
    ['ignores-four-errors-in-the-run', false, null],
    ['ignores-four-errors-in-the-run', true, /kubeadm init.*ports/],
  ] as const)('%s: init over manifests, kubelet running: %s', (rerun, kubeletIsActive, expected) => {
    const [effect] = effects([{ ...initFailed, kubeletIsActive, cluster: empty }], rerun);
    if (expected === null) expect(effect).toBeNull();
    else expect(effect).toMatch(expected);
  });

  it.each([
    ['ignores-errors', null],
    ['strict', /kubeadm join.*bootstrap-kubelet\.conf, ca\.crt/],
    ['ignores-four-errors-in-the-run', /kubeadm join.*bootstrap-kubelet\.conf, ca\.crt/],
  ] as const)("%s: a worker's join", (rerun, expected) => {
    const [, effect] = effects([cp, joinFailed], rerun);
    if (expected === null) expect(effect).toBeNull();
    else expect(effect).toMatch(expected);
  });

  it('lets Kubespray reset a control plane itself where it has an API server without config.yaml', () => {
    const second: Node = { manifests, kubeletIsActive: true };
    expect(effects([cp, second], 'strict')).toEqual([null, null]);
    expect(effects([cp, { kubeletConf: true }], 'strict')[1]).toMatch(/kubeadm join.*kubelet\.conf/);
  });
});

describe('whether one node is offered a reset', () => {
  const half: Node = { config: true, manifests: ['kube-apiserver'] };
  const whyNot = (nodes: readonly Node[], index = 0) => judge(nodes)[index]?.trouble?.whyNoReset;
  const health = (healthy: number, members: number) => ({ hasData: true, health: { healthy, members } });

  it('offers it for a worker, and for the first control plane of a cluster that has never worked', () => {
    const broken = worker({ ...joined, clientCertificate: 'dangling' });
    expect(whyNot([{ ...finished, cluster: cluster() }, broken], 1)).toBeNull();
    expect(whyNot([{ ...half, etcd: health(1, 1), cluster: empty }])).toBeNull();
    expect(
      whyNot([{ ...half, etcd: health(3, 3), cluster: cluster({ ...empty, nodes: ['node1'] }) }]),
    ).toBeNull();
  });

  it('refuses it for the first control plane of a cluster that has worked', () => {
    for (const seen of [
      cluster(),
      cluster({ ...empty, workloads: true }),
      cluster({ ...empty, nodes: ['node9'] }),
    ]) {
      expect(whyNot([{ ...half, cluster: seen }])).toContain('certificate authority');
    }
  });

  it('refuses it where etcd has data and does not answer, and allows it where there is none', () => {
    expect(whyNot([{ ...half, etcd: { hasData: true, health: null } }])).toContain('start etcd first');
    expect(whyNot([half])).toBeNull();
  });

  it('offers it for another control plane only beside a complete one, and while etcd keeps its quorum', () => {
    const cp: Node = { ...finished, cluster: cluster() };
    expect(whyNot([cp, { ...half, etcd: health(3, 3) }, finished], 1)).toBeNull();
    expect(whyNot([cp, { ...half, etcd: health(2, 3) }, finished], 1)).toContain('quorum');
    expect(whyNot([cp, { ...half, etcd: { hasData: true, health: null } }, finished], 1)).toBeNull();
    expect(
      whyNot(
        [
          { ...half, cluster: cluster() },
          { ...half, etcd: health(3, 3) },
        ],
        1,
      ),
    ).toContain('no other control plane is complete');
  });

  it('counts a member whose own account is missing as healthy where another finds all of them so', () => {
    const cp: Node = { ...finished, cluster: cluster(), etcd: health(2, 2) };
    expect(whyNot([cp, { ...half, etcd: { hasData: true, health: null } }, finished], 1)).toContain('quorum');
  });

  it('binds the approval to everything that was seen on the node', () => {
    const digest = (node: Node) => judge([{ ...half, cluster: empty, ...node }])[0]?.trouble?.digest;
    expect(digest({})).toBe(digest({}));
    expect(digest({ machineId: 'another' })).not.toBe(digest({}));
    expect(digest({ manifests })).not.toBe(digest({}));
    expect(digest({ emptyFiles: ['/etc/kubernetes/admin.conf'] })).not.toBe(digest({}));
  });

  it('keeps an approval while the API server and kubelet come and go, but not where the node is taken for another', () => {
    const digest = (node: Node) => judge([{ ...half, ...node }])[0]?.trouble?.digest;
    const flapping = { cluster: { ...empty, source: 'API server' as const }, kubeletIsActive: true };
    expect(digest(flapping)).toBe(digest({ cluster: empty }));
    const blank: Node = { config: false, manifests };
    const init = digest({ ...blank, kubeletIsActive: true, cluster: empty });
    expect(init).toBeDefined();
    expect(digest({ ...blank, kubeletIsActive: true, cluster: cluster() })).not.toBe(init);
  });
});
