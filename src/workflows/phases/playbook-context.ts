import type { ClusterHosts } from './cluster-hosts.js';
import type { Kubespray } from './install-kubespray.js';
import type { ProviderPause } from './provider-pause.js';

/** What a run of Kubespray's playbooks has to do with, besides the cluster's run. */
export interface PlaybookContext {
  readonly hosts: ClusterHosts;
  readonly kubespray: Kubespray;
  readonly provider: ProviderPause;
}
