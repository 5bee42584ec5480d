import type { ChosenRelease } from './choose-release.js';
import { digestOf } from './digest.js';
import type { Finding } from './findings.js';
import { firewallAdvice } from './firewall.js';
import type { ClusterPlan } from './plan.js';
import { withOverride } from './preflight.js';
import type { Specification } from './specification.js';
import type { StoragePlan } from './storage-plan.js';

interface Input {
  readonly specification: Specification;
  readonly release: ChosenRelease;
  /** By inventory name. */
  readonly storage: Readonly<Record<string, StoragePlan>>;
  readonly findings: readonly Finding[];
}

/** Puts the whole plan together; what is to be known of the release becomes a finding like any other. */
export function planCluster({ specification, release, storage, findings }: Input): ClusterPlan {
  const releaseFindings = release.warnings.map((warning) =>
    withOverride(
      {
        check: 'kubespray-release',
        host: null,
        severity: 'warning',
        is: warning,
        shouldBe: 'a release that is known and fits',
        mend: 'Name another one in kubespray.release, or accept it by an override of kubespray-release with a reason.',
      },
      specification.overrides,
    ),
  );
  return {
    cluster: specification.name,
    digest: digestOfStorage(storage),
    release: { name: release.name, why: release.why },
    storage,
    findings: [...releaseFindings, ...findings],
    advice: firewallAdvice(specification),
  };
}

/**
 * What an approval of the whole plan is bound to: every host's storage plan that is to be approved, by name. Hosts that
 * are satisfied or refused are not part of it, so that it stays the same when one of those changes.
 * @returns null when nothing is to be approved
 */
export function digestOfStorage(storage: Readonly<Record<string, StoragePlan>>): string | null {
  const digests = Object.entries(storage).flatMap(([host, plan]) =>
    plan.kind === 'apply' ? [[host, plan.digest] as const] : [],
  );
  return digests.length === 0 ? null : digestOf(Object.fromEntries(digests));
}
