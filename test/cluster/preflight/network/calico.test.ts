import { describe, expect, it } from 'vitest';
import { type Scene, found } from '../../../support/preflight-scene.js';

describe('variables of Calico', () => {
  const judged = (variables: Scene['variables'], scene: Scene = {}) =>
    found({ ...scene, variables }).map(({ is, shouldBe }) => `${is}: ${shouldBe}`);
  const exclusive =
    'Never, or beside calico_vxlan_mode: Never, which is Always unless it is set, or Kubespray stops';

  // By roles/network_plugin/calico/tasks/check.yml, the same in all releases from v2.24.1 to v2.31.0.
  it.each<[NonNullable<Scene['variables']>, string]>([
    [{ calico_network_backend: 'ipip' }, 'one of bird, vxlan, none, or Kubespray stops'],
    [{ calico_ipip_mode: 'always' }, 'one of Always, CrossSubnet, Never, or Kubespray stops'],
    [{ calico_vxlan_mode: false }, 'one of Always, CrossSubnet, Never, or Kubespray stops'],
    [{ calico_ipip_mode: 'Always' }, exclusive],
    [{ calico_ipip_mode: 'CrossSubnet', calico_vxlan_mode: 'CrossSubnet' }, exclusive],
    [{ ipip: true }, 'not there at all, or Kubespray stops'],
    [{ ipip_mode: 'Always' }, 'not there at all, or Kubespray stops'],
    [{ calcio_ipam_autoallocateblocks: true }, 'not there at all, or Kubespray stops'],
  ])('stop Kubespray: %j', (variables, shouldBe) => {
    const [[name, value] = []] = Object.entries(variables);
    for (const release of ['v2.24.1', 'v2.31.0']) {
      expect(judged(variables, { release })).toContain(`${name}: ${JSON.stringify(value)}: ${shouldBe}`);
    }
    expect(judged({ ...variables, kube_network_plugin: 'flannel' })).toEqual([]);
    expect(judged({ ...variables, kube_network_plugin: '{{ mine }}' })).toEqual([]);
  });

  it.each([
    { calico_network_backend: 'bird' },
    { calico_network_backend: 'none' },
    { calico_vxlan_mode: 'CrossSubnet' },
    { calico_ipip_mode: 'Never', calico_vxlan_mode: 'Always' },
    { calico_ipip_mode: 'Always', calico_vxlan_mode: 'Never' },
    { calico_ipip_mode: 'Always', calico_vxlan_mode: '{{ mine }}' },
    { calico_ipip_mode: '{{ mine }}' },
  ])('do not stop it: %j', (variables) => {
    expect(judged(variables)).toEqual([]);
  });
});
