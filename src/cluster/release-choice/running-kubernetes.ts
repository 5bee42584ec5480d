import type { ClusterFacts } from '../facts/facts.js';
import { releaseTable, type Release } from '../releases/releases.js';
import { isNewer, newestFirst, parseVersion, sameMinor } from '../values/version.js';

/**
 * The Kubernetes of the cluster that runs on the hosts. It is that of its API servers, which no kubelet may be ahead of;
 * where none was looked at, the newest of the kubelets. Undefined: no cluster, or nobody knows.
 */
export function runningKubernetes(facts: ClusterFacts<'kubernetes'>): string | undefined {
  const nodes = Object.values(facts).flatMap(({ kubernetes }) => kubernetes ?? []);
  return (
    newest(nodes.flatMap(({ apiServer }) => apiServer ?? [])) ??
    newest(nodes.flatMap(({ kubelet }) => kubelet ?? []))
  );
}

/** Whether every host was looked at, and none is a node of a cluster. */
export function isKnownFresh(facts: ClusterFacts<'kubernetes'>): boolean {
  const hosts = Object.values(facts);
  return hosts.length > 0 && hosts.every(({ kubernetes }) => kubernetes === null);
}

/** The known releases that install a version of Kubernetes or another patch of it: first the one that leaves it as it is. */
export function releasesInstalling(kubernetes: string): readonly Release[] {
  const fitting = releaseTable.filter((release) => isOfMinor(release, kubernetes));
  return [
    ...fitting.filter((release) => release.kubernetes === kubernetes),
    ...fitting.filter((release) => release.kubernetes !== kubernetes),
  ];
}

function isOfMinor({ kubernetes: own }: Release, kubernetes: string): boolean {
  return own !== null && sameMinor(own, kubernetes);
}

/** What is to be known of going to another Kubernetes, which nobody does by naming another release. */
export function upgradeAdvice({ from, to }: { readonly from: string; readonly to: string | null }): string {
  return to !== null && isNewer(minorOf(from), minorOf(to))
    ? 'Kubernetes does not go back to an older minor release.'
    : 'Another minor release of Kubernetes is an upgrade: one at a time, by Kubespray’s upgrade-cluster.yml, which Slipway does not run yet.';
}

/** "1.31" of "1.31.9". */
export function minorOf(kubernetes: string): string {
  return kubernetes.split('.').slice(0, 2).join('.');
}

function newest(versions: readonly string[]): string | undefined {
  const [first] = versions
    .map((version) => parseVersion(version))
    .filter((version) => version !== undefined)
    .sort(newestFirst);
  return first?.join('.');
}
