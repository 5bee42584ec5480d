import type { HostFacts } from '../facts.js';
import type { Finding } from '../findings.js';
import type { HostSpecification, Specification } from '../specification.js';

/** A finding before overrides are looked at. */
export type FoundBefore = Omit<Finding, 'overridden'>;

/** One host as it is asked for and as it is. */
export interface Look {
  readonly host: HostSpecification;
  readonly facts: HostFacts;
  readonly specification: Specification;
}
