import { describe, expect, it } from 'vitest';
import { type Scene, found, told } from '../../support/preflight-scene.js';

describe('choices of variables', () => {
  const judged = (variables: Scene['variables'], release: string) =>
    found({ variables, release })
      .filter(({ check }) => check === 'kubespray-variables')
      .map(({ is, shouldBe }) => `${is}: ${shouldBe}`);

  // By roles/kubernetes/preinstall (up to v2.27.1) and roles/validate_inventory (from v2.28.0) at both tags of each border.
  it.each([
    ['kube_network_plugin', 'none', 'v2.26.1', 'v2.27.0'],
    ['kube_proxy_mode', 'nftables', 'v2.27.1', 'v2.28.0'],
  ])('%s: %s stops %s, and %s takes it', (name, value, refusing, taking) => {
    expect(judged({ [name]: value }, refusing)).toEqual([
      expect.stringMatching(new RegExp(`^${name}: "${value}": one of .*, or Kubespray ${refusing} stops$`)),
    ]);
    expect(judged({ [name]: value }, taking)).toEqual([]);
  });

  it('kube_network_plugin: weave is gone from v2.29.0 on', () => {
    expect(judged({ kube_network_plugin: 'weave' }, 'v2.28.1')).toEqual([]);
    expect(judged({ kube_network_plugin: 'weave' }, 'v2.29.0')).toEqual([
      'kube_network_plugin: "weave": one of calico, flannel, cloud, cilium, cni, kube-ovn, kube-router, macvlan, custom_cni, none, or Kubespray v2.29.0 stops',
    ]);
  });

  it('deploy_netchecker is unknown to v2.31.0, and may be anything', () => {
    expect(judged({ deploy_netchecker: 'no' }, 'v2.30.0')).toHaveLength(1);
    expect(judged({ deploy_netchecker: 'no' }, 'v2.31.0')).toEqual([]);
  });

  it.each([
    ['containerd_config', ['v2.24.1', 'v2.27.1'], ['v2.28.0', 'v2.31.0']],
    ['etcd_kubeadm_enabled', ['v2.28.0', 'v2.28.1'], ['v2.24.1', 'v2.27.1', 'v2.29.0']],
    ['kubelet_static_pod_path', ['v2.31.0'], ['v2.24.1', 'v2.30.0']],
  ])('%s is removed in %j, and stops it whatever it says', (name, refusing, taking) => {
    for (const release of refusing) {
      for (const value of ['{{ mine }}', false]) {
        expect(judged({ [name]: value }, release)).toEqual([
          `${name}: ${JSON.stringify(value)}: not there at all, or Kubespray ${release} stops`,
        ]);
      }
    }
    for (const release of taking) expect(judged({ [name]: false }, release)).toEqual([]);
  });

  it('are those of the nearest release where the release is not known', () => {
    expect(judged({ kube_proxy_mode: 'nftables' }, 'v2.27.9')).toHaveLength(1);
    expect(judged({ kube_proxy_mode: 'nftables' }, 'v2.40.0')).toEqual([]);
  });
});

describe('a template', () => {
  it.each([
    { kube_proxy_mode: '{{ mode }}' },
    { dns_mode: '{% if a %}none{% else %}coredns{% endif %}' },
    { helm_enabled: '{{ mine | bool }}' },
    { container_manager: '{{ manager }}' },
    { etcd_deployment_type: '{{ type }}' },
    { download_localhost: true, download_run_once: '{{ once }}' },
    { kube_external_ca_mode: true, auto_renew_certificates: '{{ renew }}' },
  ])('cannot be judged: %j', (variables) => {
    expect(told({ variables })).toEqual([]);
  });
});
