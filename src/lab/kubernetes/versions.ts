/**
 * What the lab's Kubernetes is made of. Its staging modules have the same numbers under v0, and not every release's are
 * to be had as modules; those of this one are.
 */
export const kubernetesVersion = '1.33.13';

/** The Kubespray release that installs this minor version of Kubernetes. */
export const matchingRelease = 'v2.29.0';

/** The plugins that connect pods on a node (module github.com/containernetworking/plugins). */
export const networkPluginsVersion = '1.6.2';

/** CoreDNS (module github.com/coredns/coredns). */
export const corednsVersion = '1.12.1';
