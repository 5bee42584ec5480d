import { askedKubernetes } from './expectations.js';
import { releaseTable, type Release } from '../releases/releases.js';
import { releasesInstalling } from './running-kubernetes.js';
import type { Specification } from '../specification/specification.js';
import { isLater, sameMinor } from '../values/version.js';

type Kubespray = Pick<Specification, 'kubespray'>;

/** What Kubespray downloads by the version of Kubernetes: each has a checksum of its own, and none is installed without. */
const programs = ['kubelet', 'kubeadm', 'kubectl'] as const;

/**
 * Whether a release has the checksums of a version of Kubernetes, without which Kubespray stops: below the oldest at its
 * check of the inventory, beyond the newest there (v2.31.0) or when it looks up what to download. Undefined for a release
 * that is not known.
 */
export function canInstall({ installable }: Release, kubernetes: string): boolean | undefined {
  return installable?.some((newest) => sameMinor(newest, kubernetes) && !isLater(kubernetes, newest));
}

/** The known releases that can install a version, newest first. */
export function releasesWith(kubernetes: string): readonly Release[] {
  return releaseTable.filter((release) => canInstall(release, kubernetes));
}

/**
 * The Kubernetes that a release must have checksums of; undefined where none is asked for, or the operator brings all three
 * checksums in the way that every release takes.
 */
export function neededKubernetes({ kubespray: { variables } }: Kubespray): string | undefined {
  return missingChecksums(variables).length === 0 ? undefined : (askedKubernetes(variables) ?? undefined);
}

/** Every known release, or those with the Kubernetes that is needed where there are any; newest first. */
export function releasesToChooseFrom(specification: Kubespray): readonly [Release, ...Release[]] {
  const needed = neededKubernetes(specification);
  const [first, ...others] = needed === undefined ? [] : releasesWith(needed);
  return first === undefined ? releaseTable : [first, ...others];
}

/** Those that install what runs; where another patch of it is needed, those that have that. Best first. */
export function releasesFor(running: string, specification: Kubespray): readonly Release[] {
  const same = releasesInstalling(running);
  const needed = neededKubernetes(specification);
  if (needed === undefined || !sameMinor(needed, running)) return same;
  const having = same.filter((release) => canInstall(release, needed));
  if (having.length > 0) return having;
  const others = releasesWith(needed);
  return others.length > 0 ? others : same;
}

/**
 * The variables that an operator has yet to set, so that a release installs a Kubernetes that it has no checksums of.
 * Whole tables of an operator's own count up to v2.27 alone: a role sets them itself afterwards, and wins.
 */
export function missingChecksums(
  variables: Specification['kubespray']['variables'],
  release?: Release,
): readonly string[] {
  return programs
    .filter((program) => !Object.hasOwn(variables, checksumOf(program)))
    .filter((program) => !takesTable(tableOf(program), variables, release))
    .map(checksumOf);
}

/** The names of the variables with checksums of Kubernetes that the operator sets, whether they count or not. */
export function ownChecksums(variables: Specification['kubespray']['variables']): readonly string[] {
  return programs.flatMap((program) =>
    [tableOf(program), checksumOf(program)].filter((name) => Object.hasOwn(variables, name)),
  );
}

function takesTable(
  table: string,
  variables: Specification['kubespray']['variables'],
  release: Release | undefined,
): boolean {
  return release !== undefined && Object.hasOwn(variables, table) && !release.roleVariables.includes(table);
}

function tableOf(program: string): string {
  return `${program}_checksums`;
}

function checksumOf(program: string): string {
  return `${program}_binary_checksum`;
}
