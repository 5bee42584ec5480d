import { parseVersion } from '../values/version.js';
import { rulesFor, type Release } from '../releases/releases.js';
import type { Specification } from '../specification/specification.js';
import { isPlainText } from '../values/ansible-template.js';

/** What step 9 expects of nodes and DNS. */
export interface Expectations {
  /** The version that should run, such as 1.28.6; null where it is not known. */
  readonly kubernetes: string | null;
  /** Where CoreDNS forwards to; null where it is not known. */
  readonly upstreamDns: readonly string[] | null;
  /** The labels `k8s-app` of CoreDNS's deployments; none where it is not to be installed. */
  readonly coreDns: readonly string[];
  /** Whether the node-local cache is to run. */
  readonly nodeLocalDns: boolean;
  /** Where it answers; null where that is not known. */
  readonly nodeLocalDnsAddress: string | null;
  /** Beneath which the names of services are; null where it is not known. */
  readonly clusterDomain: string | null;
}

type Variables = Specification['kubespray']['variables'];

/**
 * The expectations by the variables that take effect: the operator's own win over what Slipway writes, as in the files.
 * What is given by a template is not known here.
 * @param release Kubespray's
 */
export function expectationsOf({ kubespray, dns }: Specification, release: string): Expectations {
  const { variables } = kubespray;
  return {
    kubernetes: kubernetesToRun(rulesFor(release).release, { kubespray }),
    upstreamDns: upstreamOf(variables, dns.upstream),
    coreDns: variables['deploy_coredns'] === false ? [] : (coreDnsByMode[dnsModeOf(variables)] ?? []),
    // With the mode none, releases before v2.27 do not start it, and later ones do.
    nodeLocalDns: variables['enable_nodelocaldns'] !== false && dnsModeOf(variables) !== 'none',
    nodeLocalDnsAddress: plainOr(variables['nodelocaldns_ip'], '169.254.25.10'),
    clusterDomain: plainOr(variables['dns_domain'] ?? variables['cluster_name'], 'cluster.local'),
  };
}

/** A variable's text, or what Kubespray takes without it; null where the text is not known here. */
function plainOr(value: unknown, standard: string): string | null {
  if (value === undefined) return standard;
  return isPlainText(value) ? value : null;
}

/** The modes `manual` and `none` have no CoreDNS. */
const coreDnsByMode: Readonly<Record<string, readonly string[]>> = {
  coredns: ['kube-dns'],
  coredns_dual: ['kube-dns', 'kube-dns-secondary'],
};

function dnsModeOf({ dns_mode: mode = 'coredns' }: Variables): string {
  return typeof mode === 'string' ? mode : '';
}

/** The Kubernetes that a release would bring to these hosts; null where Slipway cannot tell. */
export function kubernetesToRun(
  release: Release,
  { kubespray }: Pick<Specification, 'kubespray'>,
): string | null {
  const { variables } = kubespray;
  return variables['kube_version'] === undefined ? release.kubernetes : askedKubernetes(variables);
}

/** The version that kube_version asks for, without a `v`; null where it asks for none, or by a template. */
export function askedKubernetes({ kube_version: wanted }: Variables): string | null {
  return (typeof wanted === 'string' && parseVersion(wanted)?.join('.')) || null;
}

function upstreamOf(
  { upstream_dns_servers: own }: Variables,
  upstream: readonly string[],
): readonly string[] | null {
  const servers: unknown = own ?? upstream;
  if (!Array.isArray(servers) || !servers.every(isPlainText)) return null;
  return servers.length > 0 ? servers : ['/etc/resolv.conf'];
}
