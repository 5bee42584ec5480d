/**
 * What Kubespray downloads with containerd as its engine, apart from add-ons (see {@link unlistedSwitches}): the addresses,
 * and which hosts want it. Addresses have variables in Ansible's form, with a `v` before versions in every release. Read off
 * `downloads` in the defaults of each release, v2.24.1 to v2.31.0.
 */

/** Kubespray's groups, by which a download is wanted. */
export type Group = 'k8s_cluster' | 'kube_control_plane' | 'kube_node' | 'etcd';

/** What a download depends on. */
export interface Choices {
  /** What `kube_network_plugin` is. */
  readonly plugin: unknown;
  /** What the operator's own variable says; undefined where they do not set it. */
  readonly value: (variable: string) => unknown;
  /** Whether a switch is on; by default it is off. */
  readonly on: (variable: string, standard?: boolean) => boolean;
  /** Whether the release is this one or a later one. */
  readonly since: (release: string) => boolean;
}

interface Item {
  readonly name: string;
  readonly group: Group;
  /** Without it, it is always wanted. */
  readonly when?: (choices: Choices) => boolean;
}
export interface FileItem extends Item {
  readonly address: string;
  /** The variable that takes the place of the address. */
  readonly addressVariable: string;
  /** The variable that has its version. */
  readonly version: string;
  /** The variable by which an operator gives a digest of their own; none: the release's counts. */
  readonly checksum?: string;
}
export interface ImageItem extends Item {
  readonly repository: string;
  readonly tag: string;
  /** The variables that take the place of these; none where they follow from others alone. */
  readonly variables?: { readonly repository: string; readonly tag: string };
}

const withPlugin =
  (...names: readonly string[]) =>
  ({ plugin }: Choices) =>
    names.some((name) => name === plugin);
const withSwitch =
  (name: string, standard?: boolean) =>
  ({ on }: Choices) =>
    on(name, standard);

interface FileOptions extends Omit<FileItem, 'addressVariable' | 'group'> {
  readonly addressVariable?: string;
  readonly group?: Group;
}

function file(options: FileOptions): FileItem {
  return { addressVariable: `${options.name}_download_url`, group: 'k8s_cluster', ...options };
}

const kubernetes = '{{ dl_k8s_io_url }}/release/v{{ kube_version }}/bin/linux/{{ image_arch }}';
const calico = '{{ github_url }}/projectcalico/calico';
const gvisor =
  '{{ storage_googleapis_url }}/gvisor/releases/release/{{ gvisor_version }}/{{ ansible_architecture }}';

/** Programs and archives. */
export const fileItems: readonly FileItem[] = [
  file({
    name: 'kubelet',
    address: `${kubernetes}/kubelet`,
    version: 'kube_version',
    checksum: 'kubelet_binary_checksum',
  }),
  file({
    name: 'kubeadm',
    address: `${kubernetes}/kubeadm`,
    version: 'kube_version',
    checksum: 'kubeadm_binary_checksum',
  }),
  file({
    name: 'kubectl',
    group: 'kube_control_plane',
    address: `${kubernetes}/kubectl`,
    version: 'kube_version',
    checksum: 'kubectl_binary_checksum',
  }),
  file({
    name: 'etcd',
    group: 'etcd',
    address:
      '{{ github_url }}/etcd-io/etcd/releases/download/v{{ etcd_version }}/etcd-v{{ etcd_version }}-linux-{{ image_arch }}.tar.gz',
    version: 'etcd_version',
    checksum: 'etcd_binary_checksum',
  }),
  file({
    name: 'cni',
    address:
      '{{ github_url }}/containernetworking/plugins/releases/download/v{{ cni_version }}/cni-plugins-linux-{{ image_arch }}-v{{ cni_version }}.tgz',
    version: 'cni_version',
    checksum: 'cni_binary_checksum',
  }),
  file({
    name: 'crictl',
    address:
      '{{ github_url }}/kubernetes-sigs/cri-tools/releases/download/v{{ crictl_version }}/crictl-v{{ crictl_version }}-linux-{{ image_arch }}.tar.gz',
    version: 'crictl_version',
    checksum: 'crictl_binary_checksum',
  }),
  file({
    name: 'containerd',
    address:
      '{{ github_url }}/containerd/containerd/releases/download/v{{ containerd_version }}/containerd-{{ containerd_version }}-linux-{{ image_arch }}.tar.gz',
    version: 'containerd_version',
    checksum: 'containerd_archive_checksum',
  }),
  file({
    name: 'runc',
    address:
      '{{ github_url }}/opencontainers/runc/releases/download/v{{ runc_version }}/runc.{{ image_arch }}',
    version: 'runc_version',
    checksum: 'runc_binary_checksum',
  }),
  file({
    name: 'nerdctl',
    address:
      '{{ github_url }}/containerd/nerdctl/releases/download/v{{ nerdctl_version }}/nerdctl-{{ nerdctl_version }}-linux-{{ image_arch }}.tar.gz',
    version: 'nerdctl_version',
    checksum: 'nerdctl_archive_checksum',
  }),
  file({
    name: 'calicoctl',
    address: `${calico}/releases/download/v{{ calico_version }}/calicoctl-linux-{{ image_arch }}`,
    version: 'calico_version',
    checksum: 'calicoctl_binary_checksum',
    when: withPlugin('calico'),
  }),
  file({
    name: 'calico_crds',
    group: 'kube_control_plane',
    address: `${calico}/archive/v{{ calico_version }}.tar.gz`,
    version: 'calico_version',
    when: (choices) => hasCalicoDefinitions(choices) && !choices.since('v2.31.0'),
  }),
  file({
    name: 'calico_crds',
    group: 'kube_control_plane',
    address: `${calico}/raw/v{{ calico_version }}/manifests/crds.yaml`,
    version: 'calico_version',
    when: (choices) => hasCalicoDefinitions(choices) && choices.since('v2.31.0'),
  }),
  file({
    name: 'ciliumcli',
    address:
      '{{ github_url }}/cilium/cilium-cli/releases/download/v{{ cilium_cli_version }}/cilium-linux-{{ image_arch }}.tar.gz',
    version: 'cilium_cli_version',
    checksum: 'ciliumcli_binary_checksum',
    when: withPlugin('cilium'),
  }),
  file({
    name: 'helm',
    group: 'kube_control_plane',
    address: '{{ get_helm_url }}/helm-v{{ helm_version }}-linux-{{ image_arch }}.tar.gz',
    version: 'helm_version',
    checksum: 'helm_archive_checksum',
    when: withSwitch('helm_enabled'),
  }),
  file({
    name: 'gvisor_runsc',
    address: `${gvisor}/runsc`,
    version: 'gvisor_version',
    checksum: 'gvisor_runsc_binary_checksum',
    when: withSwitch('gvisor_enabled'),
  }),
  file({
    name: 'gvisor_containerd_shim',
    address: `${gvisor}/containerd-shim-runsc-v1`,
    addressVariable: 'gvisor_containerd_shim_runsc_download_url',
    version: 'gvisor_version',
    checksum: 'gvisor_containerd_shim_binary_checksum',
    when: withSwitch('gvisor_enabled'),
  }),
];

function hasCalicoDefinitions({ plugin, value }: Choices): boolean {
  return plugin === 'calico' && (value('calico_datastore') ?? 'kdd') === 'kdd';
}

interface ImageOptions extends Omit<ImageItem, 'variables' | 'group'> {
  readonly group?: Group;
}

function image(options: ImageOptions): ImageItem {
  const { name } = options;
  const variables = { repository: `${name}_image_repo`, tag: `${name}_image_tag` };
  return { group: 'k8s_cluster', variables, ...options };
}

/** kubeadm names these itself, by its own repository and the version of Kubernetes. */
function kubeadmImage(name: string): ImageItem {
  return {
    name,
    group: 'k8s_cluster',
    repository: `{{ kubeadm_image_repo }}/${name}`,
    tag: 'v{{ kube_version }}',
  };
}

function calicoImage(
  name: string,
  program: string,
  when: ImageItem['when'] = withPlugin('calico'),
): ImageItem {
  return image({
    name: `calico_${name}`,
    repository: `{{ quay_image_repo }}/calico/${program}`,
    tag: 'v{{ calico_version }}',
    when,
  });
}

/** A local load balancer in front of the API servers, on workers, unless there is one outside. */
function localBalancer(type: string) {
  return ({ on, value }: Choices) =>
    on('loadbalancer_apiserver_localhost', value('loadbalancer_apiserver') === undefined) &&
    (value('loadbalancer_apiserver_type') ?? 'nginx') === type;
}

function hasCoreDns({ value }: Choices): boolean {
  return ['coredns', 'coredns_dual'].some((mode) => mode === (value('dns_mode') ?? 'coredns'));
}

/** Images. */
export const imageItems: readonly ImageItem[] = [
  ...['kube-apiserver', 'kube-controller-manager', 'kube-scheduler', 'kube-proxy'].map(kubeadmImage),
  image({ name: 'pod_infra', repository: '{{ kube_image_repo }}/pause', tag: '{{ pod_infra_version }}' }),
  image({
    name: 'coredns',
    repository: '{{ kube_image_repo }}/coredns/coredns',
    tag: 'v{{ coredns_version }}',
    when: hasCoreDns,
  }),
  image({
    name: 'nodelocaldns',
    repository: '{{ kube_image_repo }}/dns/k8s-dns-node-cache',
    tag: '{{ nodelocaldns_version }}',
    when: withSwitch('enable_nodelocaldns', true),
  }),
  image({
    name: 'dnsautoscaler',
    group: 'kube_control_plane',
    repository: '{{ kube_image_repo }}/cpa/cluster-proportional-autoscaler',
    tag: 'v{{ dnsautoscaler_version }}',
    // Earlier releases download it though it is switched off.
    when: (choices) =>
      hasCoreDns(choices) && (!choices.since('v2.28.0') || choices.on('enable_dns_autoscaler', true)),
  }),
  image({
    name: 'nginx',
    group: 'kube_node',
    repository: '{{ docker_image_repo }}/library/nginx',
    tag: '{{ nginx_image_tag }}',
    when: localBalancer('nginx'),
  }),
  image({
    name: 'haproxy',
    group: 'kube_node',
    repository: '{{ docker_image_repo }}/library/haproxy',
    tag: '{{ haproxy_image_tag }}',
    when: localBalancer('haproxy'),
  }),
  calicoImage('node', 'node'),
  calicoImage('cni', 'cni'),
  calicoImage(
    'policy',
    'kube-controllers',
    (choices) => choices.plugin === 'calico' && choices.on('enable_network_policy', true),
  ),
  calicoImage(
    'flexvol',
    'pod2daemon-flexvol',
    (choices) => choices.plugin === 'calico' && !choices.since('v2.26.1'),
  ),
  calicoImage('typha', 'typha', withSwitch('typha_enabled')),
  image({
    name: 'flannel',
    repository: '{{ docker_image_repo }}/flannel/flannel',
    tag: 'v{{ flannel_version }}',
    when: withPlugin('flannel'),
  }),
  image({
    name: 'flannel_init',
    repository: '{{ docker_image_repo }}/flannel/flannel-cni-plugin',
    tag: 'v{{ flannel_cni_version }}',
    when: withPlugin('flannel'),
  }),
  image({
    name: 'cilium',
    repository: '{{ quay_image_repo }}/cilium/cilium',
    tag: 'v{{ cilium_version }}',
    when: withPlugin('cilium'),
  }),
  image({
    name: 'cilium_operator',
    repository: '{{ quay_image_repo }}/cilium/operator',
    tag: 'v{{ cilium_version }}',
    when: withPlugin('cilium'),
  }),
  image({
    name: 'kube_router',
    repository: '{{ docker_image_repo }}/cloudnativelabs/kube-router',
    tag: 'v{{ kube_router_version }}',
    when: withPlugin('kube-router'),
  }),
  image({
    name: 'kube_vip',
    group: 'kube_control_plane',
    repository: '{{ github_image_repo }}/kube-vip/kube-vip',
    tag: '{{ kube_vip_image_tag }}',
    when: withSwitch('kube_vip_enabled'),
  }),
  image({
    name: 'metrics_server',
    group: 'kube_control_plane',
    repository: '{{ kube_image_repo }}/metrics-server/metrics-server',
    tag: 'v{{ metrics_server_version }}',
    when: withSwitch('metrics_server_enabled'),
  }),
  image({
    name: 'local_path_provisioner',
    group: 'kube_node',
    repository: '{{ docker_image_repo }}/rancher/local-path-provisioner',
    tag: 'v{{ local_path_provisioner_version }}',
    when: withSwitch('local_path_provisioner_enabled'),
  }),
];

/** Switches of Kubespray's that bring downloads which are not in these lists. */
export const unlistedSwitches: readonly string[] = [
  ...['argocd_enabled', 'aws_ebs_csi_enabled', 'calico_apiserver_enabled', 'cephfs_provisioner_enabled'],
  ...['cert_manager_enabled', 'cilium_deploy_additionally', 'cilium_enable_hubble', 'cinder_csi_enabled'],
  ...['containerd_static_binary', 'crun_enabled', 'csi_snapshot_controller_enabled', 'dashboard_enabled'],
  ...['deploy_netchecker', 'gateway_api_enabled', 'ingress_alb_enabled', 'ingress_nginx_enabled'],
  ...['kata_containers_enabled', 'krew_enabled', 'kube_network_plugin_multus'],
  ...['local_volume_provisioner_enabled', 'metallb_enabled', 'metallb_speaker_enabled'],
  ...['node_feature_discovery_enabled', 'prometheus_operator_crds_enabled', 'rbd_provisioner_enabled'],
  ...['registry_enabled', 'scheduler_plugins_enabled', 'youki_enabled'],
];

/** Network plugins whose images are in these lists; `cni` and `none` have none. */
export const listedPlugins: readonly string[] = ['calico', 'cilium', 'cni', 'flannel', 'kube-router', 'none'];
