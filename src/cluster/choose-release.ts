import type { FoundBefore } from './preflight/finding.js';
import { fits, fitsHosts, misfits, unknownSystems, type Surroundings } from './release-fit.js';
import { newestRelease, oldestRelease, releases, rulesFor, type Release } from './releases.js';
import { tagOf } from './version.js';

export interface ChosenRelease {
  /** Git tag, such as v2.24.1. */
  readonly name: string;
  /** For the plan: a sentence or two. */
  readonly why: string;
  /** What is not known of it, or does not fit. */
  readonly findings: readonly FoundBefore[];
}

/**
 * Kubespray's release: the one that the specification names, else that of the cluster's checkout, because `cluster.yml`
 * of another release would change a cluster that is there; else the newest known one that fits the hosts and the
 * control host's Python. Where none fits all of it, it is the newest that fits the hosts, or else the newest, and the
 * findings say what does not fit. Hosts that are neither Ubuntu nor Debian cannot be judged by the table: they do not
 * decide, and a finding names them.
 */
export function chooseRelease(surroundings: Surroundings): ChosenRelease {
  const { release: named } = surroundings.specification.kubespray;
  if (named !== undefined) return settled(named, 'The specification names it.', surroundings);
  const installed = surroundings.controlHost?.kubespray ?? undefined;
  if (installed !== undefined) return settled(installed, whyInstalled(installed), surroundings);
  const newest = rulesFor(newestRelease).release;
  const fitting = releases.find((release) => fits(release, surroundings));
  if (fitting === undefined) {
    const fallback = releases.find((release) => fitsHosts(release, surroundings)) ?? newest;
    const what = fitsHosts(fallback, surroundings) ? ' that fits the hosts' : '';
    const why = `It is the newest known release${what}; no release fits these hosts and this control host.`;
    return chosen(fallback, why, surroundings);
  }
  return chosen(fitting, whyNewest(fitting, newest, surroundings), surroundings);
}

function settled(name: string, why: string, surroundings: Surroundings): ChosenRelease {
  const { release, warning } = rulesFor(name);
  const unknown = warning === null ? [] : [unknownRelease(release.name, warning)];
  return chosen(release, why, surroundings, unknown);
}

function whyInstalled(name: string): string {
  const why = 'The specification names none, and this cluster’s checkout on the control host has it.';
  return name === newestRelease
    ? why
    : `${why} ${newestRelease} is known: name it in kubespray.release for an upgrade.`;
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
  const { facts, controlHost } = surroundings;
  if (facts === undefined && controlHost === undefined) {
    return 'It is the newest known release; the specification names none.';
  }
  const why =
    'It is the newest known release that fits the hosts and the control host; the specification names none.';
  return fitting.name === newest.name ? why : `${why} ${whyNot(newest, surroundings)}`;
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
