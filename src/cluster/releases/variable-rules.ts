/** What a release's own checks of the inventory ask of variables; whatever else these say stops it. */
export interface VariableRules {
  /** The values that there are of each variable. */
  readonly choices: Readonly<Record<string, readonly string[]>>;
  /** "Stop if known booleans are set as strings". */
  readonly booleans: readonly string[];
  /** Those that stop it by being there, whatever they say. */
  readonly removed: readonly string[];
  readonly cloud: CloudRules;
}

/** Which clouds a release works with. */
export interface CloudRules {
  /** What `cloud_provider` may be. */
  readonly providers: readonly string[];
  /** Whether an empty `cloud_provider` is none at all. */
  readonly mayBeEmpty: boolean;
  /** What `external_cloud_provider` has to be beside `cloud_provider: external`; none: it is not looked at. */
  readonly external: readonly string[];
}

/*
 * Read off roles/kubernetes/preinstall (up to v2.27.1) and roles/validate_inventory (from v2.28.0) at each tag; named by
 * where a range of releases begins.
 */

export const variablesFrom2_24_1: VariableRules = {
  choices: {
    kube_network_plugin: [
      ...['calico', 'flannel', 'weave', 'cloud', 'cilium', 'cni', 'kube-ovn', 'kube-router'],
      ...['macvlan', 'custom_cni'],
    ],
    kube_proxy_mode: ['iptables', 'ipvs'],
    dns_mode: ['coredns', 'coredns_dual', 'manual', 'none'],
    cert_management: ['script', 'none'],
    resolvconf_mode: ['docker_dns', 'host_resolvconf', 'none'],
  },
  booleans: [
    'download_run_once',
    'download_always_pull',
    'deploy_netchecker',
    'helm_enabled',
    'openstack_lbaas_enabled',
  ],
  removed: ['containerd_config'],
  cloud: {
    providers: ['gce', 'aws', 'azure', 'openstack', 'vsphere', 'oci', 'external'],
    mayBeEmpty: false,
    external: [],
  },
};
export const variablesFrom2_27_0: VariableRules = {
  ...withPlugins(variablesFrom2_24_1, (plugins) => [...plugins, 'none']),
  cloud: {
    providers: ['external'],
    mayBeEmpty: true,
    external: ['hcloud', 'huaweicloud', 'oci', 'openstack', 'vsphere'],
  },
};
export const variablesFrom2_27_1: VariableRules = {
  ...variablesFrom2_27_0,
  cloud: { ...variablesFrom2_27_0.cloud, external: [...variablesFrom2_27_0.cloud.external, 'manual'] },
};
export const variablesFrom2_28_0: VariableRules = {
  ...variablesFrom2_27_1,
  choices: { ...variablesFrom2_27_1.choices, kube_proxy_mode: ['iptables', 'ipvs', 'nftables'] },
  removed: ['etcd_kubeadm_enabled'],
};
export const variablesFrom2_29_0: VariableRules = {
  ...withPlugins(variablesFrom2_28_0, (plugins) => plugins.filter((plugin) => plugin !== 'weave')),
  removed: [],
};
export const variablesFrom2_31_0: VariableRules = {
  ...variablesFrom2_29_0,
  booleans: variablesFrom2_29_0.booleans.filter((name) => name !== 'deploy_netchecker'),
  removed: ['kubelet_static_pod_path'],
};

function withPlugins(
  rules: VariableRules,
  change: (plugins: readonly string[]) => readonly string[],
): VariableRules {
  const { kube_network_plugin: plugins = [] } = rules.choices;
  return { ...rules, choices: { ...rules.choices, kube_network_plugin: change(plugins) } };
}
