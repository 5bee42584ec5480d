import type { HostFacts } from './facts.js';
import type { Finding } from './findings.js';
import { clusterFindings } from './preflight/cluster.js';
import type { FoundBefore, Look } from './preflight/finding.js';
import { gpuFindings } from './preflight/gpu.js';
import { gvisorFindings } from './preflight/gvisor.js';
import { identityFindings } from './preflight/identity.js';
import { sizingFindings } from './preflight/sizing.js';
import { systemFindings } from './preflight/system.js';
import type { Specification } from './specification.js';

/**
 * Checks, before anything is changed, that the hosts can become the cluster that is asked for: the document's sizing
 * and software requirements, and what is known to break a cluster later. Hosts without facts are not judged.
 */
export function preflight({
  specification,
  facts,
}: {
  readonly specification: Specification;
  /** By inventory name. */
  readonly facts: Readonly<Record<string, HostFacts>>;
}): Finding[] {
  const looks: Look[] = specification.hosts.flatMap((host) => {
    const known = facts[host.name];
    return known === undefined ? [] : [{ host, facts: known, specification }];
  });
  const found: FoundBefore[] = [
    ...clusterFindings(specification),
    ...looks.flatMap(sizingFindings),
    ...looks.flatMap(systemFindings),
    ...looks.flatMap(gpuFindings),
    ...looks.flatMap(gvisorFindings),
    ...identityFindings(looks),
  ];
  return found.map((finding) => withOverride(finding, specification.overrides));
}

/** Marks a finding that the operator has seen and accepts. An override without hosts is meant for every host. */
export function withOverride(finding: FoundBefore, overrides: Specification['overrides']): Finding {
  const { check, host } = finding;
  const override = overrides.find(
    (candidate) =>
      candidate.check === check &&
      (candidate.hosts === undefined || (host !== null && candidate.hosts.includes(host))),
  );
  return { ...finding, overridden: override?.reason ?? null };
}
