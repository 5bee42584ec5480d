import { askedKubernetes } from '../release-choice/expectations.js';
import {
  canInstall,
  missingChecksums,
  ownChecksums,
  releasesWith,
} from '../release-choice/kubernetes-of-release.js';
import { bestFittingRelease, type FitSituation } from '../release-choice/fitting-release.js';
import { releaseTable, type Release } from '../releases/releases.js';
import { minorOf, runningKubernetes } from '../release-choice/running-kubernetes.js';
import { isAnsibleTemplate } from '../values/ansible-template.js';
import { sameMinor } from '../values/version.js';
import type { FindingBeforeOverrides } from '../checks/findings.js';
import { foundVariable, type Variables } from './found-variable.js';

/** Releases look kube_version up in their tables of checksums, as a text that has a `v` or has none. */
export function kubeVersionFindings(situation: FitSituation, release: Release): FindingBeforeOverrides[] {
  const { variables } = situation.specification.kubespray;
  const own = variables['kube_version'];
  if (own === undefined || isAnsibleTemplate(own)) return [];
  const asked = askedKubernetes(variables);
  return asked !== null && canInstall(release, asked) === false
    ? [outOfRange({ asked, release, situation })]
    : wrongForm(variables, asked, release);
}

function wrongForm(variables: Variables, asked: string | null, release: Release): FindingBeforeOverrides[] {
  const { name, kubernetes, kubeVersionPrefix: prefix } = release;
  const right = `${prefix}${asked ?? kubernetes ?? '1.x.y'}`;
  if (variables['kube_version'] === right) return [];
  return [
    {
      ...foundVariable(
        variables,
        'kube_version',
        `of the form ${right}, ${prefix === 'v' ? 'with' : 'without'} a v before it, for Kubespray ${name}`,
      ),
      advice: `Write kube_version: ${right} in kubespray.variables${asked === null ? ', or whichever version is meant' : ''}.`,
    },
  ];
}

interface Asked {
  /** The version, without a `v`. */
  readonly asked: string;
  readonly release: Release;
  readonly situation: FitSituation;
}

function outOfRange(request: Asked): FindingBeforeOverrides {
  const { release, situation } = request;
  const { variables } = situation.specification.kubespray;
  const ranges = (release.installable ?? []).map((newest) => `${minorOf(newest)}.0 to ${newest}`);
  return {
    ...foundVariable(
      variables,
      'kube_version',
      `a version that Kubespray ${release.name} installs: ${ranges.join(', ')}`,
    ),
    severity: missingChecksums(variables, release).length > 0 ? 'error' : 'warning',
    advice: `${mendRange(request)}${orOwnChecksums(variables, release)}`,
  };
}

/** A sentence about the checksums that the operator brings; empty where there are none. */
function orOwnChecksums(variables: Variables, release: Release): string {
  const own = ownChecksums(variables).join(', ');
  const missing = missingChecksums(variables, release);
  if (own === '') return '';
  return missing.length === 0
    ? ` Or see that ${own} in kubespray.variables are those of the files that are downloaded.`
    : ` Or set ${missing.join(', ')} too: without them Kubespray ${release.name} does not download it, whatever ${own} says.`;
}

function mendRange({ asked, release, situation }: Asked): string {
  const without = `ake kube_version out of kubespray.variables: ${release.name} installs ${release.kubernetes ?? 'its own'} then.`;
  const running = runningKubernetes(situation.facts ?? {});
  // Of another minor release the finding kubernetes-version tells; naming a release would be an upgrade.
  if (running !== undefined && !sameMinor(running, asked)) return `T${without}`;
  const exact = bestFittingRelease(releasesWith(asked), situation);
  if (exact !== undefined) return `${named(exact, asked, 'it')} Or t${without}`;
  const patch = newestPatch(release, asked);
  if (patch !== undefined)
    return `${writing(release, patch)} No known release installs ${asked}. Or t${without}`;
  const near = bestFittingRelease(
    releaseTable.filter((one) => newestPatch(one, asked) !== undefined),
    situation,
  );
  const nearest = near && newestPatch(near, asked);
  return near === undefined || nearest === undefined
    ? `No known release installs Kubernetes ${minorOf(asked)}. T${without}`
    : `${named(near, nearest, nearest)} Or t${without}`;
}

function named(release: Release, version: string, what: string): string {
  return `Name kubespray.release ${release.name}, which installs ${what}, with kube_version: ${release.kubeVersionPrefix}${version}.`;
}

function writing({ kubeVersionPrefix }: Release, version: string): string {
  return `Write kube_version: ${kubeVersionPrefix}${version}.`;
}

/** The newest patch that a release has of a version's minor release. */
function newestPatch({ installable }: Release, version: string): string | undefined {
  return installable?.find((newest) => sameMinor(newest, version));
}
