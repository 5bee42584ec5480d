import { clockFindings } from './clock.js';
import type { HostFacts } from '../facts/facts.js';
import { clusterFindings, type ControlMachine } from './cluster.js';
import { clusterNetworkFindings } from './cluster-networks.js';
import { controlHostFindings } from './control-host.js';
import { containerEngineFindings } from './container-engine.js';
import type { FoundBefore, HostLook } from '../checks/host-check.js';
import { gpuFindings } from './gpu.js';
import { gvisorFindings } from './gvisor.js';
import { identityFindings } from './identity.js';
import { kubernetesFindings } from './kubernetes.js';
import { kubesprayFindings } from './kubespray.js';
import { mtuFindings } from './network.js';
import { otherClusterFindings, withoutTaken } from './other-cluster.js';
import { reachabilityFindings } from './reachability.js';
import { roomFindings } from './room.js';
import { sizingFindings } from './sizing.js';
import { systemFindings } from './system.js';
import type { Reachability } from '../network/reachability.js';
import { rulesFor } from '../releases/releases.js';
import type { Specification } from '../specification/specification.js';
import type { StoragePlan } from '../storage/storage-plan.js';

/**
 * Checks, before anything is changed, that the hosts can become the cluster that is asked for: the document's sizing
 * and software requirements, and what is known to break a cluster later. Hosts without facts are not judged. Overrides
 * are none of its business.
 */
export function preflight({
  specification,
  facts,
  release: name,
  controlHost,
  reachability,
  storage,
}: {
  readonly specification: Specification;
  /** Kubespray's release; without it what depends on it is not judged. */
  readonly release?: string | undefined;
  /** Facts of the control host; without them nothing is said of it. */
  readonly controlHost?: (ControlMachine & Pick<HostFacts, 'interpreters'>) | undefined;
  /** What connections from host to host have shown; without it nothing is said of them. */
  readonly reachability?: Reachability | undefined;
  /** What step 7 is to do, by inventory name; without it nobody knows which hosts it restarts. */
  readonly storage?: Readonly<Record<string, StoragePlan>> | undefined;
  /** By inventory name. */
  readonly facts: Readonly<Record<string, HostFacts>>;
}): FoundBefore[] {
  const release = name === undefined ? undefined : rulesFor(name).release;
  const looks: HostLook[] = specification.hosts.flatMap((host) => {
    const known = facts[host.name];
    return known === undefined ? [] : [{ host, facts: known, specification, release }];
  });
  const own = withoutTaken(specification, facts);
  return [
    ...clusterFindings(specification, { facts, controlHost, storage }),
    ...(controlHost?.controlHost === undefined ? [] : controlHostFindings(controlHost.controlHost)),
    ...kubesprayFindings({ specification, facts, controlHost }, release),
    ...clusterNetworkFindings(specification, facts),
    ...looks.flatMap(sizingFindings),
    ...looks.flatMap(systemFindings),
    ...looks.flatMap(containerEngineFindings),
    ...looks.flatMap(gpuFindings),
    ...looks.flatMap(gvisorFindings),
    ...looks.flatMap(roomFindings),
    ...otherClusterFindings(specification, facts),
    ...kubernetesFindings(looks.filter(({ host }) => Object.hasOwn(own, host.name))),
    ...identityFindings(looks),
    ...clockFindings(looks),
    ...mtuFindings(looks),
    ...(reachability === undefined ? [] : reachabilityFindings(reachability, specification)),
  ];
}
