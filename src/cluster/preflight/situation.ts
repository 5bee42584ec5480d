import type { ClusterFacts, HostFacts } from '../facts/facts.js';
import type { MirrorAnswers } from '../mirror/mirror-answers.js';
import type { Reachability } from '../network/reachability.js';
import type { FitSituation } from '../release-choice/fitting-release.js';
import type { StoragePlans } from '../storage/storage-plan.js';

/** Facts of the control host; those by which it is known again may be missing. */
export type ControlMachine = Pick<HostFacts, 'controlHost' | 'interpreters'> & Partial<MachineIdentity>;

/** By what a machine is known again under another name. */
export type MachineIdentity = Pick<HostFacts, 'machineId' | 'bootId' | 'system'>;

/** What preflight judges: what is asked for and what was seen. Of what is missing nothing is said. */
export interface PreflightSituation extends FitSituation {
  readonly facts: ClusterFacts;
  readonly controlHost?: ControlMachine | undefined;
  /** Kubespray's. */
  readonly release?: string | undefined;
  /** What connections from host to host have shown. */
  readonly reachability?: Reachability | undefined;
  /** What the hosts have found in the mirror; without it, none was asked. */
  readonly mirror?: MirrorAnswers | undefined;
  /** What step 7 is to do; without it nobody knows which hosts it restarts. */
  readonly storage?: StoragePlans | undefined;
}
