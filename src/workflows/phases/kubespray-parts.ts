import type { HostWorks } from './host-works.js';
import type { Kubespray } from './install-kubespray.js';
import type { ProviderPause } from './provider-pause.js';

/** What a run of Kubespray's playbooks has to do with, besides the cluster's run. */
export interface KubesprayParts {
  readonly hosts: HostWorks;
  readonly kubespray: Kubespray;
  readonly provider: ProviderPause;
}
