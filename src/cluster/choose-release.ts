import { kubernetesToRun } from './expectations.js';
import type { FoundBefore } from './preflight/finding.js';
import { fits, fitsHosts, misfits, unknownSystems, type Surroundings } from './release-fit.js';
import { newestRelease, oldestRelease, releases, rulesFor, type Release } from './releases.js';
import {
  isKnownFresh,
  minorOf,
  releasesInstalling,
  runningKubernetes,
  upgradeAdvice,
} from './running-kubernetes.js';
import type { Specification } from './specification.js';
import { sameMinor, tagOf } from './version.js';

export interface ChosenRelease {
  /** Git tag, such as v2.24.1. */
  readonly name: string;
  /** For the plan: a sentence or two. */
  readonly why: string;
  /** What is not known of it, or does not fit. */
  readonly findings: readonly FoundBefore[];
}

/** The release that a specification names, also by a known tag to check out; undefined where it leaves the choice. */
export function namedRelease({ kubespray: { release, ref } }: Specification): string | undefined {
  return release ?? releases.find(({ name }) => name === ref)?.name;
}

/**
 * Kubespray's release: the one that the specification names, else that of the cluster's checkout, because `cluster.yml`
 * of another release would change a cluster that is there. A checkout may be there without having made the cluster, so
 * what runs on the hosts has the last word: a release that installs that. On fresh hosts it is the newest known one that
 * fits the hosts and the control host's Python. Where none fits all of it, it is the newest that fits the hosts, or else the newest, and the
 * findings say what does not fit. Hosts that are neither Ubuntu nor Debian cannot be judged by the table: they do not
 * decide, and a finding names them.
 */
export function chooseRelease(surroundings: Surroundings): ChosenRelease {
  const { specification, facts = {}, controlHost } = surroundings;
  const named = namedRelease(specification);
  if (named !== undefined) return settled(named, 'The specification names it.', surroundings);
  const running = runningKubernetes(facts);
  const installed = controlHost?.kubespray ?? undefined;
  if (installed !== undefined && (running === undefined || mayRunOver(installed, running, specification))) {
    return settled(installed, whyInstalled(installed, surroundings), surroundings);
  }
  const same = running === undefined ? [] : releasesInstalling(running);
  const made =
    same.find((release) => fits(release, surroundings)) ??
    same.find((release) => fitsHosts(release, surroundings)) ??
    same[0];
  if (running !== undefined && made !== undefined) {
    return chosen(made, whyRunning(made, running), surroundings);
  }
  const newest = rulesFor(newestRelease).release;
  const fitting = releases.find((release) => fits(release, surroundings));
  if (fitting === undefined) {
    const fallback = releases.find((release) => fitsHosts(release, surroundings)) ?? newest;
    const { hosts, machines } = seenText(surroundings);
    const what = hosts !== '' && fitsHosts(fallback, surroundings) ? ` that fits ${hosts}` : '';
    const why = `It is the newest known release${what}; no release fits ${machines}.`;
    return chosen(fallback, `${why}${unknownText(running)}`, surroundings);
  }
  const why = `${whyNewest(fitting, newest, surroundings)}${unknownText(running)}`;
  return chosen(fitting, why, surroundings);
}

function unknownText(running: string | undefined): string {
  if (running === undefined) return '';
  return ` No known release installs Kubernetes ${minorOf(running)}, which runs on the hosts.`;
}

function settled(name: string, why: string, surroundings: Surroundings): ChosenRelease {
  const { release, warning } = rulesFor(name);
  const unknown = warning === null ? [] : [unknownRelease(release.name, warning)];
  return chosen(release, why, surroundings, unknown);
}

/** Whether a checkout's release brings the Kubernetes that runs, or a newer release than is known may have made it. */
function mayRunOver(name: string, running: string, specification: Specification): boolean {
  const kubernetes = kubernetesToRun(rulesFor(name).release, specification);
  return kubernetes === null ? releasesInstalling(running).length === 0 : sameMinor(kubernetes, running);
}

function whyInstalled(name: string, { facts = {} }: Surroundings): string {
  const why = 'The specification names none, and this cluster’s checkout on the control host has it.';
  if (name === newestRelease) return why;
  return isKnownFresh(facts)
    ? `${why} ${newestRelease} is known: no cluster runs here yet, so kubespray.release may name it.`
    : `${why}${newerText(rulesFor(name).release.kubernetes)}`;
}

function whyRunning({ name, kubernetes }: Release, running: string): string {
  const why = `The specification names none, and Kubernetes ${running} runs on the hosts: ${name} installs ${kubernetes ?? running}.`;
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
  surroundings: Surroundings,
  unknown: readonly FoundBefore[] = [],
): ChosenRelease {
  const findings = [...unknown, ...misfits(release, surroundings), ...unknownSystems(surroundings)];
  return { name: release.name, why, findings };
}

function unknownRelease(name: string, warning: string): FoundBefore {
  return {
    check: 'kubespray-release',
    host: null,
    severity: 'warning',
    is: name,
    shouldBe: `one of the known releases, ${tagOf(oldestRelease)} to ${newestRelease}`,
    mend: `${warning} Name a known one, or accept it by an override of kubespray-release with a reason.`,
  };
}

function whyNewest(fitting: Release, newest: Release, surroundings: Surroundings): string {
  const { facts, controlHost, isPartial } = surroundings;
  if (facts === undefined && controlHost === undefined) {
    return 'It is the newest known release; the specification names none.';
  }
  if (isPartial === true && controlHost === undefined && Object.keys(facts ?? {}).length === 0) {
    return 'It is the newest known release; the specification names none, and no machine could be read.';
  }
  const fit = isPartial === true ? seenText(surroundings).machines : 'the hosts and the control host';
  const why = `It is the newest known release that fits ${fit}; the specification names none.`;
  return fitting.name === newest.name ? why : `${why} ${whyNot(newest, surroundings)}`;
}

/** By what a release was judged; no hosts where none could be read. */
function seenText({ facts = {}, isPartial }: Surroundings): { hosts: string; machines: string } {
  if (isPartial !== true) return { hosts: 'the hosts', machines: 'these hosts and this control host' };
  const hosts = Object.keys(facts).length === 0 ? '' : 'the hosts that could be read';
  return { hosts, machines: 'the machines that could be read' };
}

/** In a few words what the newest release wants that is not there. */
function whyNot(newest: Release, surroundings: Surroundings): string {
  const reasons = misfits(newest, surroundings).map(({ host, is, shouldBe }) =>
    host === null ? `${is}, which should be ${shouldBe}` : `${is} on ${host}, which should be ${shouldBe}`,
  );
  const [first = ''] = reasons;
  const more = reasons.length > 1 ? ` (and ${reasons.length - 1} more)` : '';
  return `${newest.name} does not fit: there is ${first}${more}.`;
}
