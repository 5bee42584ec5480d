import { kubernetesToRun } from '../release-choice/expectations.js';
import type { NodeKubernetes } from '../facts/facts.js';
import type { Release } from '../releases/releases.js';
import {
  minorOf,
  releasesInstalling,
  runningKubernetes,
  upgradeAdvice,
} from '../release-choice/running-kubernetes.js';
import { isNewer, sameMinor } from '../values/version.js';
import type { HostLook } from '../checks/host-check.js';
import type { FindingBeforeOverrides } from '../checks/findings.js';

/**
 * `cluster.yml` copies the kubelet of its release to every node, and `kubeadm upgrade` runs from upgrade-cluster.yml only:
 * another minor release of Kubernetes leaves kubelets that no control plane answers as they expect.
 */
export function kubernetesFindings(looks: readonly HostLook[]): FindingBeforeOverrides[] {
  const running = runningKubernetes(
    Object.fromEntries(looks.map(({ host, facts }) => [host.name, facts] as const)),
  );
  if (running === undefined) return [];
  return looks.flatMap(({ host, facts: { kubernetes }, specification, release }) => {
    if (release === undefined || kubernetes === null || kubernetes === undefined) return [];
    const wanted = kubernetesToRun(release, specification);
    const differs = versionsOf(kubernetes).some((version) => wanted === null || !sameMinor(version, wanted));
    if (!differs) return [];
    const asked = specification.kubespray.variables['kube_version'] !== undefined;
    const isOutOfStep = versionsOf(kubernetes).some((version) => !sameMinor(version, running));
    return [
      {
        check: 'kubernetes-version' as const,
        host: host.name,
        severity: 'error' as const,
        is: textOf(kubernetes),
        shouldBe: shouldBe(release, wanted, asked),
        advice: isOutOfStep
          ? mendHost(host.name, kubernetes, running)
          : mendRelease({ running, wanted, asked }),
      },
    ];
  });
}

function versionsOf({ kubelet, apiServer }: NodeKubernetes): readonly string[] {
  return [kubelet, apiServer].filter((version) => version !== null);
}

function textOf({ kubelet, apiServer }: NodeKubernetes): string {
  const parts = [
    ...(kubelet === null ? [] : [`kubelet ${kubelet}`]),
    ...(apiServer === null ? [] : [`API server ${apiServer}`]),
  ];
  return parts.join(', ');
}

function shouldBe({ name }: Release, wanted: string | null, asked: boolean): string {
  const danger = 'cluster.yml puts its kubelet on every node, and upgrades no control plane';
  if (wanted === null) {
    const unknown = asked ? 'kube_version asks for' : `${name} installs`;
    return `Kubernetes of the same minor release; Slipway does not know which one ${unknown}, and ${danger}`;
  }
  const by = asked
    ? `which kube_version asks for with ${wanted}`
    : `of which Kubespray ${name} brings ${wanted}`;
  return `Kubernetes ${minorOf(wanted)}, ${by}: ${danger}`;
}

/** The host differs from the cluster, so that no release is right for both. */
function mendHost(host: string, { kubelet }: NodeKubernetes, running: string): string {
  return kubelet !== null && isNewer(minorOf(kubelet), minorOf(running))
    ? `The cluster runs Kubernetes ${minorOf(running)}, and no kubelet may be newer: see how ${host} came to it, or leave it out.`
    : `The cluster runs Kubernetes ${minorOf(running)}: bring ${host} to it first, by Kubespray’s upgrade-cluster.yml, or leave it out.`;
}

function mendRelease({
  running,
  wanted,
  asked,
}: {
  readonly running: string;
  readonly wanted: string | null;
  readonly asked: boolean;
}): string {
  const minor = minorOf(running);
  const [fitting] = releasesInstalling(running);
  const name =
    fitting === undefined
      ? `No known release installs Kubernetes ${minor}.`
      : `Name kubespray.release ${fitting.name}, which installs Kubernetes ${fitting.kubernetes}.`;
  if (wanted === null && !asked) {
    return `${name} Or set kube_version in kubespray.variables to a version of Kubernetes ${minor} that the named release knows.`;
  }
  const first = asked
    ? `Take kube_version out of kubespray.variables, or ask there for a version of Kubernetes ${minor}.`
    : name;
  return `${first} ${upgradeAdvice({ from: running, to: wanted })}`;
}
