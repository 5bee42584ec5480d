import type { ClusterFacts, HostFacts } from '../facts/facts.js';
import { either, pythonTrouble } from '../facts/interpreters.js';
import type { FindingBeforeOverrides } from '../checks/findings.js';
import { neededKubernetes, releasesToChooseFrom } from './kubernetes-of-release.js';
import type { Release } from '../releases/releases.js';
import type { Specification } from '../specification/specification.js';

/** What decides whether a release fits. */
export interface FitSituation {
  readonly specification: Specification;
  /** By inventory name; hosts without facts are not asked about. */
  readonly facts?: ClusterFacts<'operatingSystem' | 'cgroupVersion' | 'kubernetes'> | undefined;
  /** Without it, or where nobody looked for Python, every version counts as there. */
  readonly controlHost?: Pick<HostFacts, 'interpreters'> | undefined;
}

/** What a release is judged by. */
export interface ReleaseSituation extends FitSituation {
  readonly controlHost?: Pick<HostFacts, 'operatingSystem' | 'interpreters' | 'kubespray'> | undefined;
  /** Some of the machines could not be read: that a release fits is not said of them. */
  readonly isPartial?: boolean | undefined;
}

/** Whether every host and the control host are what a release was made for. A missing venv is mended in a minute, and decides nothing. */
export function fits(release: Release, situation: FitSituation): boolean {
  return fitsHosts(release, situation) && fitsPython(release, situation);
}

/** The same for the hosts alone. */
export function fitsHosts(release: Release, { facts = {}, specification }: FitSituation): boolean {
  return Object.values(facts).every(
    (host) => supports(release, host.operatingSystem) !== false && startsOn(release, host, specification),
  );
}

/** Of several the first that fits all of it, else the first that fits the hosts, else the first. */
export function bestFittingRelease(
  candidates: readonly Release[],
  situation: FitSituation,
): Release | undefined {
  return (
    candidates.find((release) => fits(release, situation)) ??
    candidates.find((release) => fitsHosts(release, situation)) ??
    candidates[0]
  );
}

/** Whether kubelet of the release starts with the host's cgroups, or is told to do so all the same. */
export function startsOn(
  { cgroupV1 }: Release,
  { cgroupVersion }: Pick<HostFacts, 'cgroupVersion'>,
  { kubespray }: Specification,
): boolean {
  return cgroupV1 || cgroupVersion === 2 || kubespray.variables['kubelet_fail_cgroup_v1'] === false;
}

function fitsPython(release: Release, { controlHost }: FitSituation): boolean {
  const found = controlHost?.interpreters;
  return found === undefined || found.some(({ version }) => release.python.includes(version));
}

/** Everything about hosts and control host that a release does not fit, with what to do; of cgroups preflight tells. */
export function releaseMisfits(release: Release, situation: ReleaseSituation): FindingBeforeOverrides[] {
  return [...hostMisfits(release, situation), ...pythonMisfit(release, situation)];
}

function hostMisfits(release: Release, situation: ReleaseSituation): FindingBeforeOverrides[] {
  const { facts = {} } = situation;
  return Object.entries(facts).flatMap(([host, { operatingSystem }]) => {
    return supports(release, operatingSystem) === false
      ? [systemMisfit({ host, operatingSystem, release, situation })]
      : [];
  });
}

interface Misfit {
  readonly host: string;
  readonly release: Release;
  readonly situation: ReleaseSituation;
}

function systemMisfit({
  host,
  operatingSystem,
  release,
  situation,
}: Misfit & Pick<HostFacts, 'operatingSystem'>): FindingBeforeOverrides {
  const other = otherRelease(situation, {
    before: 'Name',
    isBetter: (one) => supports(one, operatingSystem) !== false,
    why: 'is made for it',
  });
  return {
    check: 'kubespray-release',
    host,
    severity: 'warning',
    is: operatingSystem.prettyName,
    shouldBe: `one that Kubespray ${release.name} is made for: ${systemsText(release)}`,
    advice: other || noneIsMadeFor(situation.specification),
  };
}

function noneIsMadeFor(specification: Specification): string {
  const needed = neededKubernetes(specification);
  return needed === undefined
    ? 'No known release is made for all of these hosts: install another system on some of them.'
    : `No known release that installs Kubernetes ${needed} is made for all of these hosts: install another system on some of them, or ask for another Kubernetes by kube_version.`;
}

function pythonMisfit(release: Release, situation: ReleaseSituation): FindingBeforeOverrides[] {
  const { controlHost } = situation;
  const interpreters = controlHost?.interpreters;
  if (controlHost === undefined || interpreters === undefined) return [];
  const trouble = pythonTrouble({ interpreters, system: controlHost.operatingSystem }, release.python);
  if (trouble === null) return [];
  const { is, shouldBe, advice } = trouble;
  const other = fitsPython(release, situation)
    ? ''
    : otherRelease(situation, {
        before: 'Or name',
        isBetter: (one) => fitsPython(one, situation),
        why: 'runs with what is there',
      });
  return [
    {
      check: 'control-host-python',
      host: null,
      severity: 'error',
      is: `${is} on the control host`,
      shouldBe: `${shouldBe}, for the Ansible of Kubespray ${release.name}`,
      advice: `${advice} ${other}`.trim(),
    },
  ];
}

/** A sentence that names the newest release that would do better, fits every host and has the Kubernetes asked for; empty where there is none. */
function otherRelease(
  situation: ReleaseSituation,
  { before, isBetter, why }: { before: string; isBetter: (release: Release) => boolean; why: string },
): string {
  const candidates = releasesToChooseFrom(situation.specification);
  const other = candidates.find((release) => isBetter(release) && fitsHosts(release, situation));
  return other === undefined ? '' : `${before} kubespray.release ${other.name}, which ${why}.`;
}

/** What a release is made for does not say: systems that are neither Ubuntu nor Debian. */
export function unknownSystems({ facts = {} }: ReleaseSituation): FindingBeforeOverrides[] {
  return Object.entries(facts)
    .filter(([, { operatingSystem }]) => supports(undefined, operatingSystem) === undefined)
    .map(([host, { operatingSystem }]) => ({
      check: 'kubespray-release',
      host,
      severity: 'warning',
      is: operatingSystem.prettyName,
      shouldBe: 'Ubuntu or Debian, of which Slipway knows the releases of Kubespray that are made for them',
      advice: `Look for it in Kubespray’s README, and try it on a host that does not matter first.`,
    }));
}

/** Whether a release supports an operating system; undefined: the table does not say. */
function supports(
  release: Release | undefined,
  { id, versionId }: HostFacts['operatingSystem'],
): boolean | undefined {
  if (id !== 'ubuntu' && id !== 'debian') return undefined;
  return release?.[id].includes(versionId) ?? false;
}

function systemsText({ ubuntu, debian }: Release): string {
  return `Ubuntu ${either(ubuntu)}, Debian ${either(debian)}`;
}
