import { describe, expect, it } from 'vitest';
import type { ClusterSeen, NodeProbe } from '../../../src/cluster/rerun/node-probe.js';
import { judged, ours, planned, theirs, type Scene } from '../../support/other-cluster-scene.js';

/**
 * What was seen, what the plan says of the node, and what becomes of its reset before cluster.yml. A reset is offered only
 * where nothing lives on the node, or where it is proven to be this cluster's. Workers are w1 and so on, control planes
 * a, c and d, of which a is the first; what nobody knows of a worker is whole, so that only its name speaks against it.
 */

const root = 'c'.repeat(64);
const bundle = Array.from({ length: 12 }, (_, index) => index.toString(16).repeat(64));
const foreign = { authorities: [theirs] };
const stopped = { stopped: true };
const cluster = (nodes: readonly string[], seen: Partial<ClusterSeen> = {}): ClusterSeen => ({
  ...{ source: 'API server', kubeadmConfig: true, clusterInfo: true, workloads: true, nodes },
  ...seen,
});
const unused = cluster([], { source: 'etcd', kubeadmConfig: false, clusterInfo: false, workloads: false });
type Probes = Readonly<Record<string, Partial<NodeProbe>>>;
type Host = Scene['controlPlanes'][string];

/** What the API server of a, which works, says: it knows a alone, or w1 too, or nothing. */
const knowsA: Probes = { a: { cluster: cluster(['a']) } };
const knowsBoth: Probes = { a: { cluster: cluster(['a', 'w1']) } };
const worker = (w1: Host): Scene => ({ controlPlanes: { a: {} }, workers: { w1 } });
/** Without the client certificate or with an empty file it is half-initialised, whoever knows it. */
const broken: Partial<NodeProbe> = { emptyFiles: ['/var/lib/kubelet/config.yaml'] };
const withoutConf: NonNullable<Host> = {
  ...{ nodeName: null, certificate: 'none', authorities: [], apiServer: null, kubeconfig: 'none' },
};
const leftover: Host = { ...withoutConf, ...stopped, isControlPlane: false };
const asWorker = { ...stopped, isControlPlane: false, authorities: [theirs] };

interface Row {
  readonly scene: Scene;
  readonly probes?: Probes;
  /** The hosts that are errors of the plan. */
  readonly errors?: readonly string[];
  /** Whose reset is offered. */
  readonly offered?: readonly string[];
  /** Who is asked about without being offered one. */
  readonly refused?: readonly string[];
}

const rows: Readonly<Record<string, Readonly<Record<string, Row>>>> = {
  'a kubelet.conf without a certificate that can be read': {
    'nothing known of it, another CA, name and API server': {
      scene: worker({ certificate: 'unknown', authorities: [theirs], nodeName: 'other-7', apiServer: '10.9.9.9' }),
      ...{ probes: knowsA, errors: ['w1'], refused: ['w1'] },
    },
    'nothing known of it, another CA alone': {
      scene: worker({ certificate: 'unknown', ...foreign }),
      ...{ probes: knowsA, errors: ['w1'], refused: ['w1'] },
    },
    'nothing known of it, another name alone, no CA': {
      scene: worker({ certificate: 'unknown', authorities: [], nodeName: 'other-7' }),
      ...{ probes: knowsA, errors: ['w1'], refused: ['w1'] },
    },
    'nothing known of it, another API server alone, no CA': {
      scene: worker({ certificate: 'unknown', authorities: [], apiServer: '10.9.9.9' }),
      ...{ probes: knowsA, errors: ['w1'], refused: ['w1'] },
    },
    'read as none by an earlier version, beside a kubelet that is active': {
      scene: worker({ isEarlier: true, certificate: 'none', ...foreign }),
      ...{ probes: knowsA, errors: ['w1'], refused: ['w1'] },
    },
    'gone, beside a kubelet that runs, another CA': {
      scene: worker({ certificate: 'missing', ...foreign }),
      ...{ probes: knowsA, errors: ['w1'], refused: ['w1'] },
    },
    'gone, beside a kubelet that runs, of a node that the cluster knows': {
      scene: worker({ certificate: 'missing' }),
      ...{ probes: knowsBoth, offered: ['w1'] },
    },
    'gone, so that kubelet ends again and again (T3)': {
      scene: worker({ certificate: 'missing', service: 'restarting' }),
      ...{ probes: knowsA, offered: ['w1'] },
    },
    'gone, and kubelet is stopped, another CA': {
      scene: worker({ certificate: 'missing', ...stopped, ...foreign }),
      ...{ probes: knowsA, offered: ['w1'] },
    },
    'gone, of a node of ours, whose cluster does not answer': {
      scene: worker({ certificate: 'missing' }),
      ...{ refused: ['w1'] },
    },
  },
  'no CA on one side': {
    'none on the worker, its name and localhost': {
      scene: worker({ authorities: [] }),
      ...{ probes: knowsA, refused: ['w1'] },
    },
    'none on the worker, which the cluster knows by name': {
      scene: worker({ authorities: [] }),
      probes: { ...knowsBoth, w1: broken },
      refused: ['w1'],
    },
    'none on the first control plane': {
      scene: { controlPlanes: { a: { authorities: [] } }, workers: { w1: foreign } },
      ...{ probes: knowsA, refused: ['w1'] },
    },
    'none on either': {
      scene: { controlPlanes: { a: { authorities: [] } }, workers: { w1: { authorities: [] } } },
      probes: { ...knowsBoth, w1: broken },
      refused: ['w1'],
    },
    'none on the worker, whose kubelet is stopped': {
      scene: worker({ authorities: [], ...stopped }),
      ...{ probes: knowsA, offered: ['w1'] },
    },
    'the CAs of an operating system': {
      scene: worker({ authorities: [...bundle, ours] }),
      ...{ probes: { ...knowsBoth, w1: broken }, refused: ['w1'] },
    },
  },
  'a CA that both have': {
    'a common root beside different ones': {
      scene: { controlPlanes: { a: { authorities: [root, ours] } }, workers: { w1: { authorities: [root, theirs] } } },
      ...{ probes: knowsA, errors: ['w1'], refused: ['w1'] },
    },
    'one for two clusters, of which ours does not know the node': {
      scene: worker({}),
      ...{ probes: knowsA, refused: ['w1'] },
    },
    'one for two clusters, by etcd': {
      scene: worker({}),
      ...{ probes: { a: { cluster: cluster(['a'], { source: 'etcd' }) } }, refused: ['w1'] },
    },
    'one for two clusters, of which ours knows the name, by another API server': {
      scene: worker({ apiServer: '10.9.9.9' }),
      ...{ probes: { ...knowsBoth, w1: broken }, refused: ['w1'] },
    },
    'one for two clusters, and the other control plane speaks for itself': {
      scene: { controlPlanes: { a: {}, c: {}, d: null } },
      ...{ probes: { c: { ...broken, cluster: cluster(['a', 'c']) } }, refused: ['c'] },
    },
    'while it is being replaced': {
      scene: { controlPlanes: { a: { authorities: [ours, theirs] } }, workers: { w1: foreign } },
      ...{ probes: { ...knowsBoth, w1: broken }, offered: ['w1'] },
    },
    'of a node of ours, which is known': {
      scene: worker({}),
      ...{ probes: { ...knowsBoth, w1: broken }, offered: ['w1'] },
    },
    'of a node of ours, which is known and whole': { scene: worker({}), probes: knowsBoth },
  },
  'control planes none of which is the node’s': {
    'the first is blank, another has a leftover of its own': {
      scene: { controlPlanes: { a: null, c: leftover, d: null }, workers: { w1: foreign } },
      ...{ errors: ['w1'], offered: ['c'], refused: ['w1'] },
    },
    'all are blank': {
      scene: { controlPlanes: { a: null, c: null, d: null }, workers: { w1: foreign } },
      ...{ errors: ['w1'], refused: ['w1'] },
    },
    'all are blank but itself, a control plane that lives': {
      scene: { controlPlanes: { a: null, c: { ...foreign, apiServer: '10.0.0.2' }, d: null } },
      ...{ errors: ['c'], refused: ['c'] },
    },
    'all are blank but itself, the last': {
      scene: { controlPlanes: { a: null, c: null, d: { ...foreign, apiServer: '127.0.0.1' } } },
      ...{ errors: ['d'], refused: ['d'] },
    },
    'all are blank but itself, whose kubelet is stopped': {
      scene: { controlPlanes: { a: null, c: { ...foreign, ...stopped }, d: null } },
      offered: ['c'],
    },
    'two live, each of a cluster of its own': {
      scene: { controlPlanes: { a: null, c: foreign, d: { authorities: [root] } } },
      ...{ errors: ['c', 'd'], refused: ['c', 'd'] },
    },
    'two live and agree, as where the first was installed anew, and nobody answers': {
      scene: { controlPlanes: { a: null, c: {}, d: {} }, workers: { w1: {} } },
      refused: ['c', 'd', 'w1'],
    },
    'two live and agree against a worker': {
      scene: { controlPlanes: { a: null, c: {}, d: {} }, workers: { w1: foreign } },
      ...{ errors: ['w1'], refused: ['c', 'd', 'w1'] },
    },
    'two live and do not agree, and a worker is of one of their clusters': {
      scene: { controlPlanes: { a: null, c: foreign, d: {} }, workers: { w1: foreign } },
      ...{ errors: ['c', 'd', 'w1'], refused: ['c', 'd', 'w1'] },
    },
    'one was not looked at': {
      scene: { controlPlanes: { a: null, c: undefined, d: null }, workers: { w1: foreign } },
    },
    'the first has been a worker of the same cluster, and is stopped': {
      scene: { controlPlanes: { a: asWorker }, workers: { w1: foreign } },
      ...{ errors: ['w1'], offered: ['a'], refused: ['w1'] },
    },
    'the first is a worker of the same cluster': {
      scene: { controlPlanes: { a: { ...foreign, isControlPlane: false } }, workers: { w1: foreign } },
      ...{ errors: ['a', 'w1'], refused: ['a', 'w1'] },
    },
    'the first has parts of a control plane of the same cluster, and is stopped': {
      scene: { controlPlanes: { a: { ...foreign, ...stopped } }, workers: { w1: foreign } },
      probes: { a: { manifests: [], cluster: cluster(['a', 'w1']) }, w1: broken },
      refused: ['a', 'w1'],
    },
    'all are blank but one of its cluster': {
      scene: { controlPlanes: { a: null, c: foreign, d: null }, workers: { w1: foreign } },
      ...{ errors: ['c', 'w1'], refused: ['c', 'w1'] },
    },
    'a leftover CA is that of the worker': {
      scene: { controlPlanes: { a: { ...leftover, ...foreign } }, workers: { w1: foreign } },
      ...{ errors: ['w1'], offered: ['a'], refused: ['w1'] },
    },
  },
  'what ends a node': {
    'its certificate has expired': {
      scene: worker({ ...foreign, certificate: 'expired' }),
      ...{ probes: knowsA, offered: ['w1'] },
    },
    'its kubelet is stopped': { scene: worker({ ...foreign, ...stopped }), probes: knowsA, offered: ['w1'] },
    'its kubelet ends again and again, and has all that it needs': {
      scene: worker({ ...foreign, service: 'restarting' }),
      ...{ probes: knowsA, errors: ['w1'], refused: ['w1'] },
    },
    'its kubelet ends again and again for want of config.yaml': {
      scene: worker({ service: 'restarting', hasConfig: false }),
      ...{ probes: knowsA, offered: ['w1'] },
    },
    'its join was cut off, and kubelet waits': {
      scene: worker({ ...withoutConf, kubeconfig: 'bootstrap' }),
      ...{ probes: { ...knowsA, w1: { nodeName: 'w1' } }, offered: ['w1'] },
    },
    'its join was cut off, and kubelet ends again and again': {
      scene: worker({ ...withoutConf, kubeconfig: 'bootstrap', service: 'restarting' }),
      ...{ probes: { ...knowsA, w1: { nodeName: 'w1' } }, offered: ['w1'] },
    },
    'its kubelet ends again and again without any kubeconfig': {
      scene: worker({ ...withoutConf, service: 'restarting' }),
      ...{ probes: { ...knowsA, w1: { nodeName: 'w1' } }, offered: ['w1'] },
    },
  },
  'a kubelet that has its access from elsewhere': {
    'by its command line, with nothing of kubeadm': {
      scene: worker({ ...withoutConf, kubeconfig: 'elsewhere' }),
      probes: { ...knowsA, w1: { nodeName: 'w1', config: false, caCertificate: false } },
      ...{ errors: ['w1'], refused: ['w1'] },
    },
    'by its command line, with a leftover of kubeadm': {
      scene: worker({ kubeconfig: 'elsewhere' }),
      ...{ probes: { ...knowsBoth, w1: { kubeletConf: true } }, errors: ['w1'], refused: ['w1'] },
    },
    'from nobody knows where': {
      scene: worker(withoutConf),
      ...{ probes: { ...knowsA, w1: { nodeName: 'w1' } }, errors: ['w1'], refused: ['w1'] },
    },
    'as a control plane': {
      scene: { controlPlanes: { a: {}, c: { ...withoutConf, kubeconfig: 'elsewhere' }, d: {} } },
      ...{ probes: { a: { cluster: cluster(['a', 'd']) } }, errors: ['c'], refused: ['c'] },
    },
    'as the first control plane': {
      scene: { controlPlanes: { a: { ...withoutConf, kubeconfig: 'elsewhere' } } },
      ...{ errors: ['a'], refused: ['a'] },
    },
  },
  'a first control plane': {
    'whose init was cut off': {
      scene: { controlPlanes: { a: {} } },
      ...{ probes: { a: { manifests: ['kube-apiserver'] } }, offered: ['a'] },
    },
    'whose init was cut off, by an etcd with nothing in it': {
      scene: { controlPlanes: { a: {} } },
      ...{ probes: { a: { cluster: unused } }, offered: ['a'] },
    },
    'whose init was cut off before kubelet had its access': {
      scene: { controlPlanes: { a: { ...withoutConf, service: 'restarting' } } },
      ...{ probes: { a: { adminConf: false, manifests: [], nodeName: 'a' } }, offered: ['a'] },
    },
    'which lacks admin.conf, that kubeadm writes before kubelet.conf': {
      scene: { controlPlanes: { a: {} } },
      ...{ probes: { a: { adminConf: false, manifests: ['kube-apiserver'] } }, refused: ['a'] },
    },
    'of whose running cluster nobody answers': {
      scene: { controlPlanes: { a: {} } },
      ...{ probes: { a: broken }, refused: ['a'] },
    },
    'that has joined another cluster as a worker': {
      scene: { controlPlanes: { a: { isControlPlane: false } } },
      ...{ probes: { a: { adminConf: false, manifests: [] } }, errors: ['a'], refused: ['a'] },
    },
    'that has another name': {
      scene: { controlPlanes: { a: { nodeName: 'cp-7' } } },
      ...{ errors: ['a'], refused: ['a'] },
    },
    'that is initialised anew, while two others agree': {
      scene: { controlPlanes: { a: foreign, c: {}, d: {} }, workers: { w1: {}, w2: {} } },
      probes: { a: { cluster: cluster(['a']) }, c: { cluster: cluster(['a', 'c', 'd', 'w1', 'w2']) } },
      ...{ errors: ['a'], refused: ['a'] },
    },
    'that is initialised anew, while the others are stopped': {
      scene: { controlPlanes: { a: foreign, c: stopped, d: stopped }, workers: { w1: stopped, w2: stopped } },
      ...{ probes: knowsA, errors: ['a'], refused: ['a'] },
    },
    'with one ally against two others': {
      scene: { controlPlanes: { a: {}, c: {}, d: foreign, e: foreign, f: null } },
      probes: { a: { cluster: cluster(['a', 'c']) } },
      ...{ errors: ['d', 'e'], refused: ['d', 'e'] },
    },
    'against a single other': {
      scene: { controlPlanes: { a: {}, c: foreign, d: null } },
      ...{ probes: knowsA, errors: ['c'], refused: ['c'] },
    },
    'whose API server has an address made by hand': {
      scene: { controlPlanes: { a: { apiServer: '10.9.9.9' } }, workers: { w1: { apiServer: '10.9.9.9' } } },
      ...{ probes: { ...knowsBoth, w1: broken }, offered: ['w1'] },
    },
    'whose API server has an address made by hand, and whose CA cannot be read': {
      scene: { controlPlanes: { a: { authorities: [], apiServer: '10.9.9.9' } } },
      probes: knowsA,
    },
    'that asks its API server by its second address': {
      scene: { controlPlanes: { a: { apiServer: '192.168.0.1' } }, workers: { w1: { apiServer: '192.168.0.1' } } },
      ...{ probes: { ...knowsBoth, w1: broken }, offered: ['w1'] },
    },
  },
  'another control plane': {
    'whose join was cut off, and which the cluster knows': {
      scene: { controlPlanes: { a: {}, c: {}, d: {} } },
      probes: { a: { cluster: cluster(['a', 'c', 'd']) }, c: { manifests: ['kube-apiserver'] } },
      offered: ['c'],
    },
    'whose join was cut off before kubelet had its access': {
      scene: { controlPlanes: { a: {}, c: { ...withoutConf, kubeconfig: 'bootstrap' }, d: {} } },
      probes: { a: { cluster: cluster(['a', 'd']) }, c: { nodeName: 'c' } },
      offered: ['c'],
    },
    'which the cluster does not know': {
      scene: { controlPlanes: { a: {}, c: {}, d: {} } },
      ...{ probes: { a: { cluster: cluster(['a', 'd']) } }, refused: ['c'] },
    },
    'that is a worker of another cluster': {
      scene: { controlPlanes: { a: {}, c: { ...foreign, isControlPlane: false }, d: {} } },
      ...{ probes: { a: { cluster: cluster(['a', 'd']) } }, errors: ['c'], refused: ['c'] },
    },
  },
}; // prettier-ignore

describe.each(Object.entries(rows))('%s', (_, group) => {
  it.each(Object.entries(group))('%s', (__, { scene, probes = {}, errors = [], offered = [], refused = [] }) => {
    const plan = planned(scene);
    expect(plan.filter(({ severity }) => severity === 'error').map(({ host }) => host)).toEqual(errors);
    if (Object.values({ ...scene.controlPlanes, ...scene.workers }).includes(undefined)) return;
    const troubles = Object.entries(judged(scene, probes)).flatMap(([host, { trouble }]) =>
      trouble === null ? [] : [{ host, whyNot: trouble.whyNoReset }],
    );
    const hosts = (some: typeof troubles) => some.map(({ host }) => host).sort();
    expect({
      offered: hosts(troubles.filter(({ whyNot }) => whyNot === null)),
      refused: hosts(troubles.filter(({ whyNot }) => whyNot !== null)),
    }).toEqual({ offered, refused });
  });
}); // prettier-ignore
