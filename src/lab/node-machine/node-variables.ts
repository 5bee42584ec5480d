import type { KubesprayVariables } from '../mirror/mirror-variables.js';

/** Open files, below the hard limit of root in a restricted container, which is 20,000 on some machines. */
const openFiles = 16_384;

/** What Kubespray has to be told of node machines: they share a kernel, which may lack parts, and a restricted root. */
export function nodeVariables(): KubesprayVariables {
  return {
    kube_network_plugin: 'flannel',
    // A kernel without loadable modules has no ip_vs.
    kube_proxy_mode: 'iptables',
    // kube-proxy leaves the sizes of connection tracking alone: only the first network namespace may set them.
    kube_proxy_conntrack_max_per_core: 0,
    kube_proxy_conntrack_min: 0,
    // Without CAP_SYS_RESOURCE nobody may lower a process' oom_score_adj, or raise a hard limit.
    containerd_extra_runtime_args: { restrict_oom_score_adj: true },
    containerd_base_runtime_spec_rlimit_nofile: openFiles,
    containerd_limit_open_file_num: openFiles,
  };
}
