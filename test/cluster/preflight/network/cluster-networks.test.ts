import { describe, expect, it } from 'vitest';
import { type Scene, found, told } from '../../../support/preflight-scene.js';

describe('the cluster’s own networks', () => {
  const own = { name: 'eth0', mtu: 1500, addresses: ['10.0.0.9', 'fd00::9'] };
  const judged = (addresses: Readonly<Record<string, readonly string[]>>, scene: Scene = {}) => {
    const more = Object.entries(addresses).map(([name, list]) => ({ name, mtu: 1500, addresses: [...list] }));
    return found({ ...scene, system: { interfaces: [own, ...more] } }).map(({ is }) => is);
  };

  it('hold no other address of a host either, and each is told with its interface', () => {
    expect(
      judged({ wg0: ['10.233.64.7'], docker0: ['10.233.0.1', '192.168.1.1'], eth1: ['10.233.70.1'] }),
    ).toEqual([
      'w (10.233.0.1 of docker0) in the network of services, "10.233.0.0/18"',
      'w (10.233.64.7 of wg0, 10.233.70.1 of eth1) in the network of pods, "10.233.64.0/18"',
    ]);
    expect(judged({ 'br-calico': ['10.233.64.7'] })).toHaveLength(1);
    expect(judged({ 'cni-podman0': ['10.233.64.7'] })).toHaveLength(1);
  });

  it('name a host alone whose address for the others is in them', () => {
    const variables = { kube_pods_subnet: '10.0.0.8/29' };
    expect(judged({ eth1: ['10.0.0.10'] }, { variables })).toEqual([
      'w in the network of pods, "10.0.0.8/29"',
    ]);
  });

  it.each([
    [
      'Calico',
      { 'vxlan.calico': ['10.233.64.0'], 'wireguard.cali': ['10.233.64.1'], cali12ab: ['10.233.64.2'] },
    ],
    ['Calico with IP in IP', { tunl0: ['10.233.64.0'] }],
    ['Cilium', { cilium_host: ['10.233.64.24'], cilium_wg0: ['10.233.64.25'], lxc_health: ['10.233.64.26'] }],
    ['Flannel', { 'flannel.1': ['10.233.64.0'], 'flannel-wg': ['10.233.64.0'], cni0: ['10.233.64.1'] }],
    ['kube-router', { 'kube-bridge': ['10.233.64.1'], 'kube-dummy-if': ['10.233.0.1'] }],
    ['Weave, Kube-OVN and macvlan', { weave: ['10.233.64.1'], ovn0: ['10.233.64.2'], mac0: ['10.233.64.3'] }],
    ['kube-proxy', { 'kube-ipvs0': ['10.233.0.1', '10.233.0.3'], nodelocaldns: ['10.233.0.3'] }],
  ])('have the addresses that a node got from them: %s', (_, addresses) => {
    expect(judged(addresses)).toEqual([]);
  });
});

describe('a template', () => {
  it.each([{ kube_pods_subnet: '{{ pods }}' }, { kube_service_addresses: '{{ services }}' }])(
    'cannot be judged: %j',
    (variables) => {
      expect(told({ variables })).toEqual([]);
    },
  );

  it('says nothing of the room for nodes', () => {
    const specification = { firewall: { networkPlugin: 'cilium' as const } };
    expect(told({ variables: { kube_network_node_prefix: '{{ prefix }}' }, specification })).toEqual([]);
  });
});
