import { describe, expect, it } from 'vitest';
import {
  ours,
  theirs,
  type Scene,
  planned,
  told,
  judged,
  stolen,
} from '../../support/other-cluster-scene.js';

describe('a node of another cluster', () => {
  it('is offered no reset, and cluster.yml does not run over it unasked', () => {
    const { b2 } = judged(stolen);
    expect(b2?.trouble).toMatchObject({
      mayRun: true,
      whyNoReset: expect.stringMatching(
        /^Slipway does not take nodes from another cluster\. .*drain and reset it there first/,
      ) as string,
    });
    expect(b2?.trouble?.evidence[0]).toMatch(/^it is the node b of a cluster already: its kubelet runs/);
    expect(b2?.summary).toContain('the node b of a cluster already');
  });

  it.each<[string, Scene]>([
    [
      'by its CA, though it has the name that is asked for',
      { controlPlanes: { a: {} }, workers: { b: { authorities: [theirs] } } },
    ],
    [
      'by its CA, as a control plane that is to be a worker',
      { controlPlanes: { a: {} }, workers: { b: { authorities: [theirs], apiServer: '10.0.0.2' } } },
    ],
    [
      'by its CA, as another control plane',
      { controlPlanes: { a: {}, b: { authorities: [theirs] }, c: {} } },
    ],
    [
      'by the CA of the other control planes, while the first is installed anew',
      { controlPlanes: { a: null, c: {}, d: {} }, workers: { b: { authorities: [theirs] } } },
    ],
    [
      'by a first control plane that has lost its kubelet.conf and still has its CA',
      {
        controlPlanes: { a: { nodeName: null, certificate: 'none', stopped: true } },
        workers: { b: { authorities: [theirs] } },
      },
    ],
    [
      'where openssl is missing, so that its name is not known, nor when its certificate ends',
      { controlPlanes: { a: {} }, workers: { b: { nodeName: null, certificate: 'unknown', authorities: [theirs] } } },
    ],
    ['by a first control plane with nothing on it', { controlPlanes: { a: null }, workers: { b: {} } }],
    [
      'by its name, where the control plane could not be read',
      { controlPlanes: { a: undefined }, workers: { b: { nodeName: 'worker-7' } } },
    ],
    [
      'by its API server, where the control plane could not be read',
      { controlPlanes: { a: undefined }, workers: { b: { apiServer: '10.9.9.9' } } },
    ],
    ['by its name, as the first control plane itself', { controlPlanes: { b: { nodeName: 'cp-7' } } }],
  ])('is known %s', (_, scene) => {
    expect(told(scene)).toEqual(['b']);
    if (scene.controlPlanes['a'] === undefined && 'a' in scene.controlPlanes) return;
    expect(judged(scene)['b']?.trouble?.whyNoReset).toContain('Slipway does not take nodes from another cluster');
  }); // prettier-ignore

  it('is not counted among its own kind: the first control plane says whose cluster it is', () => {
    const foreign = { authorities: [theirs] };
    expect(told({ controlPlanes: { a: {}, c: foreign, d: {} }, workers: { b: foreign } })).toEqual([
      'c',
      'b',
    ]);
  });

  it('is never run over where Kubespray would take it for a new control plane', () => {
    const scene: Scene = { controlPlanes: { a: {}, b: { authorities: [theirs] }, c: {} } };
    const cluster = { source: 'etcd', kubeadmConfig: true, clusterInfo: true, workloads: true } as const;
    const { b } = judged(scene, { b: { config: false }, a: { cluster: { ...cluster, nodes: ['a', 'b', 'c'] } } });
    expect(b?.trouble).toMatchObject({ mayRun: false });
    expect(b?.trouble?.whyNoReset).toContain('Slipway does not take nodes from another cluster');
  }); // prettier-ignore
});

describe('no node of another cluster', () => {
  it.each<[string, Scene]>([
    ['are those of the cluster itself', { controlPlanes: { a: {}, c: {}, d: {} }, workers: { b: {} } }],
    [
      'are they under the names that kube_override_hostname gives them',
      {
        controlPlanes: { a: { nodeName: 'a.example.org' } },
        workers: { b: { nodeName: 'b.example.org' } },
        variables: { kube_override_hostname: '{{ inventory_hostname }}.example.org' },
      },
    ],
    [
      'are they under other names where the CA is the same',
      {
        controlPlanes: { a: { nodeName: 'x' }, c: {}, d: {} },
        workers: { b: { nodeName: 'y' } },
      },
    ],
    [
      'are they while a CA is being replaced',
      { controlPlanes: { a: { authorities: [ours, theirs] } }, workers: { b: { authorities: [theirs] } } },
    ],
    [
      'are the others while the first control plane is installed anew',
      { controlPlanes: { a: null, c: {}, d: {} }, workers: { b: {} } },
    ],
    ['are new hosts', { controlPlanes: { a: null }, workers: { b: null } }],
    [
      'is one that knows the API server by another of its addresses',
      { controlPlanes: { a: { authorities: [] } }, workers: { b: { apiServer: '192.168.0.1' } } },
    ],
    [
      'is one that asks a load balancer',
      {
        controlPlanes: { a: undefined },
        workers: { b: { apiServer: '10.9.9.9' } },
        variables: { loadbalancer_apiserver: { address: '10.9.9.9', port: 6443 } },
      },
    ],
    ['is one that asks a name', { controlPlanes: { a: undefined }, workers: { b: { apiServer: 'lb.example.org' } } }],
  ])('%s', (_, scene) => {
    expect(told(scene)).toEqual([]);
  }); // prettier-ignore

  it('is looked for by facts of earlier versions, which nothing is concluded from', () => {
    expect(planned(stolen, { isOld: true })).toEqual([]);
    const { b2 } = judged(stolen, 'old');
    expect(b2?.trouble?.whyNoReset).toBeNull();
  });
});

describe('a node that works for no cluster any more', () => {
  const gone: Scene[] = [
    { ...stolen, workers: { b2: { nodeName: 'b', authorities: [theirs], stopped: true } } },
    { ...stolen, workers: { b2: { nodeName: 'b', authorities: [theirs], certificate: 'expired' } } },
  ];

  it('is no error, because its kubelet does not run or may not speak to its API server', () => {
    for (const scene of gone) expect(told(scene)).toEqual([]);
  });

  it('is offered its reset, and whoever approves it reads whose node it was', () => {
    const [stopped, expired] = gone.map((scene) => judged(scene)['b2']?.trouble);
    for (const trouble of [stopped, expired]) expect(trouble?.whyNoReset).toBeNull();
    expect(stopped?.evidence.join()).toContain('it was the node b of another cluster; its kubelet does not run');
    expect(expired?.evidence.join()).toContain('it was the node b of another cluster; its certificate has expired');
  }); // prettier-ignore

  it('is still offered it in its own cluster, which knows it, also with a kubelet that runs', () => {
    const own: Scene = { controlPlanes: { a: {} }, workers: { b: {} } };
    const cluster = { source: 'etcd', kubeadmConfig: true, clusterInfo: true, workloads: true } as const;
    const known = { a: { cluster: { ...cluster, nodes: ['a', 'b'] } } };
    const { b } = judged(own, { ...known, b: { emptyFiles: ['/var/lib/kubelet/config.yaml'] } });
    expect(b?.trouble).toMatchObject({ mayRun: true, whyNoReset: null });
    expect(b?.trouble?.evidence.join()).not.toContain('another cluster');
  });

  it('is told how to end it where it is not proven to be of its own cluster', () => {
    const own: Scene = { controlPlanes: { a: {} }, workers: { b: {} } };
    const cluster = { source: 'etcd', kubeadmConfig: true, clusterInfo: true, workloads: true } as const;
    const { b } = judged(own, { a: { cluster: { ...cluster, nodes: ['a'] } } });
    expect(b?.trouble?.mayRun).toBe(true);
    expect(b?.trouble?.whyNoReset).toMatch(
      /not proven.*the etcd of this cluster does not know the node b\..*disable --now kubelet\) and retry/,
    );
  });
});

describe('a first control plane that several others agree against', () => {
  const scene: Scene = {
    controlPlanes: { a: { authorities: [theirs] }, c: {}, d: {} },
    workers: { b: {} },
  };

  it('is the one to blame, and nobody is told to stop the others', () => {
    const [finding, ...more] = planned(scene);
    expect(more).toEqual([]);
    expect(finding).toMatchObject({ host: 'a', is: expect.stringContaining('its CA is not that of c, d, which agree') as string });
    expect(finding?.advice).toMatch(/^Stop no kubelet of the others: c, d agree, and a .* differs\./);
    expect(finding?.advice).not.toContain('disable');
  }); // prettier-ignore

  it('is not run over by cluster.yml, which would go by it', () => {
    const { a } = judged(scene);
    expect(a?.trouble).toMatchObject({
      mayRun: false,
      whyNoReset: expect.stringContaining('Stop no kubelet of the others') as string,
    });
  });
});
