import type { CheckName } from '../specification/check-names.js';
import type { Specification } from '../specification/specification.js';
import type { Finding, FindingBeforeOverrides } from './findings.js';

type Overrides = Specification['overrides'];

/**
 * The operator's word on a failed check, if there is one. An override without hosts is meant for every host, and only such
 * a one for what concerns the whole cluster, where `host` is null.
 */
export function overrideOf(
  { check, host }: { readonly check: CheckName; readonly host: string | null },
  overrides: Overrides,
): Overrides[number] | undefined {
  return overrides.find(
    ({ check: name, hosts }) =>
      name === check && (hosts === undefined || (host !== null && hosts.includes(host))),
  );
}

/** Marks the findings that the operator has seen and accepts. */
export function withOverrides(found: readonly FindingBeforeOverrides[], overrides: Overrides): Finding[] {
  return found.map((finding) => ({ ...finding, overridden: overrideOf(finding, overrides)?.reason ?? null }));
}
