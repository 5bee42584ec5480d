import { chooseRelease, namedRelease } from '../../cluster/release-choice/choose-release.js';
import type { ClusterFacts } from '../../cluster/facts/facts.js';
import { documentsMountPoint } from '../../cluster/specification/members.js';
import type { Specification } from '../../cluster/specification/specification.js';
import { endingOf } from '../running/outcomes.js';
import type { StepRunner } from '../running/step-runner.js';
import { controlHostAddress } from '../../protocol/host-addresses.js';

/**
 * The release that a cluster was made with, for those who only look at it: where the specification names none, that of
 * the checkout on the control host. A control host that cannot be looked at is no failure of the cluster; then it is
 * the newest that fits the hosts.
 */
export async function releaseInUse({
  specification,
  facts,
  controlHost,
}: {
  readonly specification: Specification;
  readonly facts: ClusterFacts;
  /** It asks nobody when a step fails. */
  readonly controlHost: StepRunner;
}): Promise<string> {
  if (namedRelease(specification) !== undefined) return chooseRelease({ specification, facts }).name;
  try {
    const found = await controlHost.need('gatherFacts', {
      host: controlHostAddress(specification),
      mountPoint: documentsMountPoint,
      controlHostOf: specification.name,
    });
    return chooseRelease({ specification, facts, controlHost: found }).name;
  } catch (failure) {
    if (endingOf(failure) === undefined) throw failure;
    return chooseRelease({ specification, facts }).name;
  }
}
