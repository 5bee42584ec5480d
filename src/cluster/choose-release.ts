import type { HostFacts } from './facts.js';
import { newestRelease, releases, rulesFor, type Release } from './releases.js';
import type { Specification } from './specification.js';
import { tagOf } from './version.js';

export interface ChosenRelease {
  /** Git tag, such as v2.24.1. */
  readonly name: string;
  /** One sentence for the plan. */
  readonly why: string;
  /** What the operator should know, one sentence each. */
  readonly warnings: readonly string[];
}

interface Question {
  readonly specification: Specification;
  /** By inventory name; hosts without facts are not asked about. */
  readonly facts?: Readonly<Record<string, Pick<HostFacts, 'operatingSystem'>>> | undefined;
  /** Versions of Python on the control host, such as ["3.11"]; without it every version counts as there. */
  readonly python?: readonly string[] | undefined;
}

/**
 * Kubespray's release: the one that the specification names, else the newest known one that fits the hosts' operating
 * systems and the control host's Python. Where none fits, it is the newest, and the warnings say what does not fit.
 * Hosts that are neither Ubuntu nor Debian cannot be judged by the table: they do not decide, and a warning names them.
 */
export function chooseRelease(question: Question): ChosenRelease {
  const { release: named } = question.specification.kubespray;
  const warnings = unknownSystems(question);
  if (named !== undefined) {
    const { release, warning } = rulesFor(named);
    return {
      name: tagOf(named),
      why: 'The specification names it.',
      warnings: [...(warning === null ? [] : [warning]), ...misfits(release, question), ...warnings],
    };
  }
  const fitting = releases.find((release) => misfits(release, question).length === 0);
  if (fitting === undefined) {
    return {
      name: newestRelease,
      why: 'It is the newest known release; no release fits these hosts and this control host.',
      warnings: [...misfits(rulesFor(newestRelease).release, question), ...warnings],
    };
  }
  const asked = question.facts === undefined && question.python === undefined;
  return {
    name: fitting.name,
    why: asked
      ? 'It is the newest known release; the specification names none.'
      : 'It is the newest known release that fits the hosts and the control host; the specification names none.',
    warnings,
  };
}

/** What of the hosts and the control host a release does not support, one sentence each. */
export function misfits(release: Release, { facts = {}, python }: Omit<Question, 'specification'>): string[] {
  const hosts = Object.entries(facts)
    .filter(([, { operatingSystem }]) => supports(release, operatingSystem) === false)
    .map(
      ([host, { operatingSystem }]) =>
        `Kubespray ${release.name} does not support ${operatingSystem.prettyName} of ${host}.`,
    );
  if (python === undefined || python.some((version) => release.python.includes(version))) return hosts;
  const found = python.length === 0 ? 'none' : python.join(', ');
  return [
    ...hosts,
    `Kubespray ${release.name} needs Python ${release.python.join(', ')} on the control host; it has ${found}.`,
  ];
}

/** Whether a release supports an operating system; undefined: the table does not say. */
function supports(release: Release, { id, versionId }: HostFacts['operatingSystem']): boolean | undefined {
  if (id === 'ubuntu') return release.ubuntu.includes(versionId);
  if (id === 'debian') return release.debian.includes(versionId);
  return undefined;
}

function unknownSystems({ facts = {} }: Question): string[] {
  return Object.entries(facts)
    .filter(([, { operatingSystem }]) => !['ubuntu', 'debian'].includes(operatingSystem.id))
    .map(
      ([host, { operatingSystem }]) =>
        `Slipway does not know which releases of Kubespray support ${operatingSystem.prettyName} of ${host}.`,
    );
}
