import { chooseRelease } from '../release-choice/choose-release.js';
import type { HostFacts } from '../facts/facts.js';
import { ephemeralStorageOf } from '../specification/members.js';
import type { ClusterPlan, Unread } from './plan.js';
import { planCluster } from './plan-cluster.js';
import { planStorage } from '../storage/make-storage-plan.js';
import { preflight, withOverride } from '../preflight/preflight.js';
import { withoutTaken } from '../preflight/other-cluster.js';
import type { FoundBefore } from '../checks/host-check.js';
import type { Reachability } from '../network/reachability.js';
import type { HostSpecification, Specification } from '../specification/specification.js';

/** What has been seen of the machines. */
export interface Seen {
  /** By inventory name; hosts that could not be read are missing. */
  readonly facts: Readonly<Record<string, HostFacts>>;
  readonly controlHost: HostFacts | undefined;
  /** Undefined where the hosts did not try to reach each other. */
  readonly reachability: Reachability | undefined;
  /** Machines that could not be read; from what is known of the others nothing is concluded for all. */
  readonly unread?: readonly Unread[];
  /** What keeps machines from being read. */
  readonly findings?: readonly FoundBefore[];
}

interface SeenHost {
  readonly host: HostSpecification;
  readonly facts: HostFacts;
}

/** The plan for a specification's hosts. Who could not be read has no plan of its own, and is not judged. */
export function planFromFacts(specification: Specification, seen: Seen): ClusterPlan {
  const { controlHost, reachability, unread = [], findings = [] } = seen;
  const looks = specification.hosts.flatMap((host) => {
    const facts = seen.facts[host.name];
    return facts === undefined ? [] : [{ host, facts }];
  });
  const byName = <Value>(valueOf: (look: SeenHost) => Value) =>
    Object.fromEntries(looks.map((look) => [look.host.name, valueOf(look)]));
  const facts = byName((look) => look.facts);
  const storage = byName((look) =>
    planStorage({
      facts: look.facts,
      host: look.host.name,
      storage: ephemeralStorageOf(specification, look.host),
    }),
  );
  const own = withoutTaken(specification, facts);
  const release = chooseRelease({ specification, facts: own, controlHost, isPartial: unread.length > 0 });
  const judged = preflight({
    specification,
    facts,
    release: release.name,
    controlHost,
    reachability,
    storage,
  });
  const before = findings.map((finding) => withOverride(finding, specification.overrides));
  return planCluster({ specification, release, facts, storage, unread, findings: [...before, ...judged] });
}
