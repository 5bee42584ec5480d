import { describe, expect, it } from 'vitest';
import {
  networkProbes,
  type DnsAnswer,
  type NetworkObstacle,
} from '../../../src/cluster/verification/network-trial.js';
import { judgePodNetwork, ofHost, type NetworkSeen } from '../../../src/cluster/verification/pod-network.js';
import { nodeNetwork } from '../../support/node-network.js';

const found: DnsAnswer = { obstacle: null, code: 0, addresses: ['10.233.0.1'] };

interface Met {
  /** By address, what stands in the way of a connection. */
  readonly blocked?: Readonly<Record<string, NetworkObstacle>>;
  /** By address, what is answered there; without it, what should be. */
  readonly answers?: Readonly<Record<string, DnsAnswer>>;
}

interface Scene extends Partial<Pick<NetworkSeen, 'network' | 'notEntered' | 'carriers'>> {
  readonly host?: Met;
  /** Null: nothing is tried from there. */
  readonly pod?: Met | null;
}

function seen({ network = nodeNetwork(), host = {}, pod = {}, ...rest }: Scene): NetworkSeen {
  const trial = (from: string, { blocked = {}, answers = {} }: Met) => {
    const probes = networkProbes(network, from === ofHost ? 'host' : 'pod');
    return {
      from,
      probes,
      connections: probes.connections.map(({ address }) => blocked[address] ?? null),
      answers: probes.questions.map(({ address }) => answers[address] ?? found),
    };
  };
  const fromPod = network.pod === null || pod === null ? [] : [trial(network.pod.name, pod)];
  return {
    ...{ host: 'node1', network, carriers: ['udp 8472 (Flannel VXLAN)'], notEntered: null },
    trials: [trial(ofHost, host), ...fromPod],
    ...rest,
  };
}

const judged = (scene: Scene) => judgePodNetwork(seen(scene));
const failing = (scene: Scene) =>
  judged(scene)
    .filter(({ passed }) => !passed)
    .map(({ check }) => check);
const one = (check: string, scene: Scene) => judged(scene).find((each) => each.check === check);

describe('the network of pods, judged from a node', () => {
  it('passes where all is reached, and says from where', () => {
    expect(judged({}).map(({ check, host, passed, is }) => [check, host, passed, is])).toEqual([
      ['pod-network', 'node1', true, 'connected to pods on node2, from the host and from dns-autoscaler-1'],
      [
        ...['service-network', 'node1', true],
        'connected to kube-system/coredns, default/kubernetes, from the host and from dns-autoscaler-1',
      ],
      [
        ...['cluster-dns', 'node1', true],
        'kubernetes.default.svc.cluster.local is 10.233.0.1, from the host and from dns-autoscaler-1',
      ],
    ]);
    expect(judged({}).every(({ advice }) => advice === '')).toBe(true);
  });

  it.each<[string, Scene, readonly string[]]>([
    ['a pod of another node', { host: { blocked: { '10.233.65.2': 'timed-out' } } }, ['pod-network']],
    ['that pod, from a pod only', { pod: { blocked: { '10.233.65.2': 'timed-out' } } }, ['pod-network']],
    ['the service of DNS', { host: { blocked: { '10.233.0.3': 'refused' } } }, ['service-network']],
    ['the service of the API', { pod: { blocked: { '10.233.0.1': 'unreachable' } } }, ['service-network']],
  ])('fails where %s is not reached', (_what, scene, checks) => {
    expect(failing(scene)).toEqual(checks);
  });

  it('says what is not reached, from where, and by what the plugin carries packets', () => {
    const blocked = { '10.233.65.2': 'timed-out' } as const;
    const check = one('pod-network', { host: { blocked }, pod: { blocked } });
    expect(check).toMatchObject({
      is:
        'not from the host: coredns-2 on node2 at 10.233.65.2 (timed out); ' +
        'not from dns-autoscaler-1: coredns-2 on node2 at 10.233.65.2 (timed out)',
      settles: true,
    });
    expect(check?.advice).toContain('by udp 8472 (Flannel VXLAN)');
    expect(check?.advice).toContain('security groups');
  });

  it('looks at the policy of forwarding where only the pod does not get through', () => {
    const check = one('pod-network', { pod: { blocked: { '10.233.65.2': 'timed-out' } } });
    expect(check?.advice).toMatch(/Docker.*iptables -S FORWARD/);
    expect(one('pod-network', { host: { blocked: { '10.233.65.2': 'timed-out' } } })?.advice).not.toMatch(
      /FORWARD/,
    );
  });

  it('advises without ports where the plugin is not known', () => {
    const check = one('pod-network', { carriers: [], host: { blocked: { '10.233.65.2': 'timed-out' } } });
    expect(check?.advice).toMatch(/^The network plugin carries packets of pods between nodes, and/);
  });

  it('is content with one pod of each node, in each family', () => {
    const two = { name: 'coredns-3', node: 'node2', addresses: ['10.233.65.3'] };
    const network = nodeNetwork({ dnsPods: [...nodeNetwork().dnsPods, two] });
    const blocked = { '10.233.65.2': 'timed-out' } as const;
    expect(failing({ network, host: { blocked } })).toEqual([]);
    expect(failing({ network, host: { blocked: { ...blocked, '10.233.65.3': 'refused' } } })).toEqual([
      'pod-network',
    ]);
    const other = nodeNetwork({ dnsPods: [...nodeNetwork().dnsPods, { ...two, node: 'node3' }] });
    expect(one('pod-network', { network: other, host: { blocked } })?.is).toBe(
      'not from the host: coredns-2 on node2 at 10.233.65.2 (timed out)',
    );
    const dual = nodeNetwork({ dnsPods: [{ ...two, addresses: ['10.233.65.3', 'fd00::3'] }] });
    expect(failing({ network: dual, host: { blocked: { 'fd00::3': 'timed-out' } } })).toEqual([
      'pod-network',
    ]);
  });

  it('passes where no other node has a pod, and says so', () => {
    expect(one('pod-network', { network: nodeNetwork({ dnsPods: [] }) })).toMatchObject({
      passed: true,
      is: 'not tried: no other node has a pod of CoreDNS',
    });
  });

  it('says where it could be tried from the host only', () => {
    const alone = one('pod-network', { network: nodeNetwork({ pod: null }) });
    expect(alone).toMatchObject({
      passed: true,
      is: 'connected to pods on node2, from the host; no pod of kube-system runs here to try from',
    });
    const shut = one('pod-network', { pod: null, notEntered: 'no crictl' });
    expect(shut?.is).toBe(
      'connected to pods on node2, from the host; not tried from dns-autoscaler-1: no crictl',
    );
  });

  it('fails, and does not wait, where the host has no Python to try it by', () => {
    expect(judgePodNetwork({ ...seen({}), trials: null })).toMatchObject([
      { check: 'pod-network', passed: false, is: 'not tried: there is no python3' },
    ]);
    expect(judgePodNetwork({ ...seen({}), trials: null })[0]?.settles).toBeUndefined();
  });
});

describe('the names of the cluster, asked from a node', () => {
  const asked = (answer: DnsAnswer) =>
    one('cluster-dns', { pod: null, host: { answers: { '169.254.25.10': answer } } });
  const none = { code: 0, addresses: [] };

  it.each<[DnsAnswer, string]>([
    [{ ...none, obstacle: 'timed-out' }, 'timed out'],
    [{ ...none, obstacle: 'refused' }, 'refused'],
    [{ ...none, obstacle: 'not-understood' }, 'an answer that is none'],
    [{ ...none, obstacle: null }, 'answers with no address'],
    [{ ...none, obstacle: null, code: 3 }, 'answers NXDOMAIN'],
    [{ ...none, obstacle: null, code: 2 }, 'answers SERVFAIL'],
    [{ ...none, obstacle: null, code: 11 }, 'answers with the error 11'],
    [{ obstacle: null, code: 0, addresses: ['192.0.2.1'] }, 'answers with 192.0.2.1'],
  ])('fail for the answer %j', (answer, text) => {
    expect(asked(answer)).toMatchObject({
      passed: false,
      is: `not from the host: the node-local cache at 169.254.25.10: ${text}`,
      advice: expect.stringContaining('dns_domain') as string,
      settles: true,
    });
  });

  it('are right in whatever form the address is written', () => {
    const api = { name: 'default/kubernetes', addresses: ['fd85:ee78:0:0::1'], port: 443 };
    const answer = { obstacle: null, code: 0, addresses: ['fd85:ee78::1'] };
    const answers = { '169.254.25.10': answer, '10.233.0.3': answer };
    expect(one('cluster-dns', { network: nodeNetwork({ api, pod: null }), host: { answers } })?.passed).toBe(
      true,
    );
  });

  it('pass where nobody is known who could be asked, and say so', () => {
    expect(one('cluster-dns', { network: nodeNetwork({ domain: null }) })).toMatchObject({
      passed: true,
      is: 'not asked: no server or no domain of the cluster is known',
    });
  });
});
