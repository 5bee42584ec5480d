import { describe, expect, it } from 'vitest';
import { type Scene, found } from '../../support/preflight-scene.js';

describe('pods on a node', () => {
  const judged = (variables: NonNullable<Scene['variables']>) =>
    found({ variables: { kube_network_plugin: 'flannel', ...variables } })
      .filter(({ check }) => check === 'kubespray-variables')
      .map(({ is, shouldBe }) => `${is}: ${shouldBe}`);

  it.each([
    [{ kubelet_max_pods: 400 }, 'kubelet_max_pods 400 with kube_network_node_prefix 24', 254],
    [{ kubelet_max_pods: '255' }, 'kubelet_max_pods 255 with kube_network_node_prefix 24', 254],
    [{ kube_network_node_prefix: 26 }, 'kubelet_max_pods 110 with kube_network_node_prefix 26', 62],
    [
      { kubelet_max_pods: 400, kube_network_plugin: 'cni' },
      'kubelet_max_pods 400 with kube_network_node_prefix 24',
      254,
    ],
  ])('have an address each: %j', (variables, is, room) => {
    expect(judged(variables)).toEqual([
      `${is}: at most ${room} pods, because a node has so many addresses for them, or Kubespray stops`,
    ]);
  });

  it.each([
    { kubelet_max_pods: 254 },
    { kubelet_max_pods: 400, kube_network_node_prefix: 23 },
    { kubelet_max_pods: 400, kube_network_plugin: 'calico' },
    { kubelet_max_pods: 400, kube_network_plugin: 'none' },
    { kubelet_max_pods: 400, kube_network_plugin: '{{ mine }}' },
    { kubelet_max_pods: '{{ mine }}' },
    { kubelet_max_pods: 400, kube_network_node_prefix: '{{ mine }}' },
    { kubelet_max_pods: 400, ipv4_stack: false },
    { kubelet_max_pods: 400, ignore_assert_errors: true },
  ])('are enough for Kubespray with %j', (variables) => {
    expect(judged(variables)).toEqual([]);
  });
});
