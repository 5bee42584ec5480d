import { chooseRelease } from '../release-choice/choose-release.js';
import type { ClusterFacts, HostFacts } from '../facts/facts.js';
import { ephemeralStorageOf } from '../specification/members.js';
import type { ClusterPlan, Unread } from './plan.js';
import { planAdvice } from './plan-advice.js';
import { planDigest } from './plan-digest.js';
import { planStorage } from '../storage/make-storage-plan.js';
import { storageLayouts } from '../storage/storage-layouts.js';
import { preflight } from '../preflight/preflight.js';
import { withoutTaken } from '../preflight/other-cluster.js';
import type { FindingBeforeOverrides } from '../checks/findings.js';
import { withOverrides } from '../checks/overrides.js';
import { variableFindings } from '../kubespray/variable-findings.js';
import type { MirrorAnswers } from '../mirror/mirror-answers.js';
import type { Reachability } from '../network/reachability.js';
import type { HostSpecification, Specification } from '../specification/specification.js';
import { workOrder } from './work-order.js';

/** What has been seen of the machines. */
export interface Seen {
  /** By inventory name; hosts that could not be read are missing. */
  readonly facts: ClusterFacts;
  readonly controlHost: HostFacts | undefined;
  /** Undefined where the hosts did not try to reach each other. */
  readonly reachability: Reachability | undefined;
  /** What the hosts have found in the mirror; without it, none was asked. */
  readonly mirror?: MirrorAnswers | undefined;
  /** Machines that could not be read; from what is known of the others nothing is concluded for all. */
  readonly unread?: readonly Unread[];
  /** What keeps machines from being read. */
  readonly findings?: readonly FindingBeforeOverrides[];
}

/**
 * The plan for a specification's hosts. Who could not be read has no plan of its own, and is not judged. What is to be
 * known of the release and of the variables are findings like any other, and the operator's overrides are for all of them.
 */
export function planFromFacts(specification: Specification, seen: Seen): ClusterPlan {
  const { controlHost, reachability, mirror, unread = [] } = seen;
  const looks = specification.hosts.flatMap((host) => {
    const facts = seen.facts[host.name];
    return facts === undefined ? [] : [{ host, facts }];
  });
  const facts = Object.fromEntries(looks.map((look) => [look.host.name, look.facts]));
  const storage = Object.fromEntries(looks.map((look) => [look.host.name, storageOf(specification, look)]));
  const order = workOrder({ specification, facts, storage });
  const own = withoutTaken(specification, facts);
  const chosen = chooseRelease({ specification, facts: own, controlHost, isPartial: unread.length > 0 });
  const { name: release, why } = chosen;
  const sources = { specification, release, storage: storageLayouts(storage) };
  const found = [
    ...chosen.findings,
    ...variableFindings(sources),
    ...(seen.findings ?? []),
    ...preflight({ specification, facts, release, controlHost, reachability, mirror, storage }),
  ];
  return {
    cluster: specification.name,
    ...(unread.length > 0 && { unread }),
    digest: planDigest(storage, order),
    release: { name: release, why },
    storage,
    order,
    findings: withOverrides(found, specification.overrides),
    advice: planAdvice(sources),
  };
}

interface SeenHost {
  readonly host: HostSpecification;
  readonly facts: HostFacts;
}

function storageOf(specification: Specification, { host, facts }: SeenHost) {
  return planStorage({ facts, host: host.name, storage: ephemeralStorageOf(specification, host) });
}
