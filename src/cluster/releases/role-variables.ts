/**
 * Variables that Kubespray's roles set themselves, in roles/<role>/vars/main: Ansible lets them win over group variables, so
 * what an operator writes there has no effect. Read off every role at each tag; each list is what a range of releases has.
 */
export const roleVariablesFrom2_24_1: readonly string[] = [
  'calico_min_version_required',
  'cert_files',
  'containerd_min_version_required',
  'helm_defaults',
  'helm_repository_defaults',
  'helm_update',
  'kube_apiserver_admission_plugins_needs_configuration',
  'kube_proxy_deployed',
];
export const roleVariablesFrom2_25_0: readonly string[] = [...roleVariablesFrom2_24_1, 'pkgs'];
export const roleVariablesFrom2_27_0: readonly string[] = [
  ...roleVariablesFrom2_25_0,
  '_nameserverentries',
  'configured_nameservers',
  'coredns_manifests',
  'coredns_server',
  'coredns_server_by_mode',
  'dhclient_supersede',
  'dns_autoscaler_manifests',
  'kubectl_apply_stdin',
  'nameserverentries',
  'nodelocaldns_manifests',
];
/** Up to v2.27.1 the tables of checksums are defaults of the role download, which anything wins over. */
const roleVariablesOf2_28_0: readonly string[] = [
  ...roleVariablesFrom2_27_0,
  'calicoctl_binary_checksums',
  'ciliumcli_binary_checksums',
  'cni_binary_checksums',
  'containerd_archive_checksums',
  'cri_dockerd_archive_checksums',
  'crictl_checksums',
  'crio_archive_checksums',
  'crun_checksums',
  'etcd_binary_checksums',
  'gateway_api_experimental_crds_checksums',
  'gateway_api_standard_crds_checksums',
  'gvisor_containerd_shim_binary_checksums',
  'gvisor_runsc_binary_checksums',
  'helm_archive_checksums',
  'kata_containers_binary_checksums',
  'kube_pods_subnets',
  'kube_service_subnets',
  'kubeadm_checksums',
  'kubectl_checksums',
  'kubelet_checksums',
  'nerdctl_archive_checksums',
  'pkgs_to_remove',
  'runc_checksums',
  'skopeo_binary_checksums',
  'youki_checksums',
  'yq_checksums',
];
const calicoArchive = 'calico_crds_archive_checksums';
const of2_28_1 = [...roleVariablesOf2_28_0, 'argocd_install_checksums'];
const of2_29_0 = [
  ...of2_28_1,
  'containerd_static_archive_checksums',
  'etcd_supported_versions',
  'kube_major_next_version',
  'kube_major_version',
  'kube_next',
  'pod_infra_supported_versions',
  'prometheus_operator_crds_checksums',
];
const of2_30_0 = [...of2_29_0, '_kubectl_apply_stdin', 'server_side_apply'];

export const roleVariablesFrom2_28_0: readonly string[] = [...roleVariablesOf2_28_0, calicoArchive];
export const roleVariablesFrom2_28_1: readonly string[] = [...of2_28_1, calicoArchive];
export const roleVariablesFrom2_29_0: readonly string[] = [...of2_29_0, calicoArchive];
export const roleVariablesFrom2_30_0: readonly string[] = [...of2_30_0, calicoArchive];
export const roleVariablesFrom2_31_0: readonly string[] = [...of2_30_0, 'calico_crds_checksums'];

/**
 * By which variable an operator gives a checksum, in place of each of the tables: the defaults in download.yml that look it up,
 * the same at each tag. A table that is not here has none; what it is for has to be the release's own file.
 */
export const ownChecksumVariables: Readonly<Record<string, string>> = {
  argocd_install_checksums: 'argocd_install_checksum',
  calicoctl_binary_checksums: 'calicoctl_binary_checksum',
  ciliumcli_binary_checksums: 'ciliumcli_binary_checksum',
  cni_binary_checksums: 'cni_binary_checksum',
  containerd_archive_checksums: 'containerd_archive_checksum',
  containerd_static_archive_checksums: 'containerd_static_archive_checksum',
  cri_dockerd_archive_checksums: 'cri_dockerd_archive_checksum',
  crictl_checksums: 'crictl_binary_checksum',
  crio_archive_checksums: 'crio_archive_checksum',
  crun_checksums: 'crun_binary_checksum',
  etcd_binary_checksums: 'etcd_binary_checksum',
  gvisor_containerd_shim_binary_checksums: 'gvisor_containerd_shim_binary_checksum',
  gvisor_runsc_binary_checksums: 'gvisor_runsc_binary_checksum',
  helm_archive_checksums: 'helm_archive_checksum',
  kata_containers_binary_checksums: 'kata_containers_binary_checksum',
  kubeadm_checksums: 'kubeadm_binary_checksum',
  kubectl_checksums: 'kubectl_binary_checksum',
  kubelet_checksums: 'kubelet_binary_checksum',
  nerdctl_archive_checksums: 'nerdctl_archive_checksum',
  runc_checksums: 'runc_binary_checksum',
  skopeo_binary_checksums: 'skopeo_binary_checksum',
  youki_checksums: 'youki_archive_checksum',
  yq_checksums: 'yq_binary_checksum',
};
