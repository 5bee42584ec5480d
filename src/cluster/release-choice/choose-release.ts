import { kubernetesToRun } from './expectations.js';
import { canInstall, neededKubernetes, releasesFor, releasesToChooseFrom } from './kubernetes-of-release.js';
import type { FindingBeforeOverrides } from '../checks/findings.js';
import {
  bestFittingRelease,
  fits,
  fitsHosts,
  releaseMisfits,
  startsOn,
  unknownSystems,
  type ReleaseSituation,
} from './fitting-release.js';
import { newestRelease, oldestRelease, releaseTable, rulesFor, type Release } from '../releases/releases.js';
import {
  isKnownFresh,
  minorOf,
  releasesInstalling,
  runningKubernetes,
  upgradeAdvice,
} from './running-kubernetes.js';
import type { Specification } from '../specification/specification.js';
import { sameMinor, tagOf } from '../values/version.js';

export interface ChosenRelease {
  /** Git tag, such as v2.24.1. */
  readonly name: string;
  /** For the plan: a sentence or two. */
  readonly why: string;
  /** What is not known of it, or does not fit. */
  readonly findings: readonly FindingBeforeOverrides[];
}

/** The release that a specification names, also by a known tag to check out; undefined where it leaves the choice. */
export function namedRelease({ kubespray: { release, ref } }: Specification): string | undefined {
  return release ?? releaseTable.find(({ name }) => name === ref)?.name;
}

/**
 * Kubespray's release: the one that a specification names, else that of the cluster's checkout, because `cluster.yml`
 * of another release would change a cluster that is there. A checkout may be there without having made the cluster, so
 * what runs on the hosts has the last word: a release that installs that. On fresh hosts it is the newest known one that
 * has the Kubernetes of `kube_version` and fits the hosts and the control host's Python. Where none fits all of it, it is
 * the newest that fits the hosts, or else the newest, and the findings say what does not fit. Hosts that are neither
 * Ubuntu nor Debian cannot be judged by the table: they do not decide, and a finding names them.
 */
export function chooseRelease(situation: ReleaseSituation): ChosenRelease {
  const { specification, facts = {}, controlHost } = situation;
  const named = namedRelease(specification);
  if (named !== undefined) return settled(named, 'The specification names it.', situation);
  const running = runningKubernetes(facts);
  const installed = controlHost?.kubespray ?? undefined;
  if (installed !== undefined && isOfCluster(installed, running, situation)) {
    return settled(installed, whyInstalled(installed, situation), situation);
  }
  const made =
    running === undefined ? undefined : bestFittingRelease(releasesFor(running, specification), situation);
  return running !== undefined && made !== undefined
    ? chosen(made, whyRunning(made, running, specification), situation)
    : newestFitting(running, situation);
}

/**
 * Whether a checkout's release may be the one by which the cluster was made, or is to be. Without the Kubernetes of
 * `kube_version` it is not, where another has it: it was cloned for a plan before that was asked for.
 */
function isOfCluster(name: string, running: string | undefined, situation: ReleaseSituation): boolean {
  const { specification, facts = {} } = situation;
  if (running !== undefined) {
    return (
      mayRunOver(name, running, specification) &&
      !isOutdone(name, releasesFor(running, specification), specification)
    );
  }
  return !isKnownFresh(facts) || !isOutdone(name, releasesToChooseFrom(specification), specification);
}

/** Whether a release lacks the Kubernetes that is asked for, and others have it. */
function isOutdone(name: string, others: readonly Release[], specification: Specification): boolean {
  const needed = neededKubernetes(specification);
  if (needed === undefined || canInstall(rulesFor(name).release, needed) !== false) return false;
  return others.some((release) => canInstall(release, needed));
}

function newestFitting(running: string | undefined, situation: ReleaseSituation): ChosenRelease {
  const candidates = releasesToChooseFrom(situation.specification);
  const [first] = candidates;
  const release = bestFittingRelease(candidates, situation) ?? first;
  const why = [
    whyNewest(release, situation),
    ...(release === first || !fits(release, situation) ? [] : [whyNot(first, situation)]),
    ...unknownKubernetes(release, running, situation),
  ];
  return chosen(release, why.join(' '), situation);
}

function unknownKubernetes(
  release: Release,
  running: string | undefined,
  { specification }: ReleaseSituation,
): string[] {
  const needed = neededKubernetes(specification);
  const isMissing = needed !== undefined && canInstall(release, needed) === false;
  return [
    ...(isMissing ? [`No known release installs Kubernetes ${needed}, which kube_version asks for.`] : []),
    ...(running === undefined
      ? []
      : [`No known release installs Kubernetes ${minorOf(running)}, which runs on the hosts.`]),
  ];
}

function settled(name: string, why: string, situation: ReleaseSituation): ChosenRelease {
  const { release, warning } = rulesFor(name);
  const unknown = warning === null ? [] : [unknownRelease(release.name, warning)];
  return chosen(release, why, situation, unknown);
}

/** Whether a checkout's release brings the Kubernetes that runs, or a newer release than is known may have made it. */
function mayRunOver(name: string, running: string, specification: Specification): boolean {
  const kubernetes = kubernetesToRun(rulesFor(name).release, specification);
  return kubernetes === null ? releasesInstalling(running).length === 0 : sameMinor(kubernetes, running);
}

function whyInstalled(name: string, { facts = {}, specification }: ReleaseSituation): string {
  const why = 'The specification names none, and this cluster’s checkout on the control host has it.';
  const isFresh = isKnownFresh(facts);
  const newest = isFresh ? releasesToChooseFrom(specification)[0].name : newestRelease;
  if (name === newest) return why;
  return isFresh
    ? `${why} ${newest} is known: no cluster runs here yet, so kubespray.release may name it.`
    : `${why}${newerText(rulesFor(name).release.kubernetes)}`;
}

function whyRunning(release: Release, running: string, specification: Specification): string {
  const { name, kubernetes } = release;
  const needed = neededKubernetes(specification);
  const asked = needed !== undefined && sameMinor(needed, running) && canInstall(release, needed) === true;
  const installs = asked ? `${needed}, which kube_version asks for` : (kubernetes ?? running);
  const why = `The specification names none, and Kubernetes ${running} runs on the hosts: ${name} installs ${installs}.`;
  return `${why}${newerText(running)}`;
}

/** A sentence about the newest release; empty where that has no newer Kubernetes, or nobody knows. */
function newerText(running: string | null): string {
  const { kubernetes } = rulesFor(newestRelease).release;
  if (running === null || kubernetes === null || sameMinor(kubernetes, running)) return '';
  const known = `${newestRelease} is known, with Kubernetes ${minorOf(kubernetes)}.`;
  return ` ${known} ${upgradeAdvice({ from: running, to: kubernetes })}`;
}

function chosen(
  release: Release,
  why: string,
  situation: ReleaseSituation,
  unknown: readonly FindingBeforeOverrides[] = [],
): ChosenRelease {
  const findings = [...unknown, ...releaseMisfits(release, situation), ...unknownSystems(situation)];
  return { name: release.name, why, findings };
}

function unknownRelease(name: string, warning: string): FindingBeforeOverrides {
  return {
    check: 'kubespray-release',
    host: null,
    severity: 'warning',
    is: name,
    shouldBe: `one of the known releaseTable, ${tagOf(oldestRelease)} to ${newestRelease}`,
    advice: `${warning} Name a known one, or accept it by an override of kubespray-release with a reason.`,
  };
}

function whyNewest(release: Release, situation: ReleaseSituation): string {
  const { hosts, machines, all } = seenText(situation);
  const fitsAll = fits(release, situation);
  const needed = neededKubernetes(situation.specification);
  const has = needed !== undefined && canInstall(release, needed) === true;
  const fit = fitsAll ? all : fitsHosts(release, situation) ? hosts : null;
  const qualities = [
    ...(has ? [`installs Kubernetes ${needed}, which kube_version asks for`] : []),
    ...(fit === null ? [] : [`fits ${fit}`]),
  ];
  const that = qualities.length === 0 ? '' : ` that ${qualities.join(', and ')}`;
  const rest = fitsAll
    ? `the specification names none${wasNoneRead(situation) ? ', and no machine could be read' : ''}`
    : `no release${has ? ' with that Kubernetes' : ''} fits ${machines}`;
  return `It is the newest known release${that}; ${rest}.`;
}

/** By what a release was judged. Null: nothing of the kind was seen, so that nothing is said of it. */
function seenText(situation: ReleaseSituation) {
  const { facts, controlHost, isPartial } = situation;
  const wasLooked = facts !== undefined || controlHost !== undefined;
  if (isPartial !== true) {
    return {
      hosts: wasLooked ? 'the hosts' : null,
      machines: 'these hosts and this control host',
      all: wasLooked ? 'the hosts and the control host' : null,
    };
  }
  const machines = 'the machines that could be read';
  return {
    hosts: Object.keys(facts ?? {}).length === 0 ? null : 'the hosts that could be read',
    machines,
    all: wasNoneRead(situation) ? null : machines,
  };
}

function wasNoneRead({ facts = {}, controlHost, isPartial }: ReleaseSituation): boolean {
  return isPartial === true && controlHost === undefined && Object.keys(facts).length === 0;
}

/** In a few words what a newer release wants that is not there. */
function whyNot(newer: Release, situation: ReleaseSituation): string {
  const { facts = {}, specification } = situation;
  const misfits = releaseMisfits(newer, situation).map(({ host, is, shouldBe }) =>
    host === null ? `${is}, which should be ${shouldBe}` : `${is} on ${host}, which should be ${shouldBe}`,
  );
  // Of these preflight has a finding of its own.
  const cgroups = Object.entries(facts)
    .filter(([, host]) => !startsOn(newer, host, specification))
    .map(([host]) => `cgroup v1 on ${host}, which should be v2 for its kubelet`);
  const reasons = [...misfits, ...cgroups];
  const [first = ''] = reasons;
  const more = reasons.length > 1 ? ` (and ${reasons.length - 1} more)` : '';
  return `${newer.name} does not fit: there is ${first}${more}.`;
}
