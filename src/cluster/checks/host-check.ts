import type { HostFacts } from '../facts/facts.js';
import type { FindingBeforeOverrides } from './findings.js';
import type { Release } from '../releases/releases.js';
import type { HostSpecification, Specification } from '../specification/specification.js';

/** One host as it is asked for and as it is. */
export interface HostLook {
  readonly host: HostSpecification;
  readonly facts: HostFacts;
  readonly specification: Specification;
  /** Kubespray's release with its rules; undefined where none is chosen yet. */
  readonly release: Release | undefined;
}

/** What a check says of a host. */
export type HostFinding = Omit<FindingBeforeOverrides, 'host'>;

/** Looks at one host by itself; undefined: nothing is wrong. */
export type HostCheck = (look: HostLook) => HostFinding | undefined;

/** What each of the checks finds on a host. */
export function findingsBy(checks: readonly HostCheck[], look: HostLook): FindingBeforeOverrides[] {
  return checks.flatMap((check) => {
    const finding = check(look);
    return finding === undefined ? [] : [{ ...finding, host: look.host.name }];
  });
}
